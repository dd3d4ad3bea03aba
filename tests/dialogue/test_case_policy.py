"""What an employee's input means while there is a case: who has the word, and what stays possible."""

import json
from dataclasses import replace

import pytest

from bot.dialogue.policy import take_turn
from bot.dialogue.state import Pending, State, state_from_json, state_to_json
from bot.handoff.team_office import TeamOffice
from bot.model import (
    CASE_STATES,
    SILENT,
    AskedToVerify,
    Candidate,
    Context,
    Edited,
    ForgetPerson,
    KeepEdit,
    LedToCase,
    Left,
    LookedUp,
    LookUp,
    MoveCase,
    OpenCase,
    Pressed,
    Rated,
    Reacted,
    ReadByOthers,
    RecordRating,
    Removed,
    Say,
    SentFile,
    TimerDue,
    Understanding,
    Unreadable,
    Utterance,
    as_text,
)
from bot.understanding.understand import understand
from tests.conftest import NOW
from tests.desk_people import DeskOffice
from tests.handoff.test_case_states import case

SURE_OF_BONUS = Understanding(
    "de",
    (Candidate("answer", "weiterbildungsbonus.amount", 95, topic="weiterbildungsbonus", aspect="amount"),),
)
YES_NO = (("Ja, bitte", "yes"), ("Nein, danke", "no"))
DELETES = (("Ja, alles löschen", "data:delete"), ("Nein, nichts löschen", "data:keep"))


def meant(intent, score=95.0):
    return Understanding("de", (Candidate("intent", intent, score, intent=intent),))


def turn_of(trained, state, given, understood=None, **more):
    said = Utterance(given) if isinstance(given, str) else given
    found = (understood or Understanding("de")) if isinstance(said, Utterance | Edited) else None
    beginning = State(locale="de", introduced=True, case=case(state) if isinstance(state, str) else state, **more)
    return take_turn(beginning, said, found, trained.content, NOW, DeskOffice())


def moves(turn):
    return [effect.turn for effect in turn.effects if isinstance(effect, MoveCase)]


def said(turn):
    return "\n".join(as_text(reply) for reply in turn.replies)


@pytest.mark.parametrize("state", sorted(SILENT))
@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS),
        ("Vielen Dank!", meant("thanks")),
        ("Ich möchte mit einem Menschen sprechen", meant("wants_person")),
        ("English please", meant("switch_en")),
        ("Mein Antrag wurde abgelehnt", meant("rejected_application")),
        ("qwertz", None),
        ("?", None),
        ("ja", meant("yes")),
        ("1", None),
        ("egal, dann nehmen wir den anderen Kurs", meant("cancel", 45.0)),
    ],
)
def test_in_front_of_a_coordinator_lotse_says_nothing_and_the_words_arrive(trained, state, given, understood):
    turn = turn_of(trained, state, given, understood, pending=Pending("offer_person", YES_NO))
    assert [effect for effect in turn.effects if isinstance(effect, Say | OpenCase)] == []
    assert (turn.decision, turn.state.pending) == ("silent", None)
    assert [move.case.state for move in moves(turn)] == ["claimed"], "whoever writes is not waiting"


@pytest.mark.parametrize("state", sorted(SILENT))
@pytest.mark.parametrize(
    "told",
    [
        "Welche Daten brauchen Sie?",
        "Meine Daten haben Sie ja",
        "Löschen Sie bitte die alte Adresse",
        "Ich möchte den Kurs abbrechen",
        "Stopp, da fehlt noch was",
        "cancel my booking please",
    ],
)
def test_what_only_sounds_like_a_word_to_the_program_arrives_as_well(trained, state, told):
    turn = turn_of(trained, state, told, understand(told, trained.reader, Context()))
    assert turn.decision == "silent"
    assert moves(turn)


@pytest.mark.parametrize(
    ("given", "understood", "words"),
    [
        ("Wie steht mein Fall?", meant("case_status"), "Maria Petersen"),
        ("abbrechen", meant("cancel"), "Soll ich Ihren Fall 17 schließen?"),
        ("Fall zurückziehen", None, "Soll ich Ihren Fall 17 schließen?"),
        ("lösche meine Daten", meant("delete_my_data"), "wirklich alles löschen"),
    ],
)
@pytest.mark.parametrize("state", sorted(SILENT))
def test_what_stays_possible_is_answered_and_marked_as_automatic(trained, state, given, understood, words):
    turn = turn_of(trained, state, given, understood)
    assert words in said(turn)
    assert said(turn).startswith("Automatische Antwort")
    asks = bool(turn.replies[0].choices)
    how = "oder schreiben Sie sie ganz aus: Eine Zahl oder ein bloßes „ja“ geht an Maria Petersen."
    assert said(turn).count(how) == asks


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        ("Meine Daten bitte", "my_data"),
        ("Bitte meine Daten!", "my_data"),
        ("Bitte löschen Sie meine Daten", "confirm_delete"),
        ("please close my case", "close_case"),
        ("Schließen Sie bitte meinen Fall.", "close_case"),
        ("Status bitte", "case_status"),
    ],
)
def test_a_please_makes_a_command_no_other_one(trained, typed, answer):
    turn = turn_of(trained, "claimed", typed, understand(typed, trained.reader, Context()))
    assert (turn.reason.rule, moves(turn)) == (answer, [])


@pytest.mark.parametrize(
    "told", ["Das hat sich erledigt", "Lassen wir das", "Ich möchte das abbrechen", "Wie ist der Stand meines Antrags?"]
)
@pytest.mark.parametrize("state", sorted(SILENT))
def test_what_only_sounds_like_a_command_about_the_case_is_answered_and_read_as_well(trained, state, told):
    turn = turn_of(trained, state, told, understand(told, trained.reader, Context()))
    assert turn.reason.rule in ("close_case", "case_status")
    assert [move.event for move in moves(turn)] == ["writes"]
    assert said(turn).count("Automatische Antwort") == 1
    assert said(turn).count("geht an Maria Petersen") == (turn.reason.rule == "close_case")


@pytest.mark.parametrize(
    "told", ["Das können Sie löschen", "Können Sie den zweiten Antrag löschen?", "Welche Daten fehlen noch?"]
)
def test_who_is_asked_or_shown_their_data_by_mistake_learns_that_the_coordinator_did_not_read_it(trained, told):
    turn = turn_of(trained, "claimed", told, understand(told, trained.reader, Context()))
    assert turn.label in ("my_data", "delete_my_data")
    assert said(turn).startswith("Automatische Antwort:\n\nMaria Petersen liest das nicht.")
    for plain in ("meine Daten", "lösche meine Daten"):
        assert "liest das nicht" not in said(
            turn_of(trained, "claimed", plain, understand(plain, trained.reader, Context()))
        )


@pytest.mark.parametrize(("state", "how"), [*((state, True) for state in sorted(SILENT)), ("open", False)])
def test_how_lotses_own_question_is_answered_is_said_also_after_a_command_of_its_own(trained, state, how):
    asked = turn_of(trained, state, Utterance("lösche meine Daten", to_lotse=True), meant("delete_my_data"))
    assert said(asked).count("wirklich alles löschen") == 1
    assert said(asked).count("ganz aus") == how


def test_my_data_stays_possible(trained):
    asked = turn_of(trained, "claimed", "meine Daten", meant("my_data"))
    assert any(isinstance(effect, LookUp) for effect in asked.effects)
    found = turn_of(trained, "claimed", LookedUp("person_data", (("messages", 3),)))
    assert "Nachrichten in Gesprächen: 3" in said(found)


@pytest.mark.parametrize("state", [None, "muted", "closed"])
def test_without_a_case_here_the_status_is_that_of_the_persons_other_conversations(trained, state):
    asked = turn_of(trained, state, "Wie steht mein Fall?", meant("case_status"))
    assert LookUp("cases") in asked.effects
    assert [effect for effect in asked.effects if isinstance(effect, Say)] == []
    found = turn_of(trained, state, LookedUp("cases", (("claimed", 17), ("waiting_employee", 18))))
    assert "Ihr Fall 17 aus einem anderen Gespräch ist in Arbeit." in said(found)
    assert "In Ihrem Fall 18 aus einem anderen Gespräch wird auf Ihre Antwort gewartet." in said(found)
    none = turn_of(trained, state, LookedUp("cases", ()))
    assert "Von Ihnen ist kein Fall offen." in said(none)


@pytest.mark.parametrize(
    ("typed", "deletes", "told"),
    [
        ("ja", False, True), ("1", False, True), ("Ja, bitte", False, True), ("ja gern!", False, True),
        ("ja, mach das", False, True), ("yes please", False, True),
        ("Ja, alles löschen", True, False), ("ja alles löschen", True, False),
        ("nein", False, False), ("2", False, False), ("Ja, am Montag passt es mir", False, False),
    ],
)  # fmt: skip
def test_a_yes_that_may_be_for_the_coordinator_goes_to_them_and_deletes_nothing(trained, typed, deletes, told):
    asked = Pending("confirm_delete", DELETES)
    turn = turn_of(trained, "claimed", typed, understand(typed, trained.reader, Context()), pending=asked)
    assert any(isinstance(effect, ForgetPerson) for effect in turn.effects) == deletes
    assert bool(moves(turn)) != deletes, "the coordinator gets it"
    words = said(turn)
    assert ("getan habe ich nichts" in words or "I have done nothing" in words) == told, "nobody believes it was done"
    assert not told or turn.state.pending == asked, "the question stays open for its whole answer"
    turn = turn_of(trained, "claimed", Pressed("data:delete"), pending=asked)
    assert any(isinstance(effect, ForgetPerson) for effect in turn.effects)


@pytest.mark.parametrize("state", ["open", *sorted(SILENT)])
@pytest.mark.parametrize(
    ("value", "becomes"),
    [
        ("case:close", "resolved"),
        ("case:withdraw:17", "muted"),
        ("case:consent:17", None),
        ("case:no_consent", None),
    ],
)
def test_choices_about_the_case_can_be_pressed_at_any_time(trained, state, value, becomes):
    (move,) = moves(turn_of(trained, state, Pressed(value)))
    assert move.case.state == (becomes or state)


@pytest.mark.parametrize(
    ("typed", "given"),
    [
        ("ja gern", True), ("Ja gerne!", True), ("klar", True), ("yes please", True), ("sure", True),
        ("nein danke", False), ("auf keinen Fall", False), ("no thanks", False),
        ("ja, und wie lange dauert es?", None), ("Ja, mein Name ist Kim Sommer", None), ("Danke", None),
    ],
)  # fmt: skip
def test_consent_is_given_and_refused_in_ones_own_words_too(trained, typed, given):
    asked = Pending("consent", (("Ja, gern", "case:consent"), ("Nein, lieber nicht", "case:no_consent")))
    turn = turn_of(trained, "open", typed, understand(typed, trained.reader, Context()), pending=asked)
    (move,) = moves(turn)
    assert (move.event, move.case.consent if given is not None else None) == (
        "writes" if given is None else "consents",
        given,
    )
    assert "Gerade steht keine Frage von mir offen" not in said(turn)


def test_consent_is_not_given_by_a_bare_yes_to_a_coordinator(trained):
    pending = Pending("consent", (("Ja, gern", "case:consent"), ("Nein, lieber nicht", "case:no_consent")))
    assert moves(turn_of(trained, "claimed", "ja", pending=pending))[0].case.consent is None
    assert moves(turn_of(trained, "claimed", "Ja, gern", pending=pending))[0].case.consent is True
    assert moves(turn_of(trained, "open", "ja", pending=pending))[0].case.consent is True


def test_while_a_case_is_open_what_is_sure_is_answered_and_marked_and_doubts_are_left_to_the_person(trained):
    sure = turn_of(trained, "open", "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS)
    assert sure.decision == "answer"
    assert said(sure).startswith("Automatische Antwort")
    unsure = turn_of(trained, "open", "Das Zeugnis ist aus Gdansk")
    assert said(unsure) == "Das habe ich zu Ihrem Fall 17 dazugelegt."
    assert all(moves(turn) for turn in (sure, unsure))
    assert "Automatische Antwort" not in said(turn_of(trained, "closed", "Was zahlt der Bonus?", SURE_OF_BONUS))


@pytest.mark.parametrize("state", ["bot", "closed", "muted", "erased", None])
def test_without_a_case_lotse_answers_and_a_person_is_one_word_away(trained, state):
    turn = turn_of(trained, state, "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS)
    assert (turn.decision, moves(turn)) == ("answer", [])
    asked = turn_of(trained, state, "Mensch", meant("wants_person"))
    opened = [effect for effect in asked.effects if isinstance(effect, OpenCase)]
    assert len(opened) == (0 if state == "bot" else 1)
    if state == "bot":
        assert [move.case.state for move in moves(asked)] == ["open"], "the case that was given to Lotse, once more"


@pytest.mark.parametrize("state", [None, *CASE_STATES])
def test_a_yes_to_an_offer_brings_a_person_whatever_became_of_earlier_cases(trained, state):
    """A case of before has no say in it, and neither has the question it was opened with."""
    if state in (*SILENT, "erased", "requested"):
        return  # Lotse offers nothing there; nobody's case is in the last two
    offered = Pending("offer_person", YES_NO, "Mein Antrag wurde abgelehnt", "rejected_application", NOW)
    turn = turn_of(trained, state, Pressed("yes"), pending=offered)
    opened = [effect for effect in turn.effects if isinstance(effect, OpenCase)]
    if state == "open":
        assert "Ihr Fall 17 steht schon" in said(turn)
    elif state in ("bot", "resolved"):
        assert ([move.case.number for move in moves(turn)], opened) == ([17], [])
        assert moves(turn)[0].case.state in ("open", "claimed")
    else:
        assert [effect.question for effect in opened] == ["Mein Antrag wurde abgelehnt"]
        assert "steht schon" not in said(turn)


def test_what_was_asked_before_a_case_does_not_stand_on_the_card_of_the_next(trained):
    """Not even of one that was withdrawn: its text is deleted, and the next card is read before any consent."""
    asked = turn_of(trained, None, "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS)
    first = take_turn(asked.state, Utterance("Mensch"), meant("wants_person"), trained.content, NOW, DeskOffice())
    (opened,) = [effect for effect in first.effects if isinstance(effect, OpenCase)]
    assert opened.question == "Was zahlt der Weiterbildungsbonus? – Mensch"
    assert opened.context.shown
    later = replace(first.state, case=case("muted"))
    second = take_turn(later, Utterance("Mensch"), meant("wants_person"), trained.content, NOW, DeskOffice())
    (opened,) = [effect for effect in second.effects if isinstance(effect, OpenCase)]
    assert (opened.question, opened.context.shown, opened.context.offered) == ("Mensch", (), ())


def test_what_lotse_answered_beside_an_open_case_belongs_to_that_case(trained):
    beside = turn_of(trained, "open", "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS)
    anew = take_turn(
        replace(beside.state, case=case("resolved")), Utterance("neuer Fall"), Understanding("de"), trained.content, NOW
    )
    assert [effect.question for effect in anew.effects if isinstance(effect, OpenCase)] == ["neuer Fall"]


@pytest.mark.parametrize("state", ["resolved", "bot"])
def test_a_new_case_closes_the_one_before_and_goes_to_the_team_of_its_own_matter(trained, state):
    elsewhere = case(state, team="anerkennung", topic="zab")
    turn = turn_of(trained, elsewhere, "neuer Fall")
    (move,) = moves(turn)
    assert (move.case.number, move.case.state) == (17, "closed")
    assert [effect.team for effect in turn.effects if isinstance(effect, OpenCase)] == ["koordination"]


@pytest.mark.parametrize("intent", ["instead", "what_now"])
def test_what_only_follows_something_is_left_to_the_person_where_lotse_knows_nothing_to_follow(trained, intent):
    turn = turn_of(trained, "open", "ok und was mach ich jetzt", meant(intent))
    assert moves(turn)
    assert "Fall 17" in said(turn)
    assert "Automatische Antwort" not in said(turn)


@pytest.mark.parametrize(("given", "understood"), [("Danke!", meant("thanks")), ("Hilfe", meant("help"))])
def test_thanks_do_not_open_a_resolved_case_again(trained, given, understood):
    assert moves(turn_of(trained, "resolved", given, understood)) == []


@pytest.mark.parametrize(
    ("given", "understood"),
    [
        ("Was zahlt der Bonus?", SURE_OF_BONUS),
        ("doch noch etwas", None),
        ("Mensch", meant("wants_person")),
        ("und wenn das nicht geht, was dann", meant("instead")),
        ("ok und was mach ich jetzt", meant("what_now")),
    ],
)
def test_anything_else_goes_on_with_a_resolved_case(trained, given, understood):
    turn = turn_of(trained, "resolved", given, understood)
    (move,) = moves(turn)
    assert (move.case.state, move.case.owner) == ("claimed", "maria")
    assert "Ihr Fall 17 ist wieder offen, Maria Petersen kümmert sich darum" in said(turn)


@pytest.mark.parametrize(
    "told",
    [
        "Es geht immer noch nicht",
        "Das hat leider nicht geholfen",
        "Ich bin damit nicht einverstanden",
        "Moment, ich habe noch Unterlagen",
        "Nein, das ist noch nicht gelöst",
        "Nein danke, so geht das nicht",
        "Danke, aber es klappt nicht",
        "Hallo, ich habe noch eine Frage",
        "Ja, aber der Bescheid fehlt",
        "Hilfe, es geht nicht",
        "Lieber nicht",
        "Das verstehe ich nicht",
        "Können Sie das bitte wiederholen?",
        "Warum?",
        "Und wie geht es weiter?",
        "But he refused again, please help me",
        "I am still waiting for the letter",
    ],
)
def test_what_follows_a_coordinators_last_words_goes_on_with_a_resolved_case(trained, told):
    (move,) = moves(turn_of(trained, "resolved", told, understand(told, trained.reader, Context())))
    assert (move.case.state, move.case.owner) == ("claimed", "maria")


@pytest.mark.parametrize(
    "said",
    [
        "Danke",
        "Es hat geklappt, danke!",
        "Top",
        "abbrechen",
        "Ok, danke und schönen Feierabend",
        "Perfekt",
        "Das hat mir sehr geholfen",
        "Ja, danke, alles geklärt",
        "yes it did, thanks",
        "Tschüss",
        "Hilfe",
        "English please",
        "meine Daten",
        "Wie steht es um meinen Fall?",
        "Danke für die Infos",
        "Thank you for the information!",
        "Nein, danke",
        "Nein, das war's",
        "Danke, und Ihnen noch einen schönen Tag",
        "Bitte lösche meine Daten, aber wirklich alle",
        "Danke, ich habe keine Fragen mehr",
        "No, that's all.",
        "All good 👍",
    ],
)
def test_small_talk_and_words_to_the_program_leave_a_resolved_case(trained, said):
    assert moves(turn_of(trained, "resolved", said, understand(said, trained.reader, Context()))) == []


def test_what_answers_a_question_of_lotses_own_leaves_a_resolved_case(trained):
    asked = Pending("clarify", (("Höhe", "say:weiterbildungsbonus.amount"),))
    assert moves(turn_of(trained, "resolved", "nichts davon", meant("none_of_these"), pending=asked)) == []
    consent = Pending("consent", YES_NO)
    assert moves(turn_of(trained, "resolved", "nichts davon", meant("none_of_these"), pending=consent))


@pytest.mark.parametrize(
    ("typed", "state", "satisfied"),
    [
        ("ja", "resolved", True),
        ("1", "resolved", True),
        ("Nein, noch nicht", "claimed", False),
        ("2", "claimed", False),
    ],
)
def test_the_question_whether_it_is_settled_can_be_answered_by_typing(trained, typed, state, satisfied):
    (move,) = moves(turn_of(trained, "resolved", typed))
    assert (move.case.state, move.case.satisfied) == (state, satisfied)


@pytest.mark.parametrize("locale", ["de", "en"])
def test_who_asks_for_a_person_in_an_encrypted_room_reads_where_the_case_goes(trained, locale):
    words = {
        "de": "Dieser Raum ist verschlüsselt. Ihr Fall verlässt ihn",
        "en": "This room is encrypted. Your case leaves it",
    }
    for encrypted in (True, False):
        state = State(locale=locale, locale_fixed=True, introduced=True, encrypted=encrypted)
        turn = take_turn(state, Pressed("person"), None, trained.content, NOW, DeskOffice())
        assert [effect.told_first for effect in turn.effects if isinstance(effect, OpenCase)] == [encrypted]
        assert (words[locale] in said(turn)) is encrypted
        assert "encrypted" not in state_to_json(turn.state)


@pytest.mark.parametrize(
    ("rooms", "words"),
    [
        ((), "auf dem Lotse läuft. Was Sie"),
        ((("matrix", True),), "läuft, und in ihrem Raum auf Matrix, der ebenfalls verschlüsselt ist. Was"),
        ((("matrix", False),), "läuft, und in ihrem Raum auf Matrix, der nicht verschlüsselt ist. Was"),
        (
            (("slack", False), ("slack", False)),
            "läuft, und in ihrem Kanal in Slack, der nicht von Ende zu Ende verschlüsselt ist. Was",
        ),
        ((("matrix", None),), "läuft, und in ihrem Raum auf Matrix. Was"),
        ((("slack", None),), "läuft, und in ihrem Kanal in Slack. Was"),
        ((("other", False),), "läuft, other. Was"),
    ],
)
def test_it_is_said_in_which_rooms_coordinators_read_it(trained, rooms, words):
    state = State(locale="de", locale_fixed=True, introduced=True, encrypted=True)
    office = TeamOffice(trained.content, rooms={"koordination": rooms})
    assert words in said(take_turn(state, Pressed("person"), None, trained.content, NOW, office))


def test_a_new_case_is_refused_while_a_person_is_at_it_and_opens_otherwise(trained):
    assert turn_of(trained, "claimed", "neuer Fall").decision == "handoff"
    assert "läuft noch bei Maria Petersen" in said(turn_of(trained, "claimed", "neuer Fall"))
    for state in ("resolved", "closed", "muted", "bot", None):
        turn = turn_of(trained, state, "Neuer Fall!")
        assert [effect for effect in turn.effects if isinstance(effect, OpenCase)], state


def test_a_changed_question_is_answered_anew_where_lotse_has_the_word(trained):
    anew = turn_of(trained, None, Edited("m1", "Was zahlt der Weiterbildungsbonus?"), SURE_OF_BONUS)
    assert anew.effects[0] == KeepEdit("m1", "Was zahlt der Weiterbildungsbonus?")
    assert (
        anew.decision
        == turn_of(trained, None, "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS).decision
        == "answer"
    )
    assert said(anew) == said(turn_of(trained, None, "Was zahlt der Weiterbildungsbonus?", SURE_OF_BONUS))
    for state in ("open", "claimed", "waiting_employee"):
        assert turn_of(trained, state, Edited("m1", "anders")).decision == "silent"


@pytest.mark.parametrize("state", ["open", "claimed", "waiting_employee"])
@pytest.mark.parametrize("given", ["", " \n"])
def test_what_came_without_words_joins_no_case_and_is_told_to_who_sent_it(trained, state, given):
    turn = turn_of(trained, state, given)
    assert "Davon kam kein Text an" in said(turn)
    assert moves(turn) == []
    assert turn.aside


def test_edits_deletions_files_and_leaving(trained):
    edited = turn_of(trained, "claimed", Edited("m1", "anders"))
    assert edited.effects[0] == KeepEdit("m1", "anders")
    assert [move.event for move in moves(edited)] == ["edits"]
    removed = turn_of(trained, None, Removed("m1"))
    assert removed.effects == (KeepEdit("m1", None),)
    assert "Dateien nehme ich hier nicht an" in said(turn_of(trained, "claimed", SentFile()))
    assert "Dateien nehme ich hier nicht an" in said(turn_of(trained, None, SentFile()))
    for state in ("claimed", None):
        assert "noch einmal" in said(turn_of(trained, state, Unreadable()))
        verifying = turn_of(trained, state, AskedToVerify("abcd EFGH"))
        assert "vom Betreiber signiert" in said(verifying)
        assert "abcd EFGH" in said(verifying)
        assert verifying.aside, "no part of the case"
        for locale, words in (("de", "finden Sie in unserem Gespräch"), ("en", "in our conversation")):
            led = turn_of(trained, state, LedToCase(17, locale))
            assert words in said(led)
            assert "17" in said(led)
            assert (led.aside, moves(led), led.state.locale) == (True, [], locale), "no part of the case"
            assert all(effect.notice for effect in led.effects if isinstance(effect, Say))
    assert [move.event for move in moves(turn_of(trained, "claimed", Left()))] == ["leaves"]
    assert turn_of(trained, None, Left()).effects == ()
    (others,) = moves(turn_of(trained, "claimed", ReadByOthers()))
    assert others.event == "lets_others_read"
    assert turn_of(trained, None, ReadByOthers()).effects == ()
    elsewhere = turn_of(trained, "claimed", ReadByOthers(elsewhere=True))
    assert "geht es deshalb hier weiter" in said(elsewhere)
    assert not moves(elsewhere), "the coordinators' words still reach the person alone"


@pytest.mark.parametrize("state", [None, *CASE_STATES])
def test_a_sign_under_a_coordinators_words_reaches_them_and_nobody_else(trained, state):
    turn = turn_of(trained, state, Reacted("m1", "👍"))
    assert (turn.decision, turn.replies) == ("silent", ())
    assert [move.event for move in moves(turn)] == (["writes"] if state in SILENT else [])


def test_a_rating_is_kept_in_silence(trained):
    assert turn_of(trained, "claimed", Rated(True, "o1")).effects == (RecordRating("o1", "", True),)


@pytest.mark.parametrize(
    ("value", "event"),
    [
        ("case:17:reminder", "reminder"),
        ("case:17:waiting_over", "waiting_over"),
        ("case:18:reminder", None),
        ("case:17:nonsense", None),
        ("case:", None),
        ("remind", None),
    ],
)
def test_a_timer_moves_its_own_case_only(trained, value, event):
    turn = turn_of(trained, "waiting_employee", TimerDue(value))
    assert [move.event for move in moves(turn)] == ([event] if event else [])
    assert turn.decision == "silent"


def test_the_case_is_never_stored_with_the_state():
    state = State(locale="de", case=case("claimed"), open_case=17, pending=Pending("offer_person", YES_NO, at=NOW))
    stored = json.loads(json.dumps(state_to_json(state)))
    assert "case" not in stored
    assert state_from_json(stored).case is None
    assert state_from_json(stored).pending == state.pending
