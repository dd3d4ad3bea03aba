"""A case in a chat of coordinators: the card its thread begins with, the lines of it, the queue, the help. Pure.

The card holds the facts the page of a case shows, and nothing else: computed, so it cannot invent anything. It is said anew
whenever one of them changes, so that it is right for everybody who reads it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from bot.content.definitions import Content
from bot.dialogue.case_card import Given, card_words
from bot.dialogue.desk_commands import COMMANDS, MARK, CommandName
from bot.dialogue.desk_words import DESK_WORDS
from bot.dialogue.knowledge_insert import Insert
from bot.handoff.case_moment import due_of
from bot.handoff.case_text import harmless, parse
from bot.handoff.case_words import RESOLUTION_WORDS, remark_words
from bot.handoff.escalation import TEAM
from bot.handoff.promises import due_words
from bot.model import (
    UNFINISHED,
    Block,
    Bullets,
    CaseContext,
    CaseFacts,
    CaseNumber,
    CaseState,
    Choice,
    Locale,
    Paragraph,
    Reply,
    Span,
    TopicId,
)

CLAIM = "desk:claim"
"""What the button on a card carries, followed by the case's number and version: ``desk:claim:17:3``."""

MOST_QUESTION = 1_500
"""Characters of a question a card shows; the rest stands on its page."""

MOST_CARD = 2_800
"""Characters of a card. Every platform takes so many in one message, and a card must be one: its thread is below one message, and
so are its buttons. What is longest is shortened until it fits; the whole stands on its page."""
BETWEEN = 3
"""Characters between two lines of a card, such as an empty line or a bullet."""

_WORDS = {
    "de": {
        "case": "Fall {number}", "question": "Frage", "state": "Stand", "about": "Thema", "person": "Person",
        "why": "Anlass", "until": "Zugesagt bis", "overdue": "überfällig", "owner": "liegt bei {name}",
        "understood": "Verstanden", "offered": "Angeboten", "refused": "Abgelehnt", "shown": "Gezeigt",
        "who": "Angaben", "fits": "Regeln", "earlier": "Frühere Fälle", "files": "Dateien abgelehnt",
        "claim": "Übernehmen", "how": "✋ oder eine Antwort in diesem Faden übernimmt · {mark}hilfe zeigt alles",
        "how_taken": "Was andere als {name} in diesem Faden schreiben, ist eine Notiz · {mark}hilfe zeigt alles",
        "how_explicit": "An die Person geht nur, was mit {mark}a beginnt; alles andere bleibt eine Notiz · {mark}hilfe zeigt alles",
        "said": "Person", "lotse": "Lotse (automatisch)", "notice": "An die Person", "note": "🔒 Notiz", "edited": "bearbeitet",
        "conversation": "das Gespräch steht am Desk im Browser: {mark}desk",
        "none": "Kein offener Fall.", "queue": "{count} offene Fälle",
        "one": "1 offener Fall", "more": "und {count} weitere; {mark}liste und der Desk im Browser zeigen alle",
        "no_inserts": "Dazu gibt es keine Antwort, die heute gilt.", "inserts": "Zum Abschicken: {mark}a und der Text",
        "erased": "Die Person hat ihre Daten löschen lassen.", "content": "Wissensstand {content}",
    },
    "en": {
        "case": "Case {number}", "question": "Question", "state": "State", "about": "Topic", "person": "Person",
        "why": "Reason", "until": "Promised by", "overdue": "overdue", "owner": "with {name}",
        "understood": "Understood", "offered": "Offered", "refused": "Refused", "shown": "Shown",
        "who": "Facts given", "fits": "Rules", "earlier": "Earlier cases", "files": "Files refused",
        "claim": "Claim", "how": "✋ or a reply in this thread claims it · {mark}help shows everything",
        "how_taken": "What others than {name} write in this thread is a note · {mark}help shows everything",
        "how_explicit": "Only what begins with {mark}a goes to the person; all else stays a note · {mark}help shows everything",
        "said": "Person", "lotse": "Lotse (automatic)", "notice": "To the person", "note": "🔒 Note", "edited": "edited",
        "conversation": "the conversation stands at the desk in the browser: {mark}desk",
        "none": "No open case.", "queue": "{count} open cases",
        "one": "1 open case", "more": "and {count} more; {mark}queue and the desk in the browser show all",
        "no_inserts": "There is no answer to that which holds today.", "inserts": "To send one: {mark}a and the text",
        "erased": "The person had their data deleted.", "content": "content {content}",
    },
}  # fmt: skip

HELP: Mapping[Locale, tuple[tuple[CommandName, str], ...]] = {
    "de": (
        ("claim", "übernimmt den Fall (auch ✋, oder einfach antworten)"),
        ("reply", "Text: antwortet der Person; ohne Befehl gilt Ihr Text ebenso, wenn Sie den Fall haben"),
        ("note", "Text: Notiz unter Kolleginnen und Kollegen (auch mit // davor)"),
        ("transfer", "ZIEL: Notiz – an ein Team, eine Person oder ein Thema"),
        ("wait", "[bis TAG] Frage – wartet auf die Person"),
        ("wait_third", "bis TAG [Satz an die Person] – wartet auf eine andere Stelle"),
        ("go_on", "beendet das Warten"),
        ("resolve", "GRUND [letzter Satz an die Person] – schließt ab"),
        ("to_queue", "[Notiz] – zurück auf die Liste"),
        ("to_bot", "Lotse antwortet wieder"),
        ("reopen", "nimmt einen erledigten Fall wieder auf"),
        ("transcript", "schickt der Person den Verlauf"),
        ("again", "schickt noch einmal, was nicht zugestellt wurde"),
        ("knowledge", "Worte – Antworten mit den heutigen Zahlen"),
        ("queue", "offene Fälle, dringendste zuerst"),
        ("next", "[TEAM] – übernimmt den dringendsten Fall, den niemand hat"),
        ("review", "[TEAM] – welche Angaben bald ablaufen, welche Fragen ohne Antwort sind"),
        ("card", "die Karte noch einmal"),
        ("away", "bis TAG [Vertretung NAME] – trägt Ihre Abwesenheit ein"),
        ("back", "da – beendet sie"),
        ("sign_in", "ein Link zum Desk im Browser"),
        ("help", "diese Liste"),
    ),
    "en": (
        ("claim", "takes the case (so does ✋, or simply a reply)"),
        ("reply", "text: answers the person; without a command your text does too when you have the case"),
        ("note", "text: a note among colleagues (so does // in front)"),
        ("transfer", "TARGET: note – to a team, a person or a topic"),
        ("wait", "[until DAY] question – waits for the person"),
        ("wait_third", "until DAY [sentence to the person] – waits for somebody else"),
        ("go_on", "ends the waiting"),
        ("resolve", "REASON [last sentence to the person] – resolves it"),
        ("to_queue", "[note] – back to the list"),
        ("to_bot", "Lotse answers again"),
        ("reopen", "takes a resolved case up again"),
        ("transcript", "sends the person the transcript"),
        ("again", "sends once more what was not delivered"),
        ("knowledge", "words – answers with today's figures"),
        ("queue", "open cases, the most urgent first"),
        ("next", "[TEAM] – takes the most urgent case nobody has"),
        ("review", "[TEAM] – which figures expire soon, which questions have no answer"),
        ("card", "the card once more"),
        ("away", "until DAY [deputy NAME] – enters your absence"),
        ("back", "ends it"),
        ("sign_in", "a link to the desk in the browser"),
        ("help", "this list"),
    ),
}


@dataclass(frozen=True, slots=True)
class DeskCase:
    """What a card is made of. ``name`` is the alias until the employee agreed to more; ``earlier``: when, topic, state."""

    facts: CaseFacts
    name: str
    channel: str
    question: str
    reason: str
    context: CaseContext
    earlier: tuple[tuple[datetime, TopicId | None, CaseState], ...] = ()


@dataclass(frozen=True, slots=True)
class DeskLine:
    """One line of a case. ``kind``: *employee*, *lotse*, *notice*, *coordinator*, *note*, or *remark*."""

    kind: str
    at: datetime
    text: str = ""
    author_name: str = ""
    what: str = ""
    values: tuple[tuple[str, str], ...] = ()
    edited: bool = False


def case_card(case: DeskCase, content: Content, now: datetime, locale: Locale) -> Reply:
    """The card of a case as it stands now. Its one choice is to claim it, while nobody has."""
    words, facts = _WORDS[locale], case.facts
    title = f"{words['case'].format(number=facts.number)} · {team_title(content, facts.team, locale)}"
    question = (words["question"], _shortened(harmless(case.question), MOST_QUESTION) or "–")
    rows = [row for row in _rows(case, content, now, locale) if row[1]]
    how = _how(facts, content, locale)
    (question_row, *other_rows) = _fitting([question, *rows], MOST_CARD - len(title) - len(how) - 2 * BETWEEN)
    blocks: tuple[Block, ...] = (
        Paragraph((Span(title, bold=True),)), Paragraph(question_row), Bullets(tuple(other_rows)),
    )  # fmt: skip
    if how:
        blocks = (*blocks, Paragraph((Span(how),), "notice"))
    choices = (Choice(words["claim"], f"{CLAIM}:{facts.number}:{facts.version}"),) if facts.state == "open" else ()
    can_be_worked = facts.state in UNFINISHED or facts.state == "resolved"
    return Reply(blocks, locale, choices=choices, card=(facts.number, facts.version) if can_be_worked else None)


def _how(facts: CaseFacts, content: Content, locale: Locale) -> str:
    """What becomes of words that are simply written into the thread of an unfinished case (``handoff/relaying.py``)."""
    if facts.state not in UNFINISHED:
        return ""
    team = content.teams.get(facts.team)
    explicit = team is not None and team.relay == "explicit"
    implicit = "how" if facts.owner is None else "how_taken"
    return _WORDS[locale]["how_explicit" if explicit else implicit].format(mark=MARK, name=facts.owner_name)


def _rows(case: DeskCase, content: Content, now: datetime, locale: Locale) -> Iterator[tuple[str, str]]:
    words, facts, texts = _WORDS[locale], case.facts, DESK_WORDS[locale]
    known = card_words(case.context, facts.topic, content, now, locale)
    state = state_words(facts, now, locale)
    if facts.owner is not None and facts.state in UNFINISHED:
        state = f"{state} ({words['owner'].format(name=facts.owner_name)})"
    yield words["state"], state
    due = due_of(facts)
    if due is not None:
        yield words["until"], due_words(due, now, locale) + (f" – {words['overdue']}" if due <= now else "")
    about = f" ({known.about.title}, {known.about.score:.0f} %)" if known.about is not None else ""
    yield words["about"], f"{topic_title(content, facts.topic, locale)}{about}"
    platform = texts.get(f"desk_platform_{case.channel}", case.channel)
    yield words["person"], f"{harmless(case.name)} · {platform} · {texts[f'desk_language_{facts.locale}']}"
    reason = case.reason.replace(" ", "_")
    yield words["why"], texts.get(f"desk_reason_{reason}", case.reason.replace("_", " "))
    yield words["understood"], "; ".join(f"{guess.title} ({guess.score:.0f} %)" for guess in known.understood[:3])
    yield words["shown"], "; ".join(_given(one, locale) for one in known.given)
    yield words["offered"], "; ".join(known.offered)
    yield words["refused"], "; ".join(known.refused)
    yield words["who"], "; ".join(known.who)
    yield words["fits"], " ".join(known.fits)
    if case.context.files_refused:
        yield words["files"], str(case.context.files_refused)
    yield (
        words["earlier"],
        "; ".join(
            f"{opened.date().isoformat()} {topic_title(content, topic, locale)} ({texts[f'desk_short_{state}']})"
            for opened, topic, state in case.earlier[-3:]
        ),
    )


def _given(given: Given, locale: Locale) -> str:
    """An answer the employee was given: whether it still holds, its id, and the content it was shown from."""
    holds = f"{'✓' if given.freshness == 'valid' else '⚠'} {DESK_WORDS[locale][f'desk_fresh_{given.freshness}']}"
    shown_from = f", {_WORDS[locale]['content'].format(content=given.content)}" if given.content else ""
    return f"{given.title}: {holds} ({given.label}{shown_from})"


def _fitting(rows: Sequence[tuple[str, str]], room: int) -> Iterator[tuple[Span, ...]]:
    """The rows in so many characters: the longest are shortened, so that none is left out and the short ones stand as they are."""
    room -= sum(len(title) + len(": ") + BETWEEN for title, _ in rows)
    most = room
    for left, length in zip(range(len(rows), 0, -1), sorted(len(text) for _, text in rows), strict=True):
        most = room // left
        if length > most:
            break
        room -= length
    for title, text in rows:
        yield Span(f"{title}: ", bold=True), Span(_shortened(text, most))


def _shortened(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def case_line(line: DeskLine, content: Content, locale: Locale) -> Reply:
    """One line of a case as it stands in its thread. What employees typed is text and nothing else."""
    words = _WORDS[locale]
    edited = f" ({words['edited']})" if line.edited else ""
    match line.kind:
        case "remark":
            remark = remark_of(line.what, line.values, line.at, content, locale)
            if line.what == "consented":  # what was said before the case is in no thread
                remark = f"{remark}; {words['conversation'].format(mark=MARK)}"
            return Reply((Paragraph((Span(f"– {remark} –"),), "notice"),), locale)
        case "note":
            return _said(f"{words['note']} · {line.author_name}", line.text + edited, locale)
        case "coordinator":
            blocks = parse(line.text) or (Paragraph((Span("–"),)),)
            return Reply((Paragraph((Span(f"{line.author_name}{edited}:", bold=True),)), *blocks), locale)
        case "lotse":
            return _said(words["lotse"], line.text, locale)
        case "notice":
            return _said(words["notice"], line.text, locale)
        case _:
            return _said(words["said"], line.text + edited, locale)


def _said(who: str, text: str, locale: Locale) -> Reply:
    return Reply((Paragraph((Span(f"{harmless(who)}: ", bold=True), Span(harmless(text)))),), locale)


def remark_of(what: str, given: tuple[tuple[str, str], ...], at: datetime, content: Content, locale: Locale) -> str:
    """A remark in words: ids of teams, topics and codes by their names, moments as one says them."""
    values = dict(given)
    if "team" in values:
        values["team"] = team_title(content, values["team"], locale)
    values.setdefault("to", "–")  # an earlier release did not say who was called
    values["to"] = re.sub(rf"{TEAM}(\w+)", lambda found: team_title(content, found[1], locale), values["to"])
    if "topic" in values:
        values["topic"] = topic_title(content, TopicId(values["topic"]), locale)
    if "code" in values:
        known = {str(code): words for code, words in RESOLUTION_WORDS.items()}
        values["code"] = known[values["code"]][locale] if values["code"] in known else values["code"]
    if "until" in values:
        with suppress(ValueError):  # of an earlier release
            values["until"] = due_words(datetime.fromisoformat(values["until"]), at, locale)
    return remark_words(what, values, locale)


def queue_list(
    cases: Sequence[DeskCase], content: Content, now: datetime, locale: Locale, *, most: int | None = None
) -> Reply:
    """The open cases, in the order they are handed in, one line each; ``most`` of them, and how many there are besides."""
    words = _WORDS[locale]
    if not cases:
        return Reply((Paragraph((Span(words["none"]),)),), locale)
    title = words["one"] if len(cases) == 1 else words["queue"].format(count=len(cases))
    rows = tuple(_queue_row(case, content, now, locale) for case in cases[:most])
    blocks: tuple[Block, ...] = (Paragraph((Span(title, bold=True),)), Bullets(rows))
    if len(rows) < len(cases):
        more = words["more"].format(count=len(cases) - len(rows), mark=MARK)
        blocks = (*blocks, Paragraph((Span(f"… {more}"),), "notice"))
    return Reply(blocks, locale)


def _queue_row(case: DeskCase, content: Content, now: datetime, locale: Locale) -> tuple[Span, ...]:
    facts, words = case.facts, _WORDS[locale]
    due = due_of(facts)
    until = f" · {due_words(due, now, locale)}{' ⚠' if due <= now else ''}" if due is not None else ""
    owner = f" · {facts.owner_name}" if facts.owner is not None else ""
    line = " ".join(case.question.split())
    short = line if len(line) <= 80 else f"{line[:79].rstrip()}…"
    state = DESK_WORDS[locale][f"desk_short_{facts.state}"]
    number = Span(f"{words['case'].format(number=facts.number)}: ", bold=True)
    return (number, Span(f"{harmless(short)} · {state}{owner}{until}"))


def help_list(locale: Locale) -> Reply:
    """All commands with what they do."""
    place = 0 if locale == "de" else -1
    items = tuple(
        (Span(f"{MARK}{COMMANDS[name][place]}", code=True), Span(f" {words}")) for name, words in HELP[locale]
    )
    return Reply((Bullets(items),), locale)


def inserts_list(inserts: Iterable[Insert], locale: Locale) -> Reply:
    """Answers of the knowledge base with the figures of today; what may not be shown as current is left out."""
    words = _WORDS[locale]
    blocks: list[Block] = []
    for insert in inserts:
        if insert.status == "answer":
            blocks += [Paragraph((Span(insert.title, bold=True),)), *parse(insert.text)]
    if not blocks:
        return Reply((Paragraph((Span(words["no_inserts"]),)),), locale)
    return Reply((*blocks, Paragraph((Span(words["inserts"].format(mark=MARK)),), "notice")), locale)


def erased_card(number: CaseNumber, locale: Locale) -> Reply:
    """What a room reads instead of the card of a case whose person had everything deleted."""
    words = _WORDS[locale]
    title = Span(words["case"].format(number=number), bold=True)
    return Reply((Paragraph((title, Span(f": {words['erased']}"))),), locale)


def claimed_in(value: str) -> tuple[CaseNumber, int] | None:
    """The case and version a pressed button names; None when it is no such button. Whether it may be, others say."""
    found = re.fullmatch(rf"{CLAIM}:([0-9]{{1,9}}):([0-9]{{1,9}})", value)
    return None if found is None else (CaseNumber(int(found[1])), int(found[2]))


# --- Names -----------------------------------------------------------------------------------------------------------


def team_title(content: Content, team: str, locale: Locale) -> str:
    """The team's name, or its id when the content no longer has it."""
    known = content.teams.get(team)
    return known.name[locale] if known else team


def topic_title(content: Content, topic: TopicId | None, locale: Locale) -> str:
    """The topic's title; its id when the content no longer has it, and a dash where nobody knows."""
    if topic is None:
        return "–"
    known = content.topics.get(topic)
    return known.title[locale] if known else topic


def state_words(facts: CaseFacts, now: datetime, locale: Locale) -> str:
    """Where the case stands: *Wartet auf die Person, bis Montag, 8:00 Uhr*."""
    texts = DESK_WORDS[locale]
    words = texts[f"desk_state_{facts.state}"]
    until = (facts.waiting_until or facts.give_up_at) if facts.waiting_since is not None else facts.reopen_until
    if facts.state in ("waiting_employee", "waiting_third", "resolved", "bot") and until is not None:
        return words.replace("{until}", due_words(until, now, locale))
    return words.replace("{until}", texts["desk_open_end"])
