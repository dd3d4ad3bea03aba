"""From bytes to text, before any parser sees it: size, encoding, and characters nobody can see."""

import re
import unicodedata

from bot.errors import ContentProblem

MAX_BYTES = 256 * 1024
MAX_FINDINGS = 40
"""Findings about the syntax of one file; a file that is wrong from end to end needs no longer list."""

_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2069\ufeff]"
)
_CHARACTER_NAMES = {
    "\x00": "NUL",
    "\u00a0": "a no-break space",
    "\u00ad": "a soft hyphen",
    "\ufeff": "a byte order mark",
}


def decode(file: str, data: bytes) -> tuple[str | None, list[ContentProblem]]:
    """The text of a file, or None, and a finding for every character that does not belong into one."""

    def problem(line: int, column: int, message: str, hint: str) -> ContentProblem:
        return ContentProblem(file, line, column, "KB009", message, hint)

    if len(data) > MAX_BYTES:
        return None, [too_large(file, len(data))]
    if data.startswith(b"\xef\xbb\xbf"):
        hint = "Save it as UTF-8 without BOM (in the editor: Save with Encoding)."
        return None, [problem(1, 1, "The file begins with a byte order mark (BOM).", hint)]
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        column = len(before[before.rfind(b"\n") + 1 :].decode("utf-8", "replace")) + 1
        hint = "Save the file as UTF-8 (in the editor: Save with Encoding)."
        return None, [problem(before.count(b"\n") + 1, column, "The file is not UTF-8.", hint)]
    problems: list[ContentProblem] = []
    if "\t" not in text and not _INVISIBLE.search(text) and unicodedata.is_normalized("NFC", text):
        return text, problems
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            problems.append(problem(number, line.index("\t") + 1, "There is a tab in this line.", "Use spaces."))
        if found := _INVISIBLE.search(line):
            name = _CHARACTER_NAMES.get(found[0], f"an invisible character (U+{ord(found[0]):04X})")
            hint = "Delete it, or type an ordinary space."
            problems.append(problem(number, found.start() + 1, f"There is {name} in this line.", hint))
        if not unicodedata.is_normalized("NFC", line):
            composed = unicodedata.normalize("NFC", line)
            at = next((i for i, (a, b) in enumerate(zip(line, composed, strict=False)) if a != b), 0)
            hint = "Type the letter again; it is written as letter plus separate dots or accent."
            problems.append(problem(number, at + 1, f"The letter “{composed[at]}” is put together from two.", hint))
        if len(problems) >= MAX_FINDINGS:
            break
    return text, problems


def too_large(file: str, size: int) -> ContentProblem:
    """The finding for a file that is not even parsed."""
    message = f"The file has {size // 1024} KiB; {MAX_BYTES // 1024} KiB is the limit."
    return ContentProblem(file, 1, 1, "KB006", message, "Split the subject into several files.")
