"""Buttons under replies: what they mean is read from the reply that was sent, never from the press."""

from collections.abc import Mapping
from typing import Any

from bot.channels.looking import Look, SentReply
from bot.channels.slack import slack_words as words
from bot.channels.slack.blocks import with_choice, with_rating
from bot.channels.slack.double_clicks import DoubleClicks
from bot.channels.slack.intake import Intake, alone_beside
from bot.channels.slack.interactions import Pressing, person_of
from bot.channels.slack.members import Members
from bot.channels.slack.surfaces import Surfaces
from bot.model import AskedWhy, Incoming, Input, OutboxId, Pressed, Rated

Body = Mapping[str, Any]


class PressHandlers:
    """``Handlers`` watches the time, and whose press it is."""

    def __init__(self, intake: Intake, look: Look, members: Members, surfaces: Surfaces) -> None:
        self._intake, self._look, self._members, self._surfaces = intake, look, members, surfaces
        self._clicks = DoubleClicks()

    async def take(self, pressing: Pressing) -> None:
        """A choice, a rating, or why: looked up before anything follows from it."""
        sent = await self._look.reply_sent(pressing.person, pressing.address, pressing.outbox_id)
        locale = sent.reply.locale if sent is not None else await self._look.locale_of(pressing.person)
        given = _meant(pressing, sent)
        if sent is None or given is None:
            refusal = words.NOT_YOURS if sent is not None and not sent.theirs else words.TOO_LATE
            thread = pressing.address.thread
            self._surfaces.hint(pressing.room, pressing.person.external_user, refusal[locale], thread)
            return
        alone = alone_beside(pressing.address, pressing.person)
        person = await self._members.named_for(pressing.person, given)
        incoming = Incoming(pressing.address, person, pressing.external_id, given, pressing.at, None, alone)
        with self._clicks.first(pressing.button, pressing.at) as counts:
            if not counts:
                return  # the first click shows what came of it, once that is stored
            await self._intake.take([incoming])
        if pressing.what == "choice":
            said = words.CHOSEN[locale].replace("{label}", sent.reply.choices[pressing.number].label)
            self._surfaces.change(pressing.room, pressing.stamp, with_choice(pressing.message, said))
        elif isinstance(given, Rated):
            said = words.RATED[given.helpful][locale]
            changed = with_rating(pressing.message, said, words.WHY[locale])
            self._surfaces.change(pressing.room, pressing.stamp, changed)

    async def refuse(self, body: Body) -> None:
        """A button this release does not have, or nobody ever did."""
        room, person = (body.get("container") or {}).get("channel_id"), person_of(body)
        if room:
            locale = await self._look.locale_of(person)
            self._surfaces.hint(room, person.external_user, words.TOO_LATE[locale])


def _meant(pressing: Pressing, sent: SentReply | None) -> Input | None:
    """What a press means, read from the reply that was sent and not from the press; None when it means nothing now."""
    if sent is None or not sent.theirs:
        return None
    match pressing.what:
        case "choice":
            valid = 0 <= pressing.number < len(sent.reply.choices) and not sent.outdated
            return Pressed(sent.reply.choices[pressing.number].value) if valid else None
        case "rate_yes" | "rate_no":
            return Rated(pressing.what == "rate_yes", OutboxId(sent.outbox_id)) if sent.reply.rateable else None
        case "why":
            return AskedWhy(OutboxId(sent.outbox_id)) if sent.reply.rateable else None
