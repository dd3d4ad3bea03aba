"""Whatever one file says about another: ids that fit their file, and references that lead somewhere.

These findings, with syntax and shape, are what makes Content safe to hand to the rest of the program: after them every
id in it exists.
"""

from collections.abc import Iterable, Mapping

from bot.content.definitions import Condition, Content, Intent, Lists, Topic, Who
from bot.content.draft import Draft, Findings, KeyPath, answers_of, did_you_mean, stem, version_path
from bot.content.editor_schema import modeline
from bot.content.schema import kind_of
from bot.content.team_findings import team_findings
from bot.content.yaml_tree import Tree
from bot.errors import ContentProblem
from bot.model import TopicId

HANDOFF_ACTIONS = ("person", "offer_person")


def reference_findings(draft: Draft) -> list[ContentProblem]:
    """Every dangling reference and every id in the wrong place."""
    findings = draft.findings()
    _names_and_folders(draft, findings)
    for topic in draft.content.topics.values():
        _topic(topic, draft, findings)
    for who in draft.content.who.values():
        _who(who, draft, findings)
    for intent in draft.content.intents.values():
        _intent(intent, draft, findings)
    team_findings(draft, findings)
    _steps(draft, findings)
    return findings.problems


def _names_and_folders(draft: Draft, findings: Findings) -> None:
    for name, tree in draft.trees.items():
        _modeline(name, tree, findings)
        kind = kind_of(name)
        if kind not in ("topic", "aspect", "who", "intent", "contact"):
            continue
        node = tree.find((kind,))
        if node is not None and isinstance(node.value, str) and node.value != stem(name):
            message = f"The id `{node.value}` is not the name of the file."
            findings.add(name, (kind,), "KB014", message, f"Write `{kind}: {stem(name)}`, or rename the file.")
        key = {"topic": "area", "intent": "kind"}.get(kind)
        folder = name.split("/")[-2]
        node = tree.find((key,)) if key else None
        if key and node is not None and node.value != folder:
            message = f"`{key}: {node.value}` is not the folder the file lies in."
            findings.add(name, (key,), "KB014", message, f"Write `{key}: {folder}`, or move the file.")


def _modeline(name: str, tree: Tree, findings: Findings) -> None:
    wanted = modeline(name)
    if wanted is not None and tree.text.split("\n", 1)[0].rstrip() != wanted:
        message = "The first line does not tell the editor which schema this file follows."
        problem = ContentProblem(name, 1, 1, "KB018", message, f"Write as the first line: {wanted}", "notice")
        findings.problems.append(problem)


# --- Topics --------------------------------------------------------------------------------------------------


def _topic(topic: Topic, draft: Draft, findings: Findings) -> None:
    file, content = topic.place.file, draft.content

    def require(path: KeyPath, value: str, known: Iterable[str], what: str, where: str) -> None:
        known = frozenset(known)
        if value not in known:
            hint = did_you_mean(value, known, otherwise=f"Known are the {where}.")
            findings.add(file, path, "KB012", f"There is no {what} `{value}`.", hint)

    if not draft.is_broken("teams"):
        require(("team",), topic.team, content.teams, "team", "ids in knowledge/teams.yaml")
    require(("contact",), topic.contact, draft.ids("contact"), "contact", "files in knowledge/contacts/")
    for index, other in enumerate(topic.instead):
        require(("instead", index), other, draft.ids("topic"), "topic", "files in knowledge/")
        if other == topic.id:
            findings.add(file, ("instead", index), "KB019", "A topic cannot stand for itself.", "Name another topic.")
    _aspects(topic, draft, findings)
    _same_as(topic, draft, findings)
    _sources(topic, draft, findings)
    for path, answer in answers_of(topic, draft.trees):
        for who in answer.who:
            if who not in draft.ids("who"):
                hint = did_you_mean(who, draft.ids("who"), otherwise="Known are the files in intents/who/.")
                findings.add(file, (*path, "who", who), "KB012", f"There is no kind of person `{who}`.", hint, key=True)
        for index, target in enumerate(answer.next):
            _next(topic, target, (*path, "next", index), draft, findings)
    _conditions(topic, draft, findings)
    _gives(topic, draft, findings)


def own_aspects(topic: Topic) -> frozenset[str]:
    """Every aspect this topic has a text for, in general or in one version."""
    return frozenset(topic.answers) | {aspect for version in topic.versions for aspect in version.answers}


def module_aspects(content: Content) -> frozenset[str]:
    """Aspects that a module block answers."""
    return frozenset(aspect.id for aspect in content.aspects.values() if aspect.module_field)


def _aspects(topic: Topic, draft: Draft, findings: Findings) -> None:
    """An aspect is one of intents/aspects/, or one of its own with title and asks."""
    for path, answer in answers_of(topic, draft.trees):
        if answer.aspect in draft.ids("aspect"):
            continue
        missing = [name for name, there in (("title", answer.title), ("asks", any(answer.asks.values()))) if not there]
        if missing:
            near = did_you_mean(answer.aspect, draft.ids("aspect"), otherwise="")
            message = f"`{answer.aspect}` is no aspect of intents/aspects/ and has no {' and no '.join(missing)}."
            hint = f"{near} An aspect of its own needs `title` and `asks`.".strip()
            findings.add(topic.place.file, path, "KB035", message, hint, key=True)


def _same_as(topic: Topic, draft: Draft, findings: Findings) -> None:
    for aspect, target in topic.same_as.items():
        path = ("same_as", aspect)
        if aspect not in draft.ids("aspect"):
            hint = did_you_mean(aspect, draft.ids("aspect"), otherwise="Known are the files in intents/aspects/.")
            findings.add(topic.place.file, path, "KB012", f"There is no aspect `{aspect}`.", hint, key=True)
        if aspect in topic.answers:
            message = f"`{aspect}` has a text of its own here."
            findings.add(topic.place.file, path, "KB019", message, "Delete one of the two.", key=True)
        if target in topic.same_as:
            message = f"`{target}` itself refers to another aspect."
            findings.add(topic.place.file, path, "KB019", message, "Name the aspect that has the text.")
        elif target not in own_aspects(topic):
            hint = did_you_mean(target, own_aspects(topic), otherwise="Name an aspect that has a text here.")
            findings.add(topic.place.file, path, "KB012", f"There is no text for `{target}` here.", hint)


def _sources(topic: Topic, draft: Draft, findings: Findings) -> None:
    used: list[tuple[KeyPath, str]] = []
    for version in topic.versions:
        path = version_path(topic, version, draft.trees)
        used += [((*path, "facts", name, "source"), fact.source) for name, fact in version.facts.items()]
        if version.suits:
            used.append(((*path, "suits", "source"), version.suits.source))
    for path, answer in answers_of(topic, draft.trees):
        used += [((*path, "sources", index), source) for index, source in enumerate(answer.sources)]
    if topic.module:
        used.append((("module", "source"), topic.module.source))
    for path, source in used:
        if source not in topic.sources:
            hint = did_you_mean(source, frozenset(topic.sources), otherwise="Add it under `sources`.")
            findings.add(topic.place.file, path, "KB012", f"There is no source `{source}` in this file.", hint)


def _next(topic: Topic, target: str, path: KeyPath, draft: Draft, findings: Findings) -> None:
    file = topic.place.file
    if "." in target:
        other_id, aspect = target.split(".", 1)
        if other_id not in draft.ids("topic"):
            hint = did_you_mean(other_id, draft.ids("topic"), otherwise="Known are the files in knowledge/.")
            findings.add(file, path, "KB012", f"There is no topic `{other_id}`.", hint)
        other = draft.content.topics.get(TopicId(other_id))
        if other is not None:
            _require_answer(other, aspect, file, path, draft, findings)
    elif target in draft.ids("topic") and target not in own_aspects(topic):
        return
    elif target in draft.ids("aspect") or target in own_aspects(topic):
        _require_answer(topic, target, file, path, draft, findings)
    else:
        known = draft.ids("topic") | draft.ids("aspect")
        hint = did_you_mean(target, known, otherwise="Name an aspect of this topic, a topic, or topic.aspect.")
        findings.add(file, path, "KB012", f"There is neither an aspect nor a topic `{target}`.", hint)


def _require_answer(topic: Topic, aspect: str, file: str, path: KeyPath, draft: Draft, findings: Findings) -> None:
    known = own_aspects(topic) | frozenset(topic.same_as)
    if topic.module:
        known |= module_aspects(draft.content)
    if aspect not in known:
        hint = did_you_mean(aspect, known, otherwise="Name an aspect it has, or write the text.")
        findings.add(file, path, "KB012", f"`{topic.id}` has no text for `{aspect}`.", hint)


# --- Slots ---------------------------------------------------------------------------------------------------


def _conditions(topic: Topic, draft: Draft, findings: Findings) -> None:
    for version in topic.versions:
        path = version_path(topic, version, draft.trees)
        if version.suits:
            for condition in version.suits.conditions:
                _condition(condition, topic.place.file, (*path, "suits", condition.slot), draft, findings)
            for group in version.suits.any_of:
                for index, condition in enumerate(group):
                    below = (*path, "suits", "any", index, condition.slot)
                    _condition(condition, topic.place.file, below, draft, findings)
        for index, gives in enumerate(version.gives):
            for condition in gives.when:
                below = (*path, "gives", index, "when", condition.slot)
                _condition(condition, topic.place.file, below, draft, findings)


def _condition(condition: Condition, file: str, path: KeyPath, draft: Draft, findings: Findings) -> None:
    lists = draft.content.lists
    if draft.is_broken("lists"):
        return
    slot = lists.slots.get(condition.slot)
    if slot is None:
        hint = did_you_mean(condition.slot, frozenset(lists.slots), otherwise="Known are those of intents/_lists.yaml.")
        findings.add(file, path, "KB012", f"There is no slot `{condition.slot}`.", hint, key=True)
        return
    bounds = condition.minimum is not None or condition.maximum is not None
    if bounds != (slot.kind == "number"):
        message = f"`{slot.id}` is a {'number' if slot.kind == 'number' else 'choice'}."
        hint = "Write {min: …} or {max: …}." if slot.kind == "number" else "Write a list of its values."
        findings.add(file, path, "KB016", message, hint)
        return
    if both := condition.allowed & condition.refused:
        message = f"`{min(both)}` stands under `is` and under `not`."
        findings.add(file, path, "KB016", message, "Keep one of the two.", words=min(both))
    if None not in (condition.minimum, condition.maximum) and condition.minimum > condition.maximum:  # type: ignore[operator]
        findings.add(file, path, "KB016", "`min` is greater than `max`.", "Change one of the two.")
    for value in sorted((condition.allowed | condition.refused) - frozenset(slot.values)):
        hint = did_you_mean(value, frozenset(slot.values), otherwise=f"Possible: {', '.join(slot.values)}.")
        findings.add(file, path, "KB012", f"`{slot.id}` has no value `{value}`.", hint, words=value)


def _gives(topic: Topic, draft: Draft, findings: Findings) -> None:
    for version in topic.versions:
        path = version_path(topic, version, draft.trees)
        for index, gives in enumerate(version.gives):
            for key, fact in (("share", gives.share), ("at_most", gives.at_most)):
                if fact is not None and fact not in version.facts:
                    hint = did_you_mean(fact, frozenset(version.facts), otherwise="Name a fact of the same version.")
                    message = f"There is no fact `{fact}` in this version."
                    findings.add(topic.place.file, (*path, "gives", index, key), "KB012", message, hint)


def _who(who: Who, draft: Draft, findings: Findings) -> None:
    if draft.is_broken("lists"):
        return
    for name, value in who.slots.items():
        _who_slot(who, name, value, draft.content.lists, findings)


def _who_slot(who: Who, name: str, value: str | int, lists: Lists, findings: Findings) -> None:
    slot, path, file = lists.slots.get(name), ("slots", name), who.place.file
    if slot is None:
        hint = did_you_mean(name, frozenset(lists.slots), otherwise="Known are those of intents/_lists.yaml.")
        findings.add(file, path, "KB012", f"There is no slot `{name}`.", hint, key=True)
    elif slot.kind == "number" and not isinstance(value, int):
        findings.add(file, path, "KB016", f"`{name}` is a number.", "Write a whole number.")
    elif slot.kind == "choice" and value not in slot.values:
        hint = did_you_mean(str(value), frozenset(slot.values), otherwise=f"Possible: {', '.join(slot.values)}.")
        findings.add(file, path, "KB012", f"`{name}` has no value `{value}`.", hint)


# --- Intents and steps ---------------------------------------------------------------------------------------


def _intent(intent: Intent, draft: Draft, findings: Findings) -> None:
    file = intent.place.file
    if intent.team is not None and intent.team not in draft.content.teams and not draft.is_broken("teams"):
        hint = did_you_mean(intent.team, frozenset(draft.content.teams), otherwise="See knowledge/teams.yaml.")
        findings.add(file, ("team",), "KB012", f"There is no team `{intent.team}`.", hint)
    if intent.kind == "handoff" and intent.action not in HANDOFF_ACTIONS:
        message = "A handoff needs an action."
        findings.add(file, ("action",), "KB017", message, "Write `action: person` or `action: offer_person`.")
    if intent.kind == "control" and intent.action is None:
        findings.add(file, (), "KB017", "A control intent needs an action.", "Add `action:`.")
    if intent.kind in ("smalltalk", "off_topic") and intent.action is not None:
        message = "Only control and handoff intents have an action."
        findings.add(file, ("action",), "KB010", message, "Delete the key.", key=True)
    if intent.kind not in ("control", "off_topic") and not intent.reply:
        findings.add(file, (), "KB017", "The key `reply` is missing here.", "Add what Lotse says, in de and en.")


def _steps(draft: Draft, findings: Findings) -> None:
    steps = draft.content.steps
    for step in steps.values():
        file, path = step.place.file, ("steps", step.id)
        if step.topic is not None and step.topic not in draft.ids("topic"):
            hint = did_you_mean(step.topic, draft.ids("topic"), otherwise="Known are the files in knowledge/.")
            findings.add(file, (*path, "topic"), "KB012", f"There is no topic `{step.topic}`.", hint)
        for index, needed in enumerate(step.requires):
            if needed not in steps:
                hint = did_you_mean(needed, frozenset(steps), otherwise="Name a step of this file.")
                findings.add(file, (*path, "requires", index), "KB012", f"There is no step `{needed}`.", hint)
    for name in sorted(_in_circle({step.id: step.requires for step in steps.values()})):
        message = f"`{name}` requires itself by way of others."
        where = steps[name].place.file
        findings.add(where, ("steps", name, "requires"), "KB019", message, "Delete one of the requirements.")


def _in_circle(requires: Mapping[str, tuple[str, ...]]) -> set[str]:
    """Names that can be reached from themselves."""
    circle: set[str] = set()
    for start in requires:
        seen: set[str] = set()
        todo = list(requires[start])
        while todo:
            name = todo.pop()
            if name == start:
                circle.add(start)
                break
            if name not in seen:
                seen.add(name)
                todo.extend(requires.get(name, ()))
    return circle
