"""Whether the test sentences of the content lead where they must, by the reader and the dialogue that serve.

Every sentence is the first of a conversation, without a language known beforehand, as of the day of the check. One that
leads somewhere else is an error: somebody would read a wrong answer, and it is the one sign that a change here took
something away there. Where Lotse asks back, or says that it does not know, nobody is misled, and whether a score lies just
above or just below a threshold changes with every sentence that is taught anywhere (of 273 sentences that failed in the
first content, 101 were of this kind, and half of them were others after the next change). Those are notices.

Failures one has to live with are listed in ``knowledge/known_failures.yaml``. What is listed must fail; what passes has to
leave the list, so it can only shrink by itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.content.definitions import Content
from bot.content.draft import Draft, Findings, KeyPath, answers_of
from bot.content.facts import answer_on
from bot.content.yaml_tree import plain
from bot.dialogue.choosing import answer_of, topic_of
from bot.dialogue.policy import take_turn
from bot.dialogue.state import State
from bot.dialogue.turn import Turn
from bot.errors import ContentProblem
from bot.likeness_findings import likeness_findings
from bot.model import LOCALES, AspectId, Candidate, Context, IntentId, Locale, TopicId, Utterance
from bot.rehearsal import noon
from bot.understanding.reader import Reader
from bot.understanding.understand import understand

KNOWN_FAILURES = "knowledge/known_failures.yaml"

Result = Literal["right", "unsure", "wrong"]
Key = tuple[str, Locale, str]
"""Label, language and words of a test sentence."""


@dataclass(frozen=True, slots=True)
class Trial:
    """A test sentence: it must lead to ``label`` (``topic.aspect`` or an intent), or must not."""

    label: str
    locale: Locale
    text: str
    wanted: bool
    file: str
    path: KeyPath

    @property
    def key(self) -> Key:
        """What the list of known failures names it by."""
        return self.label, self.locale, self.text


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a test sentence; ``unsure``: Lotse asked back or said that it does not know."""

    trial: Trial
    result: Result
    came: str
    """What came, in words for admins."""


def understood_findings(draft: Draft, reader: Reader, day: date) -> list[ContentProblem]:
    """Every finding that needs understanding: failing test sentences, sentences too alike, answers out of reach."""
    return [*trial_findings(draft, reader, day), *likeness_findings(draft, reader)]


def trial_findings(draft: Draft, reader: Reader, day: date) -> list[ContentProblem]:
    """Findings about test sentences alone: those that fail, and what the list of known failures gets wrong."""
    findings = draft.findings()
    known = known_failures(draft)
    failed: set[Key] = set()
    for outcome in outcomes(draft, reader, day):
        trial = outcome.trial
        if outcome.result == "wrong":
            failed.add(trial.key)
        if outcome.result != "right" and trial.key not in known:
            _report(outcome, findings)
    trials = {trial.key for trial in trials_of(draft, day)}
    for key, path in known.items():
        label, _, text = key
        if key not in trials:
            message = f"`{label}` has no test sentence “{text}”."
            findings.add(KNOWN_FAILURES, path, "KB066", message, "Remove it from the list, or mend its words.")
        elif key not in failed:
            message = f"“{text}” does not fail: it leads where it must."
            findings.add(KNOWN_FAILURES, path, "KB066", message, "Remove it from the list.")
    return findings.problems


def known_failures(draft: Draft) -> Mapping[Key, KeyPath]:
    """The test sentences that are known to fail, and where each is listed."""
    tree = draft.trees.get(KNOWN_FAILURES)
    listed = plain(tree.root)["failures"] if tree else ()
    return {(row["label"], row["locale"], row["sentence"]): ("failures", i) for i, row in enumerate(listed)}


def outcomes(draft: Draft, reader: Reader, day: date) -> Iterator[Outcome]:
    """What becomes of every test sentence on a day."""
    now = noon(day)
    for trial in trials_of(draft, day):
        found = understand(trial.text, reader, Context())
        turn = take_turn(State(introduced=True), Utterance(trial.text), found, draft.content, now)
        right = leads_to(turn, found.candidates[:1], trial.label, draft.content)
        result: Result = "right" if right == trial.wanted else "wrong"
        if result == "wrong" and trial.wanted and (turn.decision == "clarify" or _not_understood(turn)):
            result = "unsure"
        offered = ", the right one is among the choices" if trial.label in _offered(turn, draft.content) else ""
        came = (
            _came(turn, found.candidates)
            + offered
            + (f", read as {found.locale}" if found.locale != trial.locale else "")
        )
        yield Outcome(trial, result, came)


def trials_of(draft: Draft, day: date) -> Iterator[Trial]:
    """Every test sentence of answers that are in force on a day, and of intents."""
    content = draft.content
    for topic in content.topics.values():
        for path, answer in answers_of(topic, draft.trees):
            if path[0] == "versions" and answer_on(topic, answer.aspect, day) is not answer:
                continue
            label, file = f"{topic.id}.{answer.aspect}", topic.place.file
            for locale in LOCALES:
                for wanted, sentences in ((True, answer.tests.yes), (False, answer.tests.no)):
                    where: KeyPath = (*path, "tests", locale, "yes" if wanted else "no")
                    for index, text in enumerate(sentences.get(locale, ())):
                        yield Trial(label, locale, text, wanted, file, (*where, index))
    for intent in content.intents.values():
        for locale in LOCALES:
            for wanted, sentences in ((True, intent.tests.yes), (False, intent.tests.no)):
                where = ("tests", locale, "yes" if wanted else "no")
                for index, text in enumerate(sentences.get(locale, ())):
                    yield Trial(intent.id, locale, text, wanted, intent.place.file, (*where, index))


def leads_to(turn: Turn, best: tuple[Candidate, ...], label: str, content: Content) -> bool:
    """Whether a turn gives the answer, or does what the intent is for.

    An aspect that is the same side (``same_as``) counts, and one of several answers in one turn does. Two control words
    with one action are one: *back* and *cancel* both leave what is open.
    """
    if "." in label:
        shown = turn.label.split("+") if turn.label else ()
        return turn.decision == "answer" and any(_one_answer(content, name) == label for name in shown)
    intent = content.intents[IntentId(label)]
    asks_back = turn.decision == "clarify" and turn.label == label  # which is what this intent is for
    if turn.decision != intent.kind and not asks_back:
        return False
    meant = next((content.intents[c.intent] for c in best if c.intent), None)
    same_action = meant is not None and meant.kind == "control" and meant.action == intent.action
    return turn.label == label or (intent.kind == "control" and same_action)


def _one_answer(content: Content, label: str) -> str:
    topic, _, aspect = label.partition(".")
    found = content.topics.get(TopicId(topic))
    return f"{topic}.{found.same_as.get(AspectId(aspect), aspect)}" if found else label


def _not_understood(turn: Turn) -> bool:
    return turn.decision in ("miss", "off_topic") and turn.label is None


def _offered(turn: Turn, content: Content) -> set[str]:
    if turn.decision != "clarify":
        return set()
    offered: set[str] = set()
    for choice in (choice for reply in turn.replies for choice in reply.choices):
        topic = topic_of(choice.value, content)
        pair = (topic, turn.state.aspect) if topic and turn.state.aspect else answer_of(choice.value, content)
        if pair:
            offered.add(_one_answer(content, ".".join(pair)))
    return offered


# --- Words for admins ----------------------------------------------------------------------------------------


def _came(turn: Turn, candidates: tuple[Candidate, ...]) -> str:
    first = f"{candidates[0].label} {candidates[0].score:.0f} of 100" if candidates else "no guess at all"
    second = f"; second: {candidates[1].label} {candidates[1].score:.0f}" if len(candidates) > 1 else ""
    match turn.decision:
        case "answer":
            what = f"it leads to {turn.label}"
        case "clarify":
            what = "Lotse asks back"
        case _ if _not_understood(turn):
            what = "it is not understood"
        case _:
            what = f"it is taken for {turn.label} ({turn.decision})"
    return f"{what} ({first}{second})"


def _report(outcome: Outcome, findings: Findings) -> None:
    trial = outcome.trial
    if not trial.wanted:
        message = f"“{trial.text}” must not lead to {trial.label}, but {outcome.came}."
        findings.add(trial.file, trial.path, "KB064", message, "Teach it where it belongs, or change the test.")
        return
    message = f"“{trial.text}” must lead to {trial.label}, but {outcome.came}."
    hint = f'Teach a sentence like it (`lotse teach "…" {trial.label}`), or change the test.'
    if outcome.result == "unsure":
        findings.notice(trial.file, trial.path, "KB065", message, hint)
    else:
        findings.add(trial.file, trial.path, "KB064", message, hint)
