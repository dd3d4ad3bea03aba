"""What is wrong with the texts people read: placeholders, literal figures, markup, length, tone."""

import re
from collections.abc import Iterator

from bot.content.definitions import Answer, ByLocale, Topic
from bot.content.draft import Draft, Findings, KeyPath, answers_of, did_you_mean, texts_of
from bot.content.literals import literal_figures
from bot.content.placeholders import Placeholder, placeholders, without_placeholders
from bot.errors import ContentProblem
from bot.model import LOCALES, Locale, TopicId

BLOCK_LIMIT = 3_000
"""Characters of one Slack section block; a longer text would be refused by the platform."""
SENTENCE_LIMIT = 25
"""Words of one sentence that are still read in one go."""


def text_findings(draft: Draft) -> list[ContentProblem]:
    """Every finding about the texts of answers, intents and aspects."""
    findings = draft.findings()
    for topic in draft.content.topics.values():
        for path, answer in answers_of(topic, draft.trees):
            for below, texts in texts_of(answer):
                _text(topic.place.file, (*path, *below), texts, findings)
                _placeholders(topic, answer, (*path, *below), texts, draft, findings)
            _unsourced(topic, path, answer, findings)
    for intent in draft.content.intents.values():
        for locale, replies in intent.reply.items():
            for index, reply in enumerate(replies):
                _one_text(intent.place.file, ("reply", locale, index), reply, findings)
                _reply_placeholders(intent.place.file, ("reply", locale, index), reply, draft, findings)
    for aspect in draft.content.aspects.values():
        for key, texts, allowed in (
            ("known", aspect.module_known, {"value", "module", "contact"}),
            ("unknown", aspect.module_unknown, {"module", "contact"}),
        ):
            _text(aspect.place.file, ("module", key), texts, findings)
            for locale, text in texts.items():
                _known_words(aspect.place.file, ("module", key, locale), text, allowed, findings)
    return findings.problems


# --- One text ------------------------------------------------------------------------------------------------

_HTML = re.compile(r"</?[a-zA-Z][^<>]*>|<[!@#][^<>]*>|&(?:[a-zA-Z]{2,8}|#\d{1,6});")
_LINK = re.compile(r"\[([^\[\]]*)\]\(([^()]*)\)")
_BARE = re.compile(r"https?://[^\s)\]]+")
_PROMISES = re.compile(
    r"(?<!nicht )(?<!keine )\b(garantiert|garantieren|mit Sicherheit|steht Ihnen zu|Sie bekommen|bekommen Sie|"
    r"wird bewilligt|werden bewilligt)\b|"
    r"(?<!not )(?<!no )\b(guaranteed|guarantees?|you will get|you will receive|you are entitled|will be approved)\b",
    re.IGNORECASE,
)
_PROMISE_SIGNS = ("garantier", "sicherheit", "steht ihnen", "bekommen", "bewilligt", "guarant", "you ", "approved")


def _text(file: str, path: KeyPath, texts: ByLocale, findings: Findings) -> None:
    for locale, text in texts.items():
        _one_text(file, (*path, locale), text, findings)


def _one_text(file: str, path: KeyPath, text: str, findings: Findings) -> None:
    for literal in literal_figures(text):
        message = f"“{literal.words}” is {literal.kind} in a text."
        hint = "Make it a fact and write its name in braces; then it has a source and a review date."
        findings.add(file, path, "KB025", message, hint, words=_first_line(literal.words))
    for match in _HTML.finditer(text) if "<" in text or "&" in text else ():
        hint = "Write **bold**, [words](https://…), or `- ` for a list."
        findings.add(file, path, "KB044", f"“{match[0]}” is HTML or a control sign.", hint, words=match[0])
    if "](" in text or "http" in text:
        _links(file, path, text, findings)
    if len(text) > BLOCK_LIMIT:
        message = f"The text has {len(text)} characters; {BLOCK_LIMIT} is the limit of one message block."
        findings.add(file, path, "KB045", message, "Move the rest to `more`.")
    lower = text.lower()
    for match in _PROMISES.finditer(text) if any(sign in lower for sign in _PROMISE_SIGNS) else ():
        hint = "An authority decides: write “möglich ist”, “bis zu”, “the state can cover”."
        findings.notice(file, path, "KB047", f"“{match[0]}” sounds like a promise.", hint, words=match[0])
    if text.count(" ") < SENTENCE_LIMIT:
        return
    for sentence in sentences_of(text):
        count = len(sentence.split())
        if count > SENTENCE_LIMIT:
            message = f"A sentence has {count} words: “{sentence[:40]}…”"
            hint = f"Up to {SENTENCE_LIMIT} words are read in one go; make two of it."
            findings.notice(file, path, "KB046", message, hint, words=sentence[:20])


def _first_line(words: str) -> str:
    return words.split("\n", 1)[0]


def _links(file: str, path: KeyPath, text: str, findings: Findings) -> None:
    for match in _LINK.finditer(text):
        words, address = match[1].strip(), match[2].strip()
        if not words:
            hint = "Say in square brackets where it leads."
            findings.add(file, path, "KB044", "A link has no words.", hint, words=match[0])
        if not address.startswith(("https://", "mailto:", "tel:", "{")):
            message = f"“{address}” is not an address beginning with https."
            findings.add(file, path, "KB026", message, "Write the whole address.", words=match[0])
    rest = _LINK.sub(lambda match: "\x00" * len(match[0]), text)
    for match in _BARE.finditer(rest):
        hint = "Write [words](address), so that people read where it leads."
        findings.add(file, path, "KB044", "A link has no words.", hint, words=match[0])


_ABBREVIATIONS = frozenset(
    re.findall(r"\S+", "z B z.B d h d.h u a o ä ggf bzw usw etc ca Nr Abs Art St Dr Prof inkl max min e.g i.e")
)
_END = re.compile(r"[.!?:;](?=\s|$)|\n")


def sentences_of(text: str) -> Iterator[str]:
    """The sentences of a text; a line of a list is one, and what stands before a colon."""
    waiting: str = ""
    for piece in _END.split(_LINK.sub(lambda match: match[1], text) if "](" in text else text):
        waiting = f"{waiting}. {piece.strip(' -*')}" if waiting else piece.strip(" -*")
        if waiting.rpartition(" ")[2] in _ABBREVIATIONS:
            continue
        if waiting:
            yield waiting
        waiting = ""
    if waiting:
        yield waiting


# --- Placeholders --------------------------------------------------------------------------------------------


def _placeholders(
    topic: Topic, answer: Answer, path: KeyPath, texts: ByLocale, draft: Draft, findings: Findings
) -> None:
    named: dict[Locale, set[str]] = {}
    before = len(findings.problems)
    for locale, text in texts.items():
        where = (*path, locale)
        names = named.setdefault(locale, set())
        for placeholder in placeholders(text):
            if not isinstance(placeholder, Placeholder):
                _unreadable(topic.place.file, where, placeholder, findings)
                continue
            names.add(placeholder.raw.split(":")[0])
            if not placeholder.is_list:
                _one_placeholder(topic, placeholder, where, draft, findings)
            elif answer.query is None:
                hint = "Add `list: {area: modules, …}` beside the texts."
                findings.add(topic.place.file, where, "KB041", "There is no list for {list}.", hint, words="{list}")
        _table_placement(topic, text, where, draft, findings)
        _stray_braces(topic.place.file, where, text, findings)
    if len(findings.problems) > before:
        return  # what differs between the languages is the misspelling, and that has been said
    for locale in LOCALES:
        others = set().union(*(names for other, names in named.items() if other != locale))
        for name in sorted(others - named.get(locale, set())):
            message = f"{{{name}}} stands in the other language but not here."
            hint = "Both languages must say the same; add it here or take it out there."
            findings.add(topic.place.file, (*path, locale), "KB042", message, hint)


def _unreadable(file: str, path: KeyPath, raw: str, findings: Findings) -> None:
    message = f"{{{raw}}} cannot be read."
    hint = "Write {fact}, {topic.fact}, {before.fact} or {fact.from}; :n, :v or :dat may follow."
    findings.add(file, path, "KB041", message, hint, words=f"{{{raw}}}")


def _stray_braces(file: str, path: KeyPath, text: str, findings: Findings) -> None:
    rest = without_placeholders(text)
    for brace in "{}":
        if brace in rest:
            findings.add(
                file, path, "KB041", f"A single `{brace}` stands here.", "Close it, or delete it.", words=brace
            )


def _one_placeholder(topic: Topic, placeholder: Placeholder, path: KeyPath, draft: Draft, findings: Findings) -> None:
    file, words = topic.place.file, f"{{{placeholder.raw}}}"
    of = topic
    if placeholder.topic is not None:
        found = draft.content.topics.get(TopicId(placeholder.topic))
        if found is None:
            if placeholder.topic not in draft.ids("topic"):
                hint = did_you_mean(placeholder.topic, draft.ids("topic"), otherwise="Name a topic of knowledge/.")
                message = f"There is no topic `{placeholder.topic}` for {words}."
                findings.add(file, path, "KB041", message, hint, words=words)
            return
        of = found
    having = [version for version in of.versions if placeholder.fact in version.facts]
    if not having:
        known = frozenset(name for version in of.versions for name in version.facts)
        hint = did_you_mean(placeholder.fact, known, otherwise="Add the fact under `versions`.")
        findings.add(file, path, "KB041", f"There is no fact for {words}.", hint, words=words)
    elif placeholder.before:
        past = [version for version in of.versions if version.end] if of.ended else of.versions[:-1]
        if not any(placeholder.fact in version.facts for version in past):
            message = f"There is no earlier version with a fact for {words}."
            findings.add(file, path, "KB043", message, "Add the earlier version with `to`.", words=words)
        if placeholder.start and not any(placeholder.fact in version.facts and version.start for version in past):
            findings.add(
                file, path, "KB043", f"No earlier version has a first day for {words}.", "Add `from`.", words=words
            )
    elif of.ended is None and placeholder.fact not in of.versions[-1].facts:
        message = f"The newest version has no fact for {words}."
        findings.add(file, path, "KB043", message, "Add it there, or write {before.…}.", words=words)
    elif placeholder.start and of.versions[-1].start is None:
        findings.add(file, path, "KB043", f"The version has no first day for {words}.", "Add `from`.", words=words)


def _table_placement(topic: Topic, text: str, path: KeyPath, draft: Draft, findings: Findings) -> None:
    for line in text.split("\n"):
        for placeholder in placeholders(line):
            if not isinstance(placeholder, Placeholder) or not _is_table(topic, placeholder, draft):
                continue
            words = f"{{{placeholder.raw}}}"
            if not line.rstrip().endswith(words) or line.lstrip().startswith("- "):
                message = f"{words} prints as a list, so nothing may follow in its line."
                findings.add(topic.place.file, path, "KB041", message, "Put it at the end of a line.", words=words)


def _is_table(topic: Topic, placeholder: Placeholder, draft: Draft) -> bool:
    if placeholder.is_list:
        return True
    of = draft.content.topics.get(TopicId(placeholder.topic or topic.id))
    facts = [version.facts.get(placeholder.fact) for version in of.versions] if of else []
    return not placeholder.start and any(fact is not None and fact.unit == "table" for fact in facts)


def _reply_placeholders(file: str, path: KeyPath, text: str, draft: Draft, findings: Findings) -> None:
    """The reply of an intent belongs to no topic, so its facts are named with theirs."""
    for placeholder in placeholders(text):
        if not isinstance(placeholder, Placeholder):
            _unreadable(file, path, placeholder, findings)
        elif placeholder.topic is None:
            message = f"{{{placeholder.raw}}} means nothing in a reply."
            findings.add(file, path, "KB041", message, "Write {topic.fact}.", words=f"{{{placeholder.raw}}}")
        else:
            found = draft.content.topics.get(TopicId(placeholder.topic))
            if found is not None:
                _one_placeholder_elsewhere(file, path, placeholder, found, findings)
            elif placeholder.topic not in draft.ids("topic"):
                hint = did_you_mean(placeholder.topic, draft.ids("topic"), otherwise="Name a topic of knowledge/.")
                message = f"There is no topic `{placeholder.topic}`."
                findings.add(file, path, "KB041", message, hint, words=f"{{{placeholder.raw}}}")
    _stray_braces(file, path, text, findings)


def _one_placeholder_elsewhere(
    file: str, path: KeyPath, placeholder: Placeholder, topic: Topic, findings: Findings
) -> None:
    if not any(placeholder.fact in version.facts for version in topic.versions):
        known = frozenset(name for version in topic.versions for name in version.facts)
        hint = did_you_mean(placeholder.fact, known, otherwise="Add the fact there.")
        message = f"`{topic.id}` has no fact `{placeholder.fact}`."
        findings.add(file, path, "KB041", message, hint, words=f"{{{placeholder.raw}}}")


def _known_words(file: str, path: KeyPath, text: str, allowed: set[str], findings: Findings) -> None:
    for placeholder in placeholders(text):
        raw = placeholder.raw if isinstance(placeholder, Placeholder) else placeholder
        if raw not in allowed:
            hint = f"Possible here: {', '.join(f'{{{word}}}' for word in sorted(allowed))}."
            findings.add(file, path, "KB041", f"{{{raw}}} means nothing here.", hint, words=f"{{{raw}}}")
    if "value" in allowed and "{value}" not in text:
        findings.add(file, path, "KB041", "The sentence does not say the value.", "Add {value}.")
    _stray_braces(file, path, text, findings)


def _unsourced(topic: Topic, path: KeyPath, answer: Answer, findings: Findings) -> None:
    if answer.sources or answer.gap or answer.query or topic.kind == "overview":
        return
    if any(
        isinstance(placeholder, Placeholder)
        for _, texts in texts_of(answer)
        for text in texts.values()
        for placeholder in placeholders(text)
    ):
        return
    message = "No fact and no source carries this answer."
    hint = "Add `sources: […]`, or `gap: true` when the text says that nothing is known."
    findings.problems.append(
        ContentProblem(topic.place.file, answer.place.line, answer.place.column, "KB048", message, hint, "notice")
    )
