"""Places in the text of a YAML file: where a value ends, where lines begin, and how a new line is put in."""

from bot.content.yaml_tree import Node


def quoted(sentence: str) -> str:
    """The sentence in double quotes, as YAML reads it."""
    escaped = sentence.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def after_line(text: str, at: int, line: str) -> tuple[int, str]:
    """The offset behind the line of this place, and the words that make the next line."""
    end = line_end(text, at)
    return end, f"{newline_of(text)}{line}"


def end_of(text: str, node: Node) -> int:
    """Where a value ends, without the empty lines and the comments below it that the parser counts to it."""
    while isinstance(node.value, dict | list) and node.value and text[node.start] not in "[{":
        below = node.value.values() if isinstance(node.value, dict) else node.value
        node = max(below, key=lambda one: one.start)
    return len(text[: node.end].rstrip())


def line_start(text: str, at: int) -> int:
    """Where the line of this place begins."""
    return text.rfind("\n", 0, max(at, 0)) + 1


def line_end(text: str, at: int) -> int:
    """Where it ends, before its line break."""
    end = text.find("\n", at)
    end = len(text) if end < 0 else end
    return end - 1 if text[end - 1 : end] == "\r" else end


def start_of_line(text: str, line: int) -> int:
    """Where the line with this number begins; the first is 1."""
    at = 0
    for _ in range(line - 1):
        at = text.index("\n", at) + 1
    return at


def newline_of(text: str) -> str:
    """The line breaks this text uses."""
    return "\r\n" if "\r\n" in text else "\n"
