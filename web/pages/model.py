"""What the consumer pages are given, and what they show.

The rule that must stay true: a view holds values ready to be read, and only public ones. No
quantity, business partner, price or person's name has a field here, so no template can show one.
The protocols name what the rooms below hand over; their own records fit without conversion.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from base.strict_json import JsonValue

Lang: TypeAlias = Literal["zh", "en"]
Stage: TypeAlias = Literal["farm", "transport", "plant", "storage", "shop", "other"]
StepState: TypeAlias = Literal["sound", "damaged", "withdrawn"]
NoticeKind: TypeAlias = Literal[
    "recalled",
    "input_recalled",
    "void",
    "destroyed",
    "stolen",
    "expired",
    "failed",
    "alarm",
    "damaged",
    "withdrawn",
    "truncated",
]
Tone: TypeAlias = Literal["stop", "warn", "info"]
FactTone: TypeAlias = Literal["good", "bad", "plain"]


class HistoryStep(Protocol):
    """One entry of the ledger that belongs to the subject, as far as the public may see it."""

    @property
    def log(self) -> int:
        """Number of the log that holds the entry."""

    @property
    def seq(self) -> int:
        """Number of the entry in its log."""

    @property
    def recorded_at(self) -> datetime:
        """When the ledger gave the entry its number, aware UTC."""

    @property
    def event(self) -> Mapping[str, JsonValue]:
        """The visible EPCIS event; any member may be missing."""

    @property
    def party_id(self) -> UUID | None:
        """The enterprise that recorded it, where it is public."""

    @property
    def items(self) -> tuple[str, ...]:
        """Identifiers through which the entry belongs to the subject."""

    @property
    def relation(self) -> str:
        """One of `self`, `container`, `lot`, `input`."""

    @property
    def distance(self) -> int:
        """Transformations and containers between this entry and the scanned item; 0 is itself."""

    @property
    def is_damaged(self) -> bool:
        """Whether the stored bytes no longer match the evidence."""

    @property
    def error_declared_at(self) -> datetime | None:
        """When its own party declared the entry to be wrong (EPCIS 2.0 7.4.1.4)."""


class History(Protocol):
    """Everything the ledger holds about one subject, ascending by the time of the event."""

    @property
    def subject(self) -> str:
        """Canonical URI of what was asked for."""

    @property
    def steps(self) -> Sequence[HistoryStep]:
        """The entries, ascending by the time of the event."""

    @property
    def truncated(self) -> bool:
        """Whether a limit cut the history short."""

    @property
    def log(self) -> int:
        """Number of the log that was read."""

    @property
    def size(self) -> int:
        """Entries of the log at the moment of reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCard:
    """A place; coordinates are WGS 84 degrees, `region` a GB/T 2260 name or code."""

    uri: str
    party_id: UUID | None = None
    name_zh: str
    name_en: str = ""
    region: str = ""
    latitude: float | None = None
    longitude: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductCard:
    """A product as its maker registered it."""

    uri: str
    party_id: UUID | None = None
    name_zh: str
    name_en: str = ""
    spec_zh: str = ""
    spec_en: str = ""
    class_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyCard:
    """An enterprise, with the code and licence the law makes public."""

    id: UUID
    uscc: str = ""
    name_zh: str
    name_en: str = ""
    kind: str = ""
    licence_kind: str = ""
    licence_no: str = ""
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateCard:
    """A certificate or test report that is public."""

    kind: str
    number: str
    issuer: str = ""
    from_on: date | None = None
    until_on: date | None = None
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The cards a history refers to: by URI, by party, and certificates by product URI or party."""

    sites: Mapping[str, SiteCard] = field(default_factory=dict)
    products: Mapping[str, ProductCard] = field(default_factory=dict)
    parties: Mapping[UUID, PartyCard] = field(default_factory=dict)
    certificates: Mapping[str | UUID, tuple[CertificateCard, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One way to read a typed code: `uri` is canonical, `shown` is safe to print (masked)."""

    uri: str
    title_zh: str
    title_en: str
    shown: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerLinks:
    """Where the evidence of this instance is, and the key that signs it (C2SP verifier key)."""

    bundle: str = "/ledger/bundle"
    checkpoint: str = "/ledger/checkpoint"
    api: str = "/api/v1/docs"
    vkey: str = ""


class PageSource(Protocol):
    """All that the pages need from the rooms below; one object, given to `register_pages`."""

    def load_history(self, subject: str) -> History:
        """Return the public history of a canonical URI; no steps where nothing is recorded."""

    def load_directory(self, history: History) -> Directory:
        """Return the cards for the subject and for every place, product and party in its steps."""

    def read_code(self, text: str) -> Sequence[Reading]:
        """Return every reading of a typed or scanned text, likeliest first; none if unreadable."""

    def ledger_links(self) -> LedgerLinks:
        """Return where evidence and key are published."""

    def today(self) -> date:
        """Return the civil date at this instance, against which expiry is judged."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalTime:
    """An instant on the wall clock of its place: `2026-11-02`, `05:40`, `+08:00`."""

    iso: str
    date: str
    time: str
    offset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One public fact of a step in the page's language."""

    label: str
    value: str
    tone: FactTone = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One step of the timeline. `title_key` is what the title was looked up by, for the verifier.

    `number` counts the steps of the whole history by time, from 1.
    """

    log: int
    seq: int
    number: int
    title: str
    title_key: str
    sentence: str
    when: LocalTime | None
    recorded: LocalTime
    place: str
    region: str
    party: str
    facts: tuple[Fact, ...]
    state: StepState
    relation: str
    withdrawn_on: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class StageView:
    """Steps that follow each other at one stage of the chain."""

    stage: Stage
    steps: tuple[StepView, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainNode:
    """A place in the picture: `lane` of `lanes` across the direction of travel.

    `more` is the number of places that one node stands for where they are too many to draw.
    """

    key: str
    label: str
    stage: Stage
    rank: int
    lane: int
    lanes: int
    more: int = 0
    state: StepState = "sound"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The places in the order goods pass them, and which hands on to which (by node key)."""

    nodes: tuple[ChainNode, ...]
    links: tuple[tuple[str, str], ...]

    @property
    def ranks(self) -> int:
        """How many places goods pass one after the other."""
        return 1 + max((node.rank for node in self.nodes), default=-1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What must be read before anything else; `seqs` name the entries it rests on."""

    kind: NoticeKind
    tone: Tone
    seqs: tuple[int, ...] = ()
    on: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What is printed on the thing, as far as it is recorded. Dates are `YYYY-MM-DD`."""

    name: str
    other_name: str
    spec: str
    gtin: str
    lot: str
    serial: str
    produced_on: str
    expires_on: str
    is_expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The numbers of the status sentence; withdrawn and damaged steps are not counted as sound."""

    origins: int
    origin_stage: Stage
    steps: int
    parties: int
    damaged: int
    withdrawn: int
    last_stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerView:
    """A party of the chain with the marks by which the law lets anybody look it up."""

    name: str
    kind: str
    uscc: str
    licence_kind: str
    licence_no: str
    region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateView:
    """A certificate or report; `is_over` says that its validity had ended on the page's date."""

    kind: str
    number: str
    issuer: str
    from_on: str
    until_on: str
    link: str
    holder: str
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanView:
    """Everything on the consumer page, top to bottom. `is_known` is false for an unknown code."""

    subject: str
    lang: Lang
    is_known: bool
    notices: tuple[Notice, ...]
    identity: Identity
    summary: Summary
    chain: Chain
    stages: tuple[StageView, ...]
    makers: tuple[MakerView, ...]
    certificates: tuple[CertificateView, ...]
    step_words: Mapping[str, str]
    log: int
    size: int
    is_void: bool = False
