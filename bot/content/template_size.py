"""How many sentences a phrase template stands for, counted without writing a single one of them.

``(a|b)`` nested a few times stands for millions, so what a template may cost has to be known before it is expanded.
"""

from collections.abc import Mapping

CEILING = 10**9
"""Counting stops here; nobody needs the exact number of such a template."""
DEEPEST = 8
"""Rules within rules; deeper means that a rule names itself."""


def count_sentences(template: str, rules: Mapping[str, str], depth: int = 0) -> int:
    """The number of sentences, at most ``CEILING``. Brackets that do not fit are somebody else's finding.

    >>> count_sentences("wie (viel|hoch) ist [denn] {topic}", {})
    4
    """
    if depth > DEEPEST:
        return CEILING
    # Each open bracket: the sum of the alternatives that are done, and the product of the one being read.
    open_brackets = [(0, 1)]
    place = 0
    while place < len(template):
        char = template[place]
        done, product = open_brackets[-1]
        if char in "([":
            open_brackets.append((0, 1))
        elif char == "|":
            open_brackets[-1] = (done + product, 1)
        elif char in ")]" and len(open_brackets) > 1:
            open_brackets.pop()
            around, factor = open_brackets[-1]
            inside = done + product + (1 if char == "]" else 0)
            open_brackets[-1] = (around, min(factor * inside, CEILING))
        elif char == "<" and (end := template.find(">", place)) > 0:
            inside = count_sentences(rules.get(template[place + 1 : end], ""), rules, depth + 1)
            open_brackets[-1] = (done, min(product * inside, CEILING))
            place = end
        place += 1
    done, product = open_brackets[0]
    return min(done + product, CEILING)
