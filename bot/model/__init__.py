"""The words all packages share: what comes in, what was understood, what is to be done, what goes out.

Everything here is a frozen value without behaviour beyond rendering itself as plain text, so that pure code can
make it, the store can keep it and every channel can read it. Names follow the word list in CONTRIBUTING.md.

It is one vocabulary, and whoever uses it writes ``from bot.model import ...``; in which module a word stands is nobody's
concern. Every word is handed on here by its name (``X as X``). The modules, each of which knows only those before it:

- ``ids``: languages and ids
- ``places_and_people``: where something is said, and by whom
- ``inputs``: what comes in
- ``understood``: what was understood of it
- ``replies``: what Lotse says
- ``case_facts``: a case, and what follows from an event of it
- ``to_be_done``: what a turn wants done, and why
- ``missed_questions``: what was left without an answer
- ``deliveries``: what a channel carries out
"""

from bot.model.case_facts import BETWEEN_QUOTED as BETWEEN_QUOTED
from bot.model.case_facts import BROKEN as BROKEN
from bot.model.case_facts import CASE_STATES as CASE_STATES
from bot.model.case_facts import OVER as OVER
from bot.model.case_facts import RESOLUTIONS as RESOLUTIONS
from bot.model.case_facts import SILENT as SILENT
from bot.model.case_facts import UNFINISHED as UNFINISHED
from bot.model.case_facts import Alarm as Alarm
from bot.model.case_facts import CaseEffect as CaseEffect
from bot.model.case_facts import CaseFacts as CaseFacts
from bot.model.case_facts import CaseState as CaseState
from bot.model.case_facts import CaseTimer as CaseTimer
from bot.model.case_facts import CaseTurn as CaseTurn
from bot.model.case_facts import DropCaseText as DropCaseText
from bot.model.case_facts import GiveTranscript as GiveTranscript
from bot.model.case_facts import Note as Note
from bot.model.case_facts import Relay as Relay
from bot.model.case_facts import Remark as Remark
from bot.model.case_facts import Resolution as Resolution
from bot.model.case_facts import Revise as Revise
from bot.model.case_facts import Tell as Tell
from bot.model.deliveries import Delivery as Delivery
from bot.model.deliveries import Edit as Edit
from bot.model.deliveries import Limits as Limits
from bot.model.deliveries import Post as Post
from bot.model.deliveries import React as React
from bot.model.deliveries import Redact as Redact
from bot.model.deliveries import Typing as Typing
from bot.model.deliveries import TypingEnds as TypingEnds
from bot.model.deliveries import View as View
from bot.model.ids import LOCALES as LOCALES
from bot.model.ids import AbsenceId as AbsenceId
from bot.model.ids import AspectId as AspectId
from bot.model.ids import CaseNumber as CaseNumber
from bot.model.ids import ExternalId as ExternalId
from bot.model.ids import IntentId as IntentId
from bot.model.ids import Locale as Locale
from bot.model.ids import OutboxId as OutboxId
from bot.model.ids import StaffId as StaffId
from bot.model.ids import TopicId as TopicId
from bot.model.ids import WhoId as WhoId
from bot.model.inputs import ANOTHERS_CHOICE as ANOTHERS_CHOICE
from bot.model.inputs import CASE_TIMER as CASE_TIMER
from bot.model.inputs import CONSENT as CONSENT
from bot.model.inputs import MAX_UTTERANCE as MAX_UTTERANCE
from bot.model.inputs import TYPED as TYPED
from bot.model.inputs import AskedPerson as AskedPerson
from bot.model.inputs import AskedToVerify as AskedToVerify
from bot.model.inputs import AskedWhy as AskedWhy
from bot.model.inputs import CameIn as CameIn
from bot.model.inputs import Edited as Edited
from bot.model.inputs import Incoming as Incoming
from bot.model.inputs import Input as Input
from bot.model.inputs import LedToCase as LedToCase
from bot.model.inputs import Left as Left
from bot.model.inputs import LookedUp as LookedUp
from bot.model.inputs import Pressed as Pressed
from bot.model.inputs import Rated as Rated
from bot.model.inputs import Reacted as Reacted
from bot.model.inputs import ReadByOthers as ReadByOthers
from bot.model.inputs import Removed as Removed
from bot.model.inputs import Seen as Seen
from bot.model.inputs import SentFile as SentFile
from bot.model.inputs import TimerDue as TimerDue
from bot.model.inputs import Typed as Typed
from bot.model.inputs import Unreadable as Unreadable
from bot.model.inputs import Utterance as Utterance
from bot.model.inputs import read_typed as read_typed
from bot.model.inputs import typed as typed
from bot.model.missed_questions import MissedQuestion as MissedQuestion
from bot.model.missed_questions import SetAside as SetAside
from bot.model.places_and_people import ALL_TEAMS as ALL_TEAMS
from bot.model.places_and_people import ROLES as ROLES
from bot.model.places_and_people import Absence as Absence
from bot.model.places_and_people import AbsenceRefusal as AbsenceRefusal
from bot.model.places_and_people import Address as Address
from bot.model.places_and_people import DeskRoom as DeskRoom
from bot.model.places_and_people import Person as Person
from bot.model.places_and_people import Role as Role
from bot.model.places_and_people import RoomMember as RoomMember
from bot.model.places_and_people import RoomState as RoomState
from bot.model.places_and_people import Staff as Staff
from bot.model.replies import AUTOMATIC as AUTOMATIC
from bot.model.replies import CASE_NUMBER as CASE_NUMBER
from bot.model.replies import HUMAN as HUMAN
from bot.model.replies import SOURCE_WORDS as SOURCE_WORDS
from bot.model.replies import WHY as WHY
from bot.model.replies import Block as Block
from bot.model.replies import Bullets as Bullets
from bot.model.replies import Choice as Choice
from bot.model.replies import Paragraph as Paragraph
from bot.model.replies import Reply as Reply
from bot.model.replies import SourceNote as SourceNote
from bot.model.replies import Span as Span
from bot.model.replies import as_text as as_text
from bot.model.replies import source_text as source_text
from bot.model.replies import spans_text as spans_text
from bot.model.replies import voice_of as voice_of
from bot.model.to_be_done import CaseContext as CaseContext
from bot.model.to_be_done import ContinueAlone as ContinueAlone
from bot.model.to_be_done import Decision as Decision
from bot.model.to_be_done import Effect as Effect
from bot.model.to_be_done import ForgetPerson as ForgetPerson
from bot.model.to_be_done import KeepEdit as KeepEdit
from bot.model.to_be_done import LinkAccount as LinkAccount
from bot.model.to_be_done import LookUp as LookUp
from bot.model.to_be_done import MoveCase as MoveCase
from bot.model.to_be_done import OpenCase as OpenCase
from bot.model.to_be_done import Reason as Reason
from bot.model.to_be_done import RecordGap as RecordGap
from bot.model.to_be_done import RecordRating as RecordRating
from bot.model.to_be_done import Say as Say
from bot.model.to_be_done import SetTimer as SetTimer
from bot.model.to_be_done import ShownAnswer as ShownAnswer
from bot.model.understood import Candidate as Candidate
from bot.model.understood import CandidateKind as CandidateKind
from bot.model.understood import Context as Context
from bot.model.understood import Evidence as Evidence
from bot.model.understood import EvidenceKind as EvidenceKind
from bot.model.understood import Understanding as Understanding
