// Keeps queue and case up to date and sends without reloading. All of it also works without this file, by forms.
// What is typed stays where it is until the server has said that it is stored: a refusal, a lost connection or a change by
// somebody else never takes a word away. Every message carries an id, so that sending it again never makes a second one.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const desk = $("desk");
  if (!desk) return;
  document.documentElement.classList.add("scripted");
  const words = desk.dataset, number = words.case, composer = $("composer"), box = $("text"), said = $("said"), lines = $("lines");
  const FIRST_PAUSE = 1000, LONGEST_PAUSE = 15000, SILENCE = 45000, TYPING_EVERY = 4000;
  const draftKey = `lotse:desk:${number}`, keysKey = "lotse:desk:keys";

  const kept = (storage) => ({
    get(key) { try { return storage().getItem(key); } catch { return null; } },
    set(key, value) { try { value ? storage().setItem(key, value) : storage().removeItem(key); } catch { /* storage is off: what is kept then lives as long as the page */ } },
  });
  const tab = kept(() => sessionStorage), browser = kept(() => localStorage);
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
  const element = (name, className, text) => Object.assign(document.createElement(name), { className, textContent: text ?? "" });

  let saidTimer = 0;
  function say(text, { problem = false, link = null, seconds = 0 } = {}) {
    clearTimeout(saidTimer);
    said.classList.toggle("problem", problem);
    said.replaceChildren(...(text ? [element("span", "", text)] : []));
    if (link) said.append(" ", Object.assign(element("a", "", link.text), { href: link.href }));
    if (seconds) saidTimer = setTimeout(() => say(""), seconds * 1000);
  }

  // --- parts of the page that change by themselves -----------------------------------------------------------------
  const regionOf = (name) => document.querySelector(`[data-region="${CSS.escape(name)}"]`);
  const place = (control) => `${control.form?.getAttribute("action") ?? ""}|${control.name}|${["radio", "checkbox"].includes(control.type) ? control.value : ""}`;
  function changed(control) {
    if (control.type === "radio" || control.type === "checkbox") return control.checked !== control.defaultChecked;
    if (control.options) return Array.from(control.options).some((option) => option.selected !== option.defaultSelected);
    return control.value !== control.defaultValue;
  }
  function focusIn(part) {   // how to find again what has the focus, once the part was made anew
    const active = document.activeElement;
    if (!part.contains(active)) return null;
    const row = active.closest("[data-case]"), details = active.closest("details");
    return {
      id: active.id, name: active.name ? place(active) : "", row: row?.dataset.case, details: details?.id,
      summary: active.matches("summary"), start: active.selectionStart, end: active.selectionEnd,
    };
  }
  function refocus(part, was) {
    if (!was) return;
    const named = was.name && Array.from(part.querySelectorAll("[name]")).find((control) => place(control) === was.name);
    const found = (was.id && $(was.id)) || named || (was.row && part.querySelector(`[data-case="${was.row}"] a`))
      || (was.details && $(was.details)?.querySelector("summary")) || part.querySelector("a, button, summary");
    found?.focus({ preventScroll: true });
    if (named && was.start != null && named.setSelectionRange && /^(textarea|text|search)$/.test(named.type)) named.setSelectionRange(was.start, was.end);
  }
  function swap(part, { html, mark }) {
    const was = focusIn(part);
    const open = new Map(Array.from(part.querySelectorAll("details[id]"), (one) => [one.id, one.open]));
    const typed = new Map(Array.from(part.querySelectorAll("[name]")).filter((one) => one.type !== "hidden" && changed(one))
      .map((one) => [place(one), one.type === "radio" || one.type === "checkbox" ? one.checked : one.value]));
    part.innerHTML = html;   // made and escaped by the server, with the same template as the page
    part.dataset.mark = mark;
    part.querySelectorAll("details[id]").forEach((one) => { if (open.has(one.id)) one.open = open.get(one.id); });
    part.querySelectorAll("[name]").forEach((one) => {
      if (!typed.has(place(one))) return;
      if (one.type === "radio" || one.type === "checkbox") one.checked = typed.get(place(one));
      else one.value = typed.get(place(one));
    });
    refocus(part, was);
  }
  const atEnd = () => window.innerHeight + window.scrollY > document.documentElement.scrollHeight - 160;
  const toEnd = () => window.scrollTo({ top: document.documentElement.scrollHeight });
  function show(region) {
    const part = regionOf(region.name);
    if (part?.dataset.mark === region.mark) return;
    if (part) {
      const before = region.name === "rows" ? numbers() : null;
      const follow = lines && atEnd();
      swap(part, region);
      if (before) announce(before);
      if (follow) toEnd();
      if (region.name === "hint") modeFollows();
      return;
    }
    if (region.after === null || !lines) return;
    const follow = atEnd();
    const item = Object.assign(document.createElement("li"), { innerHTML: region.html });
    item.dataset.region = region.name;
    item.dataset.mark = region.mark;
    const before = region.after && regionOf(region.after);
    before ? before.after(item) : region.after ? lines.append(item) : lines.prepend(item);
    if (follow) toEnd();
  }
  const drop = (names) => names.forEach((name) => regionOf(name)?.remove());
  function keepOnly(names) {
    const there = new Set(names);
    drop(Array.from(lines?.children ?? [], (item) => item.dataset.region).filter((name) => !there.has(name)));
  }
  const numbers = () => new Set(Array.from(document.querySelectorAll(".case-row"), (row) => row.dataset.case));
  function announce(before) {
    const arrived = [...numbers()].filter((one) => !before.has(one));
    if (arrived.length) $("announce").textContent = arrived.map((one) => words.arrived.replace("{number}", one)).join(" ");
    titleCounts();
  }
  const title = document.title;
  function titleCounts() {   // how many cases nobody has, also while the tab is in the background
    const count = Array.from(document.querySelectorAll(".tabs a")).find((one) => one.href.includes("tab=new"))?.querySelector(".count")?.textContent;
    document.title = count && count !== "0" ? `(${count}) ${title}` : title;
  }

  // --- the line to the server --------------------------------------------------------------------------------------
  let source = null, failures = 0, silence = 0, again = 0, ended = false, state = words.state;
  function listen() {
    clearTimeout(again);
    if (source || ended || (document.hidden && number)) return;   // a case in a hidden tab is read by nobody; the queue counts in the title
    source = new EventSource(`${words.stream}${words.stream.includes("?") ? "&" : "?"}state=${state}`);
    state = "";   // once anything was heard the page is another than the one that was made
    const on = (name, act) => source.addEventListener(name, (event) => { heard(); act(event.data); });
    on("region", (data) => show(JSON.parse(data)));
    on("gone", (data) => drop(JSON.parse(data)));
    on("all", (data) => keepOnly(JSON.parse(data)));
    on("away", away);
    on("ended", end);
    source.onopen = () => {
      heard();
      if (failures > 1) say(words.liveBack, { seconds: 4 });
      failures = 0;
    };
    source.onerror = async () => {
      hangUp();
      failures += 1;
      const status = await refused();
      if (status === 404) return away("/desk?said=taken_away");
      if (status) return end(words.endedSignedOut);
      if (failures > 1) say(words.liveLost, { problem: true, link: { text: words.reload, href: location.pathname + location.search } });
      again = setTimeout(listen, Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE) * (0.75 + Math.random() / 2));
    };
  }
  function heard() {   // a connection that died without a word is noticed by its silence
    clearTimeout(silence);
    silence = setTimeout(() => { hangUp(); listen(); }, SILENCE);
  }
  async function refused() {   // whether the line is not lost at all, and the page itself is refused by now
    try {
      const { status } = await fetch(location.pathname, { method: "HEAD", credentials: "same-origin", signal: AbortSignal.timeout(5000) });
      return [401, 403, 404].includes(status) ? status : 0;
    } catch {
      return 0;
    }
  }
  function away(address) {   // the case is not this person's any more
    hangUp();
    if (!box?.value.trim()) return location.assign(address);
    ended = true;
    say(words.goneTyped, { problem: true, link: { text: words.reload, href: address } });
  }
  function end(why) {   // signed out, or the role is gone: nothing of a case stays on the screen, only what was typed here
    ended = true;
    hangUp();
    lines?.replaceChildren();
    document.querySelectorAll("[data-region]").forEach((part) => part.replaceChildren());
    $("send")?.remove();
    say(why, { problem: true, link: { text: words.reload, href: "/desk" } });
  }
  function hangUp() {
    clearTimeout(silence);
    source?.close();
    source = null;
  }

  // --- sending -----------------------------------------------------------------------------------------------------
  async function post(action, fields) {
    try {
      const response = await fetch(action, {
        method: "POST", body: new URLSearchParams(fields), headers: { Accept: "application/json" },
        credentials: "same-origin", signal: AbortSignal.timeout(20000),
      });
      if (response.status === 204) return {};
      const answer = await response.json();
      return response.ok ? { answer } : { refused: answer.text, status: response.status };
    } catch {
      return { refused: words.unreachable };
    }
  }
  const sending = new Set();
  async function submit(form, button) {
    if (sending.has(form)) return;
    const fields = Array.from(new FormData(form, button).entries());
    if (form === composer && !box.value.trim()) return box.focus();
    const at = document.activeElement;
    sending.add(form);
    form.setAttribute("aria-busy", "true");
    const { answer, refused, status } = await post(form.getAttribute("action"), fields);
    sending.delete(form);
    form.removeAttribute("aria-busy");
    if (refused) return say(refused, { problem: true, link: [403, 404].includes(status) ? { text: words.reload, href: location.pathname } : null });
    if (answer?.go) return location.assign(answer.go);
    say(answer?.text ?? "", { seconds: 5 });
    if (form === composer) sent(document.activeElement === at);
    else if (form.isConnected) { form.closest("details")?.removeAttribute("open"); form.reset(); }
  }
  function sent(stays) {   // whoever has gone elsewhere while it was sent is not fetched back
    box.value = "";
    composer.elements.key.value = newId();
    if (composer.elements.ready.value === "note") setMode("note");   // each reply is chosen anew; never the other way round
    box.dispatchEvent(new Event("input"));
    typing(false);
    if (stays) box.focus();
    toEnd();
  }

  // --- writing a reply or a note -----------------------------------------------------------------------------------
  const modes = () => Array.from(composer.elements.mode);
  const mode = () => modes().find((one) => one.checked)?.value;
  const isNote = () => mode() === "note" || box.value.trimStart().startsWith("/");
  function setMode(value) {
    modes().forEach((one) => { one.checked = one.value === value; });
    marked();
  }
  const marked = () => composer.classList.toggle("is-note", isNote());   // a slash in front makes a note, and it shows while one types
  function modeFollows() {   // somebody else has taken the case: what is typed becomes a note, and is said so
    const now = regionOf("hint")?.firstElementChild?.dataset;
    if (!composer || !now) return;
    const ready = composer.elements.ready, before = ready.value;
    ready.value = now.mode;
    if (now.reply === "no" && mode() === "reply") {
      setMode("note");
      if (box.value.trim() && now.owner) say(words.becameNote.replace("{name}", now.owner), { problem: true });
    } else if (now.mode === "note" && before === "reply" && mode() === "reply") {   // the team relays only what is a reply on purpose
      setMode("note");
      if (box.value.trim()) say(words.noteFirst, { problem: true });
    } else if (now.mode === "reply" && mode() === "note" && !box.value.trim()) {
      setMode("reply");
    }
  }
  let typedAt = 0;
  function typing(yes) {
    const now = Date.now();
    if (yes ? now - typedAt < TYPING_EVERY : !typedAt) return;
    typedAt = yes ? now : 0;
    post(words.typing, { csrf: words.csrf, typing: yes ? "yes" : "no" });
  }
  function grow() {
    if (CSS.supports("field-sizing", "content")) return;
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  }
  async function find() {
    const field = $("words"), list = $("found");
    const { answer, refused } = await post(`/desk/cases/${number}/knowledge`, { csrf: words.csrf, words: field.value });
    if (refused) return say(refused, { problem: true });
    list.replaceChildren(...answer.found.map((one) => {
      const item = document.createElement("li");
      item.append(element("strong", "", one.title), " ", element("span", `fresh ${one.text ? "valid" : "not_valid"}`, one.status));
      if (one.text) {
        const button = Object.assign(element("button", "quiet", words.insert), { type: "button" });
        button.setAttribute("aria-label", `${words.insert}: ${one.title}`);
        button.addEventListener("click", () => insert(one.text));
        item.append(element("p", "preview", one.text), button);
      }
      return item;
    }), ...(answer.text ? [element("li", "", answer.text)] : []));
  }
  function insert(text) {
    const start = box.selectionStart, before = box.value.slice(0, start), after = box.value.slice(box.selectionEnd);
    const gap = before && !before.endsWith("\n") ? "\n\n" : "";
    box.value = `${before}${gap}${text}${after ? `\n\n${after.trimStart()}` : ""}`;
    box.selectionStart = box.selectionEnd = before.length + gap.length + text.length;
    $("knowledge").open = false;
    $("found").replaceChildren();
    box.dispatchEvent(new Event("input"));
    box.focus();
    say(words.inserted, { seconds: 8 });
  }

  if (composer) {
    box.value ||= tab.get(draftKey) ?? "";
    box.addEventListener("input", () => {
      tab.set(draftKey, box.value);
      marked();
      grow();
      typing(Boolean(box.value.trim()) && !isNote());
    });
    box.addEventListener("blur", () => typing(false));
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !event.isComposing) {
        event.preventDefault();
        composer.requestSubmit($("send"));
      }
    });
    composer.addEventListener("change", (event) => { if (event.target.name === "mode") marked(); });
    $("words").addEventListener("keydown", (event) => {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      find();
    });
    marked();
    grow();
  }
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-live]")) return;
    event.preventDefault();
    if (event.submitter?.hasAttribute("data-find")) find();
    else submit(event.target, event.submitter);
  });

  // --- hands on the keyboard ---------------------------------------------------------------------------------------
  let keysOn = browser.get(keysKey) !== "off";
  const rows = () => Array.from(document.querySelectorAll(".case-row a"));
  function step(by) {
    const all = rows(), place = all.indexOf(document.activeElement);
    all[Math.max(0, Math.min(all.length - 1, place < 0 ? (by > 0 ? 0 : all.length - 1) : place + by))]?.focus();
  }
  function press(key) {
    const found = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!found) return false;
    if (found.matches("input[type=search]")) { found.focus(); found.select(); }
    else if (found.matches("input[type=radio]")) { found.checked = true; marked(); box.focus(); }
    else if (found.matches("summary")) {
      const details = found.parentElement;
      details.open = !details.open || !details.contains(document.activeElement);
      (details.open ? details.querySelector("input:not([type=hidden]), select, textarea") ?? found : found).focus();
    } else found.click();
    return true;
  }
  function help() {
    const keys = $("keys");
    keys.open = !keys.open;
    keys.scrollIntoView({ block: "nearest" });
    if (keys.open) keys.querySelector("summary").focus({ preventScroll: true });
  }
  document.addEventListener("keydown", (event) => {
    const writes = event.target.closest("textarea, select, input:not([type=radio]):not([type=checkbox])");
    if (event.key === "Escape" && event.target !== document.body) return event.target.blur();
    if (!keysOn || writes || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const known = { j: () => step(1), k: () => step(-1), "?": help }[event.key];
    if (known && (event.key === "?" || !number)) { event.preventDefault(); known(); }
    else if (/^[a-z1-9/]$/.test(event.key) && press(event.key)) event.preventDefault();
  });
  const keysSwitch = $("keys-switch");
  function showSwitch() { keysSwitch.textContent = keysOn ? words.keysOff : words.keysOn; }
  keysSwitch.hidden = false;
  keysSwitch.addEventListener("click", () => {
    keysOn = !keysOn;
    browser.set(keysKey, keysOn ? "" : "off");
    showSwitch();
  });
  document.querySelector("select[name=team]")?.addEventListener("change", (event) => event.target.form.requestSubmit());

  // --- beginning ---------------------------------------------------------------------------------------------------
  showSwitch();
  titleCounts();
  if (number) {
    if (matchMedia("(max-width: 60rem)").matches) $("card")?.removeAttribute("open");
    toEnd();
  }
  document.addEventListener("visibilitychange", () => (document.hidden && number ? hangUp() : listen()));
  window.addEventListener("pagehide", hangUp);
  window.addEventListener("pageshow", (event) => event.persisted && listen());
  window.addEventListener("online", listen);
  listen();
})();
