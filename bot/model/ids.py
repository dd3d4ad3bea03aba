"""What things go by: the languages, and the ids, each of a type of its own, so that none is taken for another."""

from typing import Literal, NewType

Locale = Literal["de", "en"]
LOCALES: tuple[Locale, ...] = ("de", "en")

ExternalId = NewType("ExternalId", str)
"""The platform's own id of a message, kept as text."""
OutboxId = NewType("OutboxId", str)
CaseNumber = NewType("CaseNumber", int)
TopicId = NewType("TopicId", str)
AspectId = NewType("AspectId", str)
IntentId = NewType("IntentId", str)
WhoId = NewType("WhoId", str)
StaffId = NewType("StaffId", str)
"""The name somebody of the staff signs in under, such as ``anna.petersen``."""
AbsenceId = NewType("AbsenceId", int)
