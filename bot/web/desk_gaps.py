"""What people ask and do not get: groups, biggest first; one press teaches a sentence to an answer, or ignores a group for good."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.dialogue.choosing import SAY
from bot.dialogue.naming import answer_title, label_title
from bot.gap_groups import GapGroup
from bot.gap_lessons import Try
from bot.gap_list import SHORTEST_REASON, GapRefused
from bot.handoff.staff_rights import may, standings
from bot.model import LOCALES, Locale, TopicId
from bot.store.figures import read_lost_teams
from bot.web.desk_case_view import Option
from bot.web.desk_parts import DeskParts
from bot.web.desk_view import day_of
from bot.web.door import SignedIn
from bot.web.page_texts import TEXTS
from bot.web.pages import page
from bot.web.requests import Refused, locale_of
from bot.web.rights import access_gaps

NUMBER = re.compile(r"[0-9]{1,12}")
TARGET = re.compile(r"[a-z0-9_]{1,80}(\.[a-z0-9_]{1,80})?")
MOST_GROUPS = 50
LONGEST_SENTENCE, LONGEST_REASON = 300, 500
MOST_WORDINGS = 8


@dataclass(frozen=True, slots=True)
class GroupView:
    """One group in words. ``target``: the answer a sentence would most probably be taught to; empty where none is likely."""

    id: int
    question: str
    lang: Locale
    count: int
    people: str
    kinds: str
    last: str
    wordings: tuple[str, ...]
    target: str
    guess_title: str
    score: str
    offered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TryView:
    """What became of a sentence somebody wanted to teach."""

    attempt: Try
    title: str
    kept: bool
    leads: bool
    errors: tuple[str, ...]
    gained: tuple[str, ...]
    lost: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DeskGaps:
    """The routes of the page."""

    parts: DeskParts

    def routes(self) -> list[Route]:
        """The page, and its forms."""
        return [
            Route("/desk/gaps", self.show, methods=["GET"]),
            Route("/desk/gaps/teach", self.teach, methods=["POST"]),
            Route("/desk/gaps/ignore", self.ignore, methods=["POST"]),
            Route("/desk/gaps/list-again", self.list_again, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The list."""
        me = await self.parts.enter(request, access_gaps)
        return await self._page(me, locale_of(request, None))

    async def teach(self, request: Request) -> Response:
        """Try a sentence; the page says when that is done."""
        posted = await self.parts.door.read_posted(request)
        access_gaps(posted.me.staff, "teach")
        locale, fields = locale_of(request, None), posted.fields
        sentence, target = " ".join(fields.get("sentence", "").split()), fields.get("target", "").strip()
        lang = next((one for one in LOCALES if one == fields.get("lang")), None)
        if lang is None:
            raise Refused("error_bad_request")
        if not sentence or len(sentence) > LONGEST_SENTENCE or not TARGET.fullmatch(target):
            return await self._problem(posted.me, locale, "desk_gaps_wrong_target", fields)
        if not self.parts.lessons.start(sentence, target, lang, posted.me.staff.id):
            return await self._problem(posted.me, locale, "desk_gaps_busy", fields)
        return RedirectResponse("/desk/gaps", status_code=303)

    async def ignore(self, request: Request) -> Response:
        """Ignore a group for good."""
        posted = await self.parts.door.read_posted(request)
        access_gaps(posted.me.staff, "ignore_gap")
        locale, fields = locale_of(request, None), posted.fields
        reason = fields.get("reason", "").strip()
        if not NUMBER.fullmatch(fields.get("gap", "")):
            raise Refused("error_bad_request")
        if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
            return await self._problem(posted.me, locale, "desk_gaps_wrong_reason", fields)
        try:
            await self.parts.gaps.ignore(int(fields["gap"]), reason=reason, actor=posted.me.staff.id)
        except GapRefused:
            return await self._problem(posted.me, locale, "desk_gaps_changed", fields)
        return RedirectResponse("/desk/gaps", status_code=303)

    async def list_again(self, request: Request) -> Response:
        """Take back a decision to ignore a group."""
        posted = await self.parts.door.read_posted(request)
        access_gaps(posted.me.staff, "ignore_gap")
        if not NUMBER.fullmatch(posted.fields.get("decision", "")):
            raise Refused("error_bad_request")
        try:
            await self.parts.gaps.take_back(int(posted.fields["decision"]), actor=posted.me.staff.id)
        except GapRefused:
            return await self._problem(posted.me, locale_of(request, None), "desk_gaps_changed", posted.fields)
        return RedirectResponse("/desk/gaps", status_code=303)

    async def _problem(self, me: SignedIn, locale: Locale, words: str, fields: Mapping[str, str]) -> Response:
        return await self._page(me, locale, status=409, problem=TEXTS[locale][words], typed=fields)

    async def _lost_teams(self, me: SignedIn) -> Mapping[str, int]:
        """Teams that are gone from the content and left cases behind, for whoever may put them back."""
        if not may("edit_content", standings(me.staff)):
            return {}
        lost = await read_lost_teams(self.parts.database, self.parts.now())
        return {team: count for team, count in lost.items() if team not in self.parts.content.teams}

    async def _page(
        self,
        me: SignedIn,
        locale: Locale,
        *,
        status: int = 200,
        problem: str = "",
        typed: Mapping[str, str] = {},
    ) -> Response:
        groups = await self.parts.gaps.groups()
        content = self.parts.content
        targets = [
            Option(f"{topic.id}.{aspect}", answer_title(content, topic.id, aspect, locale))
            for topic in content.topics.values()
            for aspect in topic.answers
        ]
        return page(
            "desk_gaps.html",
            locale,
            status=status,
            me=me,
            groups=[self._group(one, locale) for one in groups[:MOST_GROUPS]],
            more=max(0, len(groups) - MOST_GROUPS),
            ignored=await self.parts.gaps.ignored(),
            tries=[self._try(one, locale) for one in self.parts.lessons.tries()],
            busy=self.parts.lessons.busy,
            targets=sorted(targets, key=lambda one: one.words.casefold()),
            may_teach=may("teach", standings(me.staff)),
            lost_teams=sorted((await self._lost_teams(me)).items()),
            problem=problem,
            typed=typed,
        )

    def _group(self, group: GapGroup, locale: Locale) -> GroupView:
        texts, content = TEXTS[locale], self.parts.content
        guess = group.label or (group.guess[0] if group.guess else "")
        return GroupView(
            id=group.id,
            question=group.question,
            lang=group.locale,
            count=group.count,
            people=texts["desk_gap_person" if group.people == 1 else "desk_gap_people"].format(people=group.people),
            kinds=", ".join(f"{texts.get(f'desk_gap_{kind}', kind)} {count}×" for kind, count in group.kinds.items()),
            last=day_of(group.last_at, locale),
            wordings=group.wordings[1 : MOST_WORDINGS + 1],
            target=guess if TopicId(guess.partition(".")[0]) in content.topics else "",
            guess_title=label_title(content, guess, locale) if guess else "",
            score=f"{group.guess[1]:.0f}" if group.guess and not group.label else "",
            offered=tuple(label_title(content, value.removeprefix(SAY), locale) for value in group.offered[:3]),
        )

    def _try(self, attempt: Try, locale: Locale) -> TryView:
        taught = attempt.taught
        return TryView(
            attempt,
            label_title(self.parts.content, attempt.target, locale),
            kept=taught is not None and not taught.does_harm,
            leads=taught is not None and taught.leads,
            errors=tuple(f"{one.file}:{one.line} {one.message}" for one in taught.errors) if taught else (),
            gained=tuple(one.trial.text for one in taught.gained) if taught else (),
            lost=tuple(f"{one.trial.text} → {one.came}" for one in taught.lost) if taught else (),
        )
