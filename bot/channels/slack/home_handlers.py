"""The app's home: topics down to an answer, questions to begin with, a person, and the prompts of the agent view."""

from collections.abc import Mapping
from typing import Any

from bot.channels.looking import Look
from bot.channels.slack.case_form import ask_for_person
from bot.channels.slack.double_clicks import DoubleClicks
from bot.channels.slack.home import home_view
from bot.channels.slack.home_topics import Place, before, place_at
from bot.channels.slack.intake import Intake
from bot.channels.slack.interactions import HomePressing
from bot.channels.slack.posting import Rooms
from bot.channels.slack.slack_events import NAME
from bot.channels.slack.surfaces import Surfaces
from bot.model import Input, Person, Utterance

Event = Mapping[str, Any]


class HomeHandlers:
    """``Handlers`` watches the time, and whose press it is."""

    def __init__(self, intake: Intake, look: Look, rooms: Rooms, surfaces: Surfaces, *, agent_view: bool) -> None:
        self._intake, self._look, self._rooms = intake, look, rooms
        self._surfaces, self._agent_view = surfaces, agent_view
        self._clicks = DoubleClicks()

    async def opened(self, event: Event) -> None:
        """``app_home_opened``: the home itself, or, in the agent view, the conversation with its prompts."""
        person, room = Person(NAME, event["user"]), event.get("channel")
        if room:
            self._rooms.learn(person.external_user, room)
        if event.get("tab") == "home":
            self._surfaces.begin("home", self._show(person))
        elif self._agent_view and room:
            self._surfaces.begin("prompts", self._show_prompts(person, room))

    async def pressed(self, pressing: HomePressing) -> None:
        """A question to begin with, a step in the topics, or a person."""
        locale = await self._look.locale_of(pressing.person)
        if pressing.what == "person":
            ask_for_person(self._surfaces, pressing.trigger, pressing.person, "", locale, pressing.person.external_user)
            return
        if pressing.what == "topic":
            place = place_at(self._look.menu(locale), pressing.value)
            asked = place.asked
            if asked is None:
                self._surfaces.begin("home", self._show(pressing.person, place))
            else:
                await self._ask(pressing, before(place), asked, asked.words)
            return
        starters = self._look.starters(locale)
        if 0 < pressing.number <= len(starters):
            words_asked = starters[pressing.number - 1]
            start = place_at(self._look.menu(locale), "")
            await self._ask(pressing, start, Utterance(words_asked, to_lotse=True), words_asked)

    async def _ask(self, pressing: HomePressing, place: Place, given: Input, asked: str) -> None:
        """Ask in the conversation with the person alone; the home says where the answer stands."""
        with self._clicks.first(pressing.button, pressing.at) as counts:
            if not counts:
                return
            await self._intake.take_alone(pressing.person, [(given, pressing.external_id)])
        self._surfaces.begin("home", self._show(pressing.person, place, asked))

    async def _show_prompts(self, person: Person, room: str) -> None:
        locale = await self._look.locale_of(person)
        self._surfaces.prompts(room, self._look.starters(locale), locale)

    async def _show(self, person: Person, topics: Place | None = None, asked: str = "") -> None:
        """The home, at the beginning of the topics or at a place among them."""
        locale = await self._look.locale_of(person)
        cases, queue = await self._look.cases_of(person), await self._look.queue_of(person)
        topics = topics or place_at(self._look.menu(locale), "")
        view = home_view(self._look.starters(locale), topics, cases, locale, queue, asked)
        self._surfaces.home(person.external_user, view)
