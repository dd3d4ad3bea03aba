"""The tables, and the one column type for points in time.

What belongs to a person carries ``person_id``, so that a person can be forgotten in every table; what was said in a
place carries ``conversation_id``. Text people wrote stands only in ``inbox.payload``, ``transcript``,
``outbox.delivery``, ``cases``, ``case_messages``, ``gaps`` and the state of the conversation; ``privacy.py`` says how long
each is kept.

What an employee can read is ``transcript``; ``case_messages`` says which of its lines belong to a case and holds besides what
coordinators write among themselves. A note has no line in the transcript (the table itself refuses it), so no page and no
channel of an employee can come across one. What appears in rooms of coordinators goes out from ``desk_posts``, a table of its
own that keeps no text of an employee and no address of one.

Numbers are never handed out twice (``sqlite_autoincrement``): a case number or a transcript line that was deleted must
not come back as somebody else's.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
)


def utc_of(moment: datetime) -> datetime:
    """The moment in aware UTC; one without a zone comes from SQLite and is UTC already."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time: takes any aware datetime, gives aware UTC back, on every database.

    SQLite keeps no time zone, so what is written there is UTC without one.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; a datetime without a zone is a bug of the caller."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a point in time needs a time zone: {value!r}")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Back as aware UTC."""
        return None if value is None else utc_of(value)


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# SQLite hands out numbers by itself only for INTEGER, which is 64 bits wide there anyway.
Number = BigInteger().with_variant(Integer, "sqlite")
Json = JSON(none_as_null=True)


def row_of(table: Table, **values: object) -> dict[str, object]:
    """A row of this table, or new values for one, to be handed in with a statement that was made before.

    Raises KeyError on a column it does not have: SQLAlchemy would leave that value out without a word.
    """
    if unknown := [name for name in values if name not in table.c]:
        raise KeyError(f"{table.name} has no column {unknown}")
    return values


persons = Table(
    "persons",
    metadata,
    Column("id", Number, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("external_user", Text, nullable=False),
    Column("introduced_at", UtcDateTime, doc="when the person was told what Lotse is and what it stores"),
    UniqueConstraint("channel", "external_user"),
    sqlite_autoincrement=True,
)

conversations = Table(
    "conversations",
    metadata,
    Column("id", Number, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("room", Text, nullable=False),
    Column("thread", Text, nullable=False, doc="empty: the room itself; never null, so that the address is unique"),
    Column("locale", String(8)),
    Column("state", Json, doc="the dialogue state, with its own version"),
    Column("state_version", Integer, nullable=False, doc="counts the turns; compared when a turn is committed"),
    Column("active_at", UtcDateTime, nullable=False),
    UniqueConstraint("channel", "room", "thread"),
    sqlite_autoincrement=True,
)


def _conversation(*, nullable: bool = False) -> Column[Any]:
    return Column("conversation_id", ForeignKey("conversations.id"), nullable=nullable)


def _person() -> Column[Any]:
    return Column("person_id", ForeignKey("persons.id"))


inbox = Table(
    "inbox",
    metadata,
    Column("id", Number, primary_key=True),
    _conversation(nullable=True),
    _person(),
    Column("channel", String(40), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("also", Text, doc="a second id by which the platform may repeat it"),
    Column("alone", Text, doc="the room where the same person is answered without others; null: this one"),
    Column("encrypted", Boolean, doc="whether only those in the room can read what is said there"),
    Column("payload", Json, doc="the input; emptied after its time, the row stays to recognise a repetition"),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("status", String(10), nullable=False, doc="waiting | done | parked | refused | forgotten"),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, doc="kind and place of the last failure, never a text"),
    Column("done_at", UtcDateTime),
    UniqueConstraint("channel", "external_id"),
    Index(None, "channel", "also", unique=True),
    Index(None, "conversation_id", "status", "id"),
    Index(None, "status", "id"),
    Index(None, "person_id", "status"),
    sqlite_autoincrement=True,
)

transcript = Table(
    "transcript",
    metadata,
    Column("id", Number, primary_key=True),
    _conversation(),
    _person(),
    Column("who", String(10), nullable=False, doc="user | lotse | system | staff"),
    Column("text", Text, nullable=False),
    Column("reply", Json),
    Column("outbox_id", String(36), doc="of a reply: its row in the outbox"),
    Column("external_id", Text, doc="of what a user said: the platform's id of that message"),
    Column("at", UtcDateTime, nullable=False),
    Column("label", Text),
    Column("reason", Json, doc="why Lotse said it, with decision and score"),
    Column("edited_at", UtcDateTime),
    Column("deleted_at", UtcDateTime, doc="its words were taken back; the row stays, empty"),
    Index(None, "conversation_id", "id"),
    Index(None, "person_id"),
    Index(None, "outbox_id"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("seq", Number, primary_key=True),
    Column("id", String(36), nullable=False, unique=True),
    _conversation(),
    _person(),
    Column("delivery", Json),
    Column("created_at", UtcDateTime, nullable=False),
    Column("status", String(10), nullable=False, doc="waiting | sending | sent | parked | discarded"),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", UtcDateTime, doc="waiting: not before; sending: unclear from then on"),
    Column("external_id", Text),
    Column("error", Text),
    Column("done_at", UtcDateTime),
    Column("voice", String(10), nullable=False, server_default="bot", doc="bot | notice | person"),
    Column("case_number", Number, doc="the latest case of the conversation when this was decided"),
    Column("case_version", Integer, doc="and its version"),
    Column("revises", String(36), doc="the message this one changes or takes back"),
    Index(None, "conversation_id", "status", "seq"),
    Index(None, "status", "seq"),
    Index(None, "external_id"),
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)

cases = Table(
    "cases",
    metadata,
    Column("number", Number, primary_key=True),
    _conversation(nullable=True),
    _person(),
    Column("state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("question", Text, nullable=False),
    Column("locale", String(8), nullable=False),
    Column("team", String(60), nullable=False),
    Column("topic", Text),
    Column("reason", Text, nullable=False),
    Column("context", Json, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("owner", Text, doc="the coordinator's id in the settings"),
    Column("owner_name", Text, nullable=False, server_default=""),
    Column("silent_from", Integer, doc="the version with which a person last took the word"),
    Column("consent", Boolean, doc="whether name and earlier transcript are shown; null: not answered yet"),
    Column("employee_name", Text, doc="only after consent, and only where the platform knows it"),
    Column("first_due", UtcDateTime),
    Column("next_due", UtcDateTime),
    Column("solution_due", UtcDateTime),
    Column("alarm", String(10), nullable=False, server_default="none"),
    Column("replied_at", UtcDateTime),
    Column("unanswered_since", UtcDateTime),
    Column("away_until", UtcDateTime, doc="the opening the employee was told of last"),
    Column("waiting_since", UtcDateTime),
    Column("waiting_until", UtcDateTime, doc="when it goes back to its owner"),
    Column("give_up_at", UtcDateTime, doc="when it is closed because the employee did not answer"),
    Column("remind_at", UtcDateTime),
    Column("resolution", String(20)),
    Column("resolved_at", UtcDateTime),
    Column("reopen_until", UtcDateTime),
    Column("satisfied", Boolean),
    Column("telling_id", String(36), doc="of a case from an encrypted room: the message that says where it is read"),
    Index(None, "state", "number"),
    Index(None, "conversation_id"),
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)

case_events = Table(
    "case_events",
    metadata,
    Column("id", Number, primary_key=True),
    Column("case_number", Number, nullable=False, doc="no reference: the audit outlives the case"),
    Column("at", UtcDateTime, nullable=False),
    Column("event", String(20), nullable=False),
    Column("actor", Text, nullable=False, doc="a member of staff, employee or system"),
    Column("from_state", String(20), nullable=False),
    Column("to_state", String(20), nullable=False),
    Column("version", Integer, nullable=False),
    Column("team", String(60), nullable=False),
    Column("owner", Text),
    Column("detail", Json, nullable=False, doc="names and codes of ours, never a text"),
    Index(None, "case_number", "id"),
    sqlite_autoincrement=True,
)

case_messages = Table(
    "case_messages",
    metadata,
    Column("id", Number, primary_key=True),
    Column("case_number", ForeignKey("cases.number", ondelete="CASCADE"), nullable=False),
    _person(),
    Column("kind", String(12), nullable=False, doc="employee | lotse | notice | coordinator | note | remark"),
    Column("transcript_id", ForeignKey("transcript.id", ondelete="CASCADE"), doc="the line an employee can read"),
    Column("author", Text, doc="of a coordinator's words: their id in the settings"),
    Column("author_name", Text),
    Column("text", Text, doc="a note, or a coordinator's words as they were typed"),
    Column("what", String(20), doc="of a remark: its words in ``handoff/case_words.py``"),
    Column("values", Json, doc="of a remark: what fills its words"),
    Column("key", Text, doc="of what a page sent: sent again, it is not written again"),
    Column("at", UtcDateTime, nullable=False),
    CheckConstraint("kind NOT IN ('note', 'remark') OR transcript_id IS NULL", name="notes_stay_inside"),
    UniqueConstraint("case_number", "key"),
    Index(None, "case_number", "id"),
    Index(None, "transcript_id"),
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)

audit = Table(
    "audit",
    metadata,
    Column("id", Number, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(40), nullable=False),
    Column("target", Text, nullable=False, doc="what it was done to: a number or a name of ours, never a text"),
    sqlite_autoincrement=True,
)

gaps = Table(
    "gaps",
    metadata,
    Column("id", Number, primary_key=True),
    _person(),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("question", Text, nullable=False),
    Column("locale", String(8)),
    Column("label", Text),
    Column("offered", Json, nullable=False),
    Index(None, "at"),
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)

ignored_gaps = Table(
    "ignored_gaps",
    metadata,
    Column("id", Number, primary_key=True),
    Column("label", Text, doc="topic.aspect of a group whose subject was clear"),
    Column("locale", String(8), nullable=False),
    Column("fingerprints", Json, nullable=False, doc="what the others are known again by; not readable"),
    Column("reason", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

ratings = Table(
    "ratings",
    metadata,
    Column("id", Number, primary_key=True),
    _person(),
    Column("at", UtcDateTime, nullable=False),
    Column("about", String(36), doc="the outbox id of the answer; gone once it can no longer be traced"),
    Column("label", Text, nullable=False),
    Column("helpful", Boolean, nullable=False),
    Index(None, "person_id"),
    Index(None, "about"),
    sqlite_autoincrement=True,
)

timers = Table(
    "timers",
    metadata,
    Column("id", Number, primary_key=True),
    _conversation(),
    _person(),
    Column("kind", Text, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("version", Integer, nullable=False, doc="the version of the state, or of the case, it was set in"),
    Column(
        "case_number", Number, doc="of a case's timer; no reference: one that outlives its case is dropped when due"
    ),
    Index(None, "due_at"),
    Index(None, "conversation_id"),
    Index(None, "person_id"),
    sqlite_autoincrement=True,
)

absences = Table(
    "absences",
    metadata,
    Column("id", Number, primary_key=True),
    Column("staff", Text, nullable=False, doc="who of the staff is away; people are settings, not rows"),
    Column("since", UtcDateTime, nullable=False),
    Column("until", UtcDateTime, nullable=False, doc="back from this moment on"),
    Column("deputy", Text),
    Index(None, "until"),
    sqlite_autoincrement=True,
)

desk_notices = Table(
    "desk_notices",
    metadata,
    Column("id", Number, primary_key=True),
    Column("team", String(60), nullable=False),
    Column("kind", String(20), nullable=False),
    Column("key", String(60), nullable=False, doc="what it is about, such as a day; a team is told once"),
    Column("at", UtcDateTime, nullable=False),
    Column("replies", Json, nullable=False, doc="by locale; no word of an employee"),
    UniqueConstraint("team", "kind", "key"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)

# --- Rooms of coordinators: what is said there, and what Lotse shows there ------------------------------------------

desk_inbox = Table(
    "desk_inbox",
    metadata,
    Column("id", Number, primary_key=True),
    Column("channel", String(40), nullable=False),
    Column("external_id", Text, nullable=False),
    Column("also", Text, doc="a second id by which the platform may send the same thing again"),
    Column("room", Text, nullable=False),
    Column("thread", Text, nullable=False, doc="empty: the room itself"),
    Column("alone", Text, doc="the room in which the same coordinator is alone with Lotse"),
    Column("external_user", Text, nullable=False),
    Column(
        "payload", Json, doc="the input; emptied as soon as it was handled, the row stays to recognise a repetition"
    ),
    Column("received_at", UtcDateTime, nullable=False),
    Column("status", String(10), nullable=False, doc="waiting | done | parked"),
    Column("attempts", Integer, nullable=False),
    Column("error", Text, doc="kind and place of the last failure, never a text"),
    Column("done_at", UtcDateTime),
    UniqueConstraint("channel", "external_id"),
    Index(None, "channel", "also", unique=True),
    Index(None, "status", "id"),
    Index(None, "done_at"),
    sqlite_autoincrement=True,
)

desk_posts = Table(
    "desk_posts",
    metadata,
    Column("id", Number, primary_key=True),
    Column("outbox_id", String(36), nullable=False, unique=True),
    Column("channel", String(40), nullable=False),
    Column("room", Text, nullable=False),
    Column(
        "thread", Text, nullable=False, doc="where it stands; of a card that was posted: the thread that begins with it"
    ),
    Column(
        "kind",
        String(10),
        nullable=False,
        doc="card | copy | line | own | sign | answer | link | notice | failed | erased | left",
    ),
    Column("key", Text, nullable=False, doc="what it shows, such as card:17 or line:230; a place shows it once"),
    Column("case_number", Number, doc="no reference: what is shown must be taken back once the case is gone"),
    Column("line", Number, doc="of case_messages, or of desk_notices; no reference, for the same reason"),
    Column(
        "lines_to", Number, nullable=False, server_default="0", doc="of a card: lines up to this one are in its thread"
    ),
    Column(
        "reply", Json, doc="an answer in words of ours, until it is sent; whatever is of an employee is read when it is"
    ),
    Column("sign", String(8), doc="the latest sign under a coordinator's words"),
    Column("under", Number, doc="of a sign: the row of the words it stands under"),
    Column("external_id", Text),
    Column("shown", Text, doc="which state of the case, or of the line, is shown; null: nobody knows"),
    Column("edits", Integer, nullable=False, server_default="0"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("status", String(10), nullable=False, doc="waiting | sending | sent | editing | parked | over"),
    Column("attempts", Integer, nullable=False),
    Column("retry_at", UtcDateTime, doc="not before this moment; sending or editing: unclear from then on"),
    Column("error", Text),
    Column("done_at", UtcDateTime),
    UniqueConstraint("channel", "room", "key"),
    Index(None, "case_number", "id"),
    Index(None, "status", "id"),
    Index(None, "external_id"),
    Index(None, "line"),
    Index(None, "under"),
    sqlite_autoincrement=True,
)

cursors = Table(
    "cursors",
    metadata,
    Column("channel", String(40), primary_key=True),
    Column("cursor", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

# --- Signing in: about the staff, never about an employee; only digests of what opens the desk ----------------------

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("id", Number, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("staff", String(60), nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("used_at", UtcDateTime),
    Index(None, "expires_at"),
    sqlite_autoincrement=True,
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Number, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("staff", String(60), nullable=False),
    Column("device", String(60), nullable=False, doc="browser and system in words of ours"),
    Column("started_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Index(None, "staff"),
    Index(None, "expires_at"),
    sqlite_autoincrement=True,
)

sign_in_failures = Table(
    "sign_in_failures",
    metadata,
    Column("id", Number, primary_key=True),
    Column("client", String(64), nullable=False, doc="a keyed digest of where it came from"),
    Column("at", UtcDateTime, nullable=False),
    Index(None, "client", "at"),
    Index(None, "at"),
    sqlite_autoincrement=True,
)

account_codes = Table(
    "account_codes",
    metadata,
    Column("id", Number, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("staff", String(60), nullable=False),
    Column("name", Text, nullable=False, server_default="", doc="what employees read as their name"),
    Column("expires_at", UtcDateTime, nullable=False),
    sqlite_autoincrement=True,
)

staff_accounts = Table(
    "staff_accounts",
    metadata,
    Column("id", Number, primary_key=True),
    Column("person_id", ForeignKey("persons.id"), nullable=False, unique=True),
    Column("staff", String(60), nullable=False),
    Column("linked_at", UtcDateTime, nullable=False),
    Index(None, "staff"),
    sqlite_autoincrement=True,
)
