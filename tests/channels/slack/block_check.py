"""Whether Slack would take a payload, asked of two validators that know nothing of each other.

``slack_sdk``'s models know lengths and counts; Slack's own types of TypeScript know which field belongs where. What neither
knows is a rule of three lines here.
"""

import json
import logging
from collections import Counter

from slack_sdk.models.blocks import Block

MOST_TEXT = 40_000
MOST_WORDS = 13_000
"""Characters of all words in the blocks of one message; Slack refuses more (``msg_blocks_too_long``)."""


def sdk_findings(blocks) -> list[str]:
    """What ``slack_sdk`` says: every block must come out of its models as it went in."""
    found = []
    logging.disable(logging.CRITICAL)
    try:
        for block in blocks:
            try:
                (parsed,) = Block.parse_all([block])
                same = json.dumps(parsed.to_dict(), sort_keys=True) == json.dumps(block, sort_keys=True)
                found += [] if same else [f"{block['type']}: comes out changed"]
            except Exception as error:  # its models raise all kinds for what they do not know
                found.append(f"{block.get('type')}: {type(error).__name__} {error}")
    finally:
        logging.disable(logging.NOTSET)
    return found


def own_findings(blocks, *, most: int = 50) -> list[str]:
    """What neither validator knows: how many blocks, ids used twice, how many words."""
    found = [f"{len(blocks)} blocks"] if len(blocks) > most or not blocks else []
    ids = Counter(block["block_id"] for block in blocks if "block_id" in block)
    actions = Counter(
        (block.get("block_id"), element["action_id"])
        for block in blocks
        for element in block.get("elements", ())
        if "action_id" in element
    )
    found += [f"used twice: {name}" for name, times in {**ids, **actions}.items() if times > 1]
    words = sum(map(len, texts_of(blocks)))
    return [*found, *([f"{words} characters in blocks"] if words > MOST_WORDS else [])]


def message_findings(message) -> list[str]:
    """The same for a message: a text that stands alone belongs to it."""
    found = [] if message.text.strip() else ["no text"]
    found += [f"{len(message.text)} characters of text"] if len(message.text) > MOST_TEXT else []
    return [*found, *sdk_findings(message.blocks), *own_findings(message.blocks)]


def manifest_findings(tools, folder, manifests) -> list[str]:
    """What the compiler says of manifests as constants of Slack's own type: names of scopes and events included."""
    head = 'import type { Manifest } from "@slack/web-api/dist/types/request/manifest";'
    constants = (f"const m{number}: Manifest = {json.dumps(each)};" for number, each in enumerate(manifests))
    return _compiled(tools, folder, "\n".join((head, *constants, "export {};")))


def types_findings(tools, folder, *payloads) -> list[str]:
    """What the compiler says of these payloads, each a constant of Slack's own type: a list of blocks, or a view.

    Words do not matter to it, so payloads that differ in nothing else are compiled once.
    """
    shapes = dict.fromkeys(json.dumps(_shape(each), sort_keys=True) for each in payloads)
    kinds = {"modal": "ModalView", "home": "HomeView"}
    constants = [
        f"const m{number}: {kinds[json.loads(shape)['type']] if shape[0] == '{' else 'KnownBlock[]'} = {shape};"
        for number, shape in enumerate(shapes)
    ]
    head = 'import type { HomeView, KnownBlock, ModalView } from "@slack/types";'
    return _compiled(tools, folder, "\n".join((head, *constants, "export {};")))


OPTIONS = {
    "noEmit": True, "strict": True, "skipLibCheck": True, "moduleResolution": "node", "module": "es2020", "target": "es2020",
    "lib": ["es2020"], "types": [],
}  # fmt: skip
"""Only what is needed: to read the types of browsers as well would take most of the time."""


def _compiled(tools, folder, source) -> list[str]:
    (folder / "payloads.ts").write_text(source, encoding="utf-8")
    (folder / "tsconfig.json").write_text(json.dumps({"compilerOptions": OPTIONS, "files": ["payloads.ts"]}))
    if not (folder / "node_modules").exists():
        (folder / "node_modules").symlink_to(tools.folder / "node_modules")
    done = tools.run(["node_modules/typescript/bin/tsc", "-p", str(folder)], cwd=folder)
    return [line for line in done.stdout.splitlines() if line] or ([done.stderr] if done.returncode else [])


def _shape(value):
    """The payload with every text and number replaced, and what repeats itself in a list once."""
    match value:
        case dict():
            fixed = ("type", "style", "response_type")
            return {name: inner if name in fixed else _shape(inner) for name, inner in value.items()}
        case list() | tuple():
            return list({json.dumps(each, sort_keys=True): each for each in map(_shape, value)}.values())
        case str():
            return "x"
        case bool():
            return value
        case int():
            return 1
    return value


def texts_of(value) -> list[str]:
    """Every text people read in a payload."""
    match value:
        case {"type": "text" | "plain_text" | "mrkdwn", "text": str(text)}:
            return [text]
        case {"type": "link", "text": str(text)}:
            return [text]
        case dict():
            return [text for inner in value.values() for text in texts_of(inner)]
        case list() | tuple():
            return [text for inner in value for text in texts_of(inner)]
    return []
