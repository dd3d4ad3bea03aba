// Sends without reloading and shows what arrives. All of it also works without this file, by forms and reloads.
// What you write is kept in a queue (in this tab's own storage) until the server has said that it is stored, and every
// message carries an id of its own, so that a repeated attempt never becomes a second message.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  const chat = $("chat");
  if (!chat) return;
  const words = chat.dataset, header = document.querySelector(".top"), dock = document.querySelector(".dock");
  const [log, typing, notice, composer, box] = ["log", "typing", "notice", "composer", "text"].map($);
  const queueKey = `lotse:queue:${words.conversation}`;
  const draftKey = `lotse:draft:${words.conversation}`;
  const FIRST_PAUSE = 1000, LONGEST_PAUSE = 15000, SILENCE = 45000, ENOUGH_TO_CUT = 4000, BIGGEST = 64 * 1024;

  const store = {
    get(key) { try { return sessionStorage.getItem(key); } catch { return null; } },
    set(key, value) { try { value ? sessionStorage.setItem(key, value) : sessionStorage.removeItem(key); } catch { /* storage is off: the queue then lives as long as the page */ } },
  };
  const newId = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");

  // --- the line above the message box: what is wrong, or what is new -----------------------------------------------
  let noticeTimer = 0;
  function say(text, { calm = false, link = null, seconds = 0 } = {}) {
    clearTimeout(noticeTimer);
    const follow = following;
    notice.classList.toggle("calm", calm);
    if (notice.firstChild?.textContent !== text) notice.replaceChildren(...(text ? [element("span", "", text)] : []));
    if (link && !notice.querySelector("a")) notice.append(Object.assign(element("a", "", link.text), { href: link.href }));
    if (follow && text) reveal(null, "instant");
    if (seconds) noticeTimer = setTimeout(() => say(""), seconds * 1000);
  }
  function element(name, className, text) {
    return Object.assign(document.createElement(name), { className, textContent: text ?? "" });
  }

  // --- waiting for an answer ---------------------------------------------------------------------------------------
  let dotsTimer = 0;
  function working() {
    if (dotsTimer || typing.firstChild) return;
    dotsTimer = setTimeout(() => {   // most answers are faster than this and need no dots
      const dots = element("span", "dots");
      dots.setAttribute("aria-hidden", "true");
      dots.append(...[1, 2, 3].map(() => document.createElement("i")));
      typing.replaceChildren(dots, element("span", "", words.typing));
    }, 350);
  }
  function idle() {
    clearTimeout(dotsTimer);
    dotsTimer = 0;
    typing.replaceChildren();
  }

  // --- showing messages --------------------------------------------------------------------------------------------
  // What arrives is followed since the reader was last at the end, and until they scroll up. Where the page stands at
  // that moment says nothing: a quick answer comes while the page still scrolls down to the question.
  let following = true, lastTop = window.scrollY;
  const atEnd = () => window.innerHeight + window.scrollY > document.documentElement.scrollHeight - 200;
  window.addEventListener("scroll", () => {
    if (atEnd()) following = true;
    else if (window.scrollY < lastTop) following = false;
    lastTop = window.scrollY;
  }, { passive: true });
  function reveal(item, behavior = "smooth") {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) behavior = "instant";
    const room = window.innerHeight - dock.offsetHeight - Math.max(0, header.getBoundingClientRect().bottom);
    const above = item?.previousElementSibling;
    const question = above?.matches(".user") ? above : null;
    const height = item ? item.offsetHeight + (question?.offsetHeight ?? 0) : 0;
    following = height <= room;
    if (!following) {   // a long answer is read from its beginning, below the question if there is room for it
      (question?.offsetHeight < room / 4 ? question : item).scrollIntoView({ block: "start", behavior });
    } else {
      window.scrollTo({ top: document.documentElement.scrollHeight, behavior });
    }
  }
  const byMessage = (id) => (id ? log.querySelector(`[data-message="${CSS.escape(id)}"]`) : null);

  function showOwn(item) {
    if (!item.text || byMessage(item.id)) return;
    const turn = element("li", "turn user");
    turn.dataset.message = item.id;
    turn.append(element("p", "who", words.you), element("p", "body", item.text), element("p", "state", ""));
    log.append(turn);
    if ($("welcome")) {
      if ($("welcome").contains(document.activeElement)) $("history").focus({ preventScroll: true });
      $("welcome").remove();
    }
    reveal(turn);
  }
  function rendered(html) {
    const holder = document.createElement("template");
    holder.innerHTML = html;   // made and escaped by the server, with the same template as the page
    return holder.content.firstElementChild;
  }
  function showStored({ id, message, who, html, changed }) {
    if ($(`m${id}`)) {
      if (changed) $(`m${id}`).replaceWith(rendered(html));
      return;
    }
    $("welcome")?.remove();
    const own = byMessage(message);
    if (own) {
      own.id = `m${id}`;
      own.dataset.id = id;
      own.querySelector(".state")?.remove();
      return;
    }
    const follow = following;
    const turn = rendered(html);
    const before = Array.from(log.children).filter((other) => other.dataset.id && Number(other.dataset.id) < id).pop();
    before ? before.after(turn) : log.prepend(turn);
    if (who !== "user") idle();
    if (follow || who === "user") reveal(turn);
    else say(words.newBelow, { calm: true, link: { text: "↓", href: `#m${id}` }, seconds: 8 });
  }
  function forgetBelow(oldest) {
    const gone = Array.from(log.children).filter((turn) => turn.dataset.id && Number(turn.dataset.id) < oldest);
    gone.forEach((turn) => turn.remove());
    if (gone.length) say(words.erased, { calm: true, seconds: 8 });
  }

  function forgetThese(ids) {
    const gone = ids.map((id) => $(`m${id}`)).filter(Boolean);
    gone.forEach((turn) => turn.remove());
    if (gone.length) say(words.removed, { calm: true, seconds: 8 });
  }

  // --- sending -----------------------------------------------------------------------------------------------------
  let queue = [];
  try { queue = JSON.parse(store.get(queueKey) ?? "[]"); } catch { store.set(queueKey, ""); }
  const keep = () => store.set(queueKey, queue.length ? JSON.stringify(queue) : "");
  let pumping = false, wake = () => {};
  const pause = (ms) => new Promise((resolve) => { wake = resolve; setTimeout(resolve, ms); });

  async function post(item) {
    try {
      const response = await fetch(item.action, {
        method: "POST", body: new URLSearchParams(item.fields), headers: { Accept: "application/json" },
        credentials: "same-origin", signal: AbortSignal.timeout(20000),
      });
      if ([429, 502, 503, 504].includes(response.status)) return { again: true };
      return response.ok ? {} : { refused: (await response.json()).text, stale: [403, 404].includes(response.status) };
    } catch {
      return { again: true };   // no connection, no answer in time, or an answer that is not ours
    }
  }
  async function pump() {
    if (pumping) return wake();
    pumping = true;
    let wait = FIRST_PAUSE;
    while (queue.length) {
      const item = queue[0];
      const answer = await post(item);
      if (answer.again) {
        const state = byMessage(item.id)?.querySelector(".state");
        if (state) state.textContent = words.sending;
        idle();
        say(words.unreachable);
        await pause(wait);
        wait = Math.min(wait * 2, LONGEST_PAUSE);
        continue;
      }
      if (wait > FIRST_PAUSE) say(words.back, { calm: true, seconds: 4 });
      wait = FIRST_PAUSE;
      queue.shift();
      keep();
      byMessage(item.id)?.querySelector(".state")?.remove();
      if (answer.refused) {
        byMessage(item.id)?.remove();
        if (item.typed) putBack(item.text);
        idle();
        say(answer.refused, { link: answer.stale ? { text: words.reload, href: "/chat" } : null });
      } else if (item.text && !byMessage(item.id)?.dataset.id) {
        working();
      }
    }
    pumping = false;
  }
  function putBack(text) {
    box.value = box.value ? `${text}\n${box.value}` : text;
    box.dispatchEvent(new Event("input"));
    box.focus();
  }
  function submit(form, button) {
    const typed = form === composer;
    if (typed && !box.value.trim()) return box.focus();
    const data = new FormData(form, button);
    const item = { id: newId(), action: form.getAttribute("action"), typed };
    data.set("message_id", item.id);
    item.fields = Array.from(data.entries());
    if (form.matches(".choices")) item.text = button.querySelector(".label").textContent;
    else item.text = form.matches(".why") ? button.textContent : data.get("text");
    say("");
    if (new URLSearchParams(item.fields).toString().length > BIGGEST) return say(words.tooLong);
    if (form.matches(".rating")) {
      form.querySelectorAll("button").forEach((b) => b.setAttribute("aria-pressed", String(b === button)));
      say(words.rated, { calm: true, seconds: 4 });
    }
    queue.push(item);
    keep();
    showOwn(item);
    if (typed) {
      box.value = "";
      box.dispatchEvent(new Event("input"));
    }
    pump();
  }

  // --- live updates ------------------------------------------------------------------------------------------------
  let source = null, after = Number(words.after), failures = 0, silence = 0, again = 0;
  function listen() {
    clearTimeout(again);
    if (source || document.hidden) return;   // hidden tabs hold no connection; they catch up when they are looked at
    source = new EventSource(`/chat/events?conversation=${encodeURIComponent(words.conversation)}&after=${after}`);
    const on = (name, act) => source.addEventListener(name, (event) => {
      heard();
      if (event.lastEventId) after = Math.max(after, Number(event.lastEventId));
      act(event.data);
    });
    on("message", (data) => showStored(JSON.parse(data)));
    on("waiting", (data) => (data === "yes" ? working() : idle()));
    on("oldest", (data) => forgetBelow(Number(data)));
    on("gone", (data) => forgetThese(JSON.parse(data)));
    on("elsewhere", (data) => showElsewhere(JSON.parse(data)));
    source.onopen = () => {
      heard();
      if (failures > 1 && !queue.length) say(words.back, { calm: true, seconds: 4 });
      failures = 0;
      wake();
    };
    source.onerror = () => {
      const answered = source.readyState === EventSource.CLOSED;
      hangUp();
      failures += 1;
      if (failures > 1) say(queue.length ? words.unreachable : words.unreachableReading);
      again = setTimeout(listen, Math.min(FIRST_PAUSE * 2 ** (failures - 1), LONGEST_PAUSE) * (0.75 + Math.random() / 2));
      if (answered) stillOurs();
    };
  }
  function showElsewhere(html) {   // said again only when it says something else: it is read out
    const made = Object.assign(document.createElement("div"), { innerHTML: html });   // made and escaped by the server
    if (made.textContent !== $("elsewhere").textContent) $("elsewhere").replaceChildren(...made.childNodes);
  }
  function heard() {   // a connection that died without a word is noticed by its silence
    clearTimeout(silence);
    silence = setTimeout(() => { hangUp(); listen(); }, SILENCE);
  }
  function hangUp() {
    clearTimeout(silence);
    source?.close();
    source = null;
  }
  async function stillOurs() {   // an event stream does not tell why it was refused, the page does
    const response = await fetch(`/chat/${words.conversation}`, { method: "HEAD", cache: "no-store" }).catch(() => null);
    if (response?.status !== 404) return;
    clearTimeout(again);
    say(words.stale, { link: { text: words.reload, href: "/chat" } });
  }

  // --- hands on the keyboard ---------------------------------------------------------------------------------------
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("form[data-live]")) return;
    event.preventDefault();
    submit(event.target, event.submitter);
  });
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    submit(composer, null);
  });
  box.addEventListener("input", () => {
    store.set(draftKey, box.value);
    if (!CSS.supports("field-sizing", "content")) {
      box.style.height = "auto";
      box.style.height = `${box.scrollHeight}px`;
    }
    if (box.value.length > ENOUGH_TO_CUT) say(words.cutSoon, { calm: true });
    else if (notice.textContent === words.cutSoon) say("");
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? hangUp() : listen()));
  window.addEventListener("pagehide", hangUp);
  window.addEventListener("pageshow", (event) => event.persisted && listen());
  window.addEventListener("online", () => { listen(); wake(); });

  // --- beginning ---------------------------------------------------------------------------------------------------
  composer.noValidate = true;
  box.value = store.get(draftKey) ?? "";
  queue.forEach(showOwn);
  if (words.waiting === "yes") working();
  if (log.lastElementChild) reveal(log.lastElementChild, "instant");
  if (matchMedia("(hover: hover) and (pointer: fine)").matches) box.focus({ preventScroll: true });
  if (queue.length) pump();
  listen();
})();
