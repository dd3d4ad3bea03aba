"""*No person, please*: told apart from the wish for one, which is made of the same words.

A reader that counts words takes *ich möchte keinen Menschen sprechen* for the wish it denies. What decides is one small word
in front of another, so this is a matter of grammar and not of likeness: *kein* or *nicht mit* before a word for a person, in a
clause that wants something and asks nothing. *Gibt es hier keinen Menschen?* and *keine Maschine, einen Menschen* go on being
wishes, and so does everything that names a person a second time (*keinen Berater, sondern einen Menschen*).
"""

import re
from dataclasses import replace

from bot.content.definitions import Content
from bot.dialogue.setting_aside import set_aside, share_of, with_action
from bot.dialogue.thresholds import WANTS_PERSON
from bot.model import Candidate, Understanding
from bot.understanding.normalize import fold

_DE_PERSON = (
    r"(?:mensch(?:en)?|person|jemande[mn]|berater(?:in)?|beraters|mitarbeiter(?:in)?|ansprechpartner(?:in)?|"
    r"koordinator(?:in)?|kolleg(?:e|en|in)|ruckruf|anruf)"
)
_EN_PERSON = r"(?:human(?: being)?|person|someone|somebody|anyone|anybody|advis[eo]r|agent|coordinator|call(?: ?back)?)"
_PERSON = re.compile(rf"\b(?:{_DE_PERSON}|{_EN_PERSON})\b")
_WANTS = (
    r"(?:will|wollte|mochte?|mag|wunsche?|brauch\w*|benotig\w*|muss\w*|soll\w*|bitte|danke|notig|"
    r"want|need|like|wish|please|thanks)"
)

_DENIALS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"^(?:.*\b{_WANTS}\b.*)?\bkein(?:en|e|em|er) (?:\w+ )?{_DE_PERSON}\b",
        rf"^(?:nein |bitte )?kein {_DE_PERSON}(?: bitte| danke| notig)?$",
        rf"\bkein(?:en|e|em|er)? (?:\w+ )?{_DE_PERSON}\b.*\b(?:notig|notwendig|bitte|danke)\b",
        rf"\b(?:will|wollte|mochte?|mag|muss|brauche?)\b(?: \w+){{0,3}} nicht mit (?:\w+ )?(?:\w+ )?{_DE_PERSON}\b",
        rf"^(?:bitte )?nicht mit (?:\w+ )?(?:\w+ )?{_DE_PERSON}\b",
        rf"\bohne (?:\w+ )?{_DE_PERSON}\b",
        r"\b(?:do not|don't|dont|would not|wouldn't|rather not|needn't|need not|please not)"
        rf"(?: (?:want|need|wish|like|have|to|talk|speak|chat|write|with|a|an|any|real|live|get)){{0,7}} {_EN_PERSON}\b",
        rf"^(?:no |please )*no (?:real |live )?{_EN_PERSON}(?: please| thanks| needed)?$",
        rf"\b(?:want|need|please)\b(?: \w+)? no (?:real |live )?{_EN_PERSON}\b",
        rf"\bwithout (?:a |any )?{_EN_PERSON}\b",
    )
)
"""Each within one clause of the folded text."""
_CLAUSE = re.compile(r"([^.,;:!?–—]+)([.,;:!?–—]*)")
_ASKS = re.compile(r"^(?:kann|konn\w*|darf|gibt|gibts|ist|sind|hab\w*|warum|wieso|can|could|may|is|are|why)\b")


def declines_person(text: str) -> bool:
    """Whether somebody says that they want no person."""
    folded = fold(text)
    denied = sum(
        1
        for clause, end in _CLAUSE.findall(folded)
        if "?" not in end
        and not _ASKS.match(clause.strip())
        and any(denial.search(clause.strip()) for denial in _DENIALS)
    )
    return 0 < denied >= len(_PERSON.findall(folded))


def without_wish(found: Understanding, content: Content) -> Understanding:
    """What was understood, less a wish for a person that its words decline; as it is where there is no such wish.

    What is left is as probable as it is when the message is known to be no such wish.
    """
    parts = tuple(without_wish(part, content) for part in found.parts)
    wishes = with_action(content, "person")
    if share_of(found, wishes) >= WANTS_PERSON and declines_person(found.text):
        found = set_aside(found, wishes)
    return replace(found, parts=parts)


def is_wish(candidate: Candidate, content: Content) -> bool:
    """Whether this guess is that a person is asked for."""
    return with_action(content, "person")(candidate)
