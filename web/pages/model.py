"""What the consumer pages are given, and what they show.

The rule that must stay true: a view holds values ready to be read, and only public ones. No
quantity, business partner, price or person's name has a field here, so no template can show one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from trace.history import History
from trace.recall.marks import RecallMark
from typing import Literal, Protocol, TypeAlias
from uuid import UUID

from credit.public_marks import PublicMark
from parties.directory import CertificateCard, PartyCard, ProductCard, SiteCard
from parties.issuing.state import CodeState

Lang: TypeAlias = Literal["zh", "en"]
Stage: TypeAlias = Literal["inputs", "farm", "transport", "plant", "storage", "shop", "other"]
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
    "sold",
    "withdrawn",
    "truncated",
    "wrong_signature",
    "revoked_key",
]
Tone: TypeAlias = Literal["stop", "warn", "info"]
Validity: TypeAlias = Literal["held", "ended", "not_then"]
FactTone: TypeAlias = Literal["good", "bad", "plain"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Directory:
    """The register's cards that a history refers to.

    Sites and products by canonical URI as registered, parties by id, certificates of the parties
    and products in the order in which they are shown. `issued` is what became of the subject where
    it is a code that was issued here, `recalls` those that reach it, `credit` what public lists say
    of parties by their social credit code.
    """

    sites: Mapping[str, SiteCard] = field(default_factory=dict)
    products: Mapping[str, ProductCard] = field(default_factory=dict)
    parties: Mapping[UUID, PartyCard] = field(default_factory=dict)
    certificates: tuple[CertificateCard, ...] = ()
    issued: CodeState | None = None
    recalls: tuple[RecallMark, ...] = ()
    credit: Mapping[str, PublicMark] = field(default_factory=dict)


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

    def load_directory(self, found: History) -> Directory:
        """Return the cards of the subject, and of the places and parties of its steps."""

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
    """One public fact of a step in the page's language; a detail is shown in small print.

    `norms` are the clauses for which a profile asks for it.
    """

    label: str
    value: str
    tone: FactTone = "plain"
    is_detail: bool = False
    norms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class StepView:
    """One step of the timeline. `title_key` is what the title was looked up by, for the verifier.

    `is_new_place` and `is_new_word` say that the step before it on the page, in the same stage, was
    elsewhere or did something else: only then is there anything to tell. `here` is `when` on the
    clock of Beijing where the clock of its place shows another time.
    """

    log: int
    seq: int
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
    is_new_place: bool
    is_new_word: bool
    withdrawn_on: str = ""
    here: LocalTime | None = None


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
    number: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What is printed on the thing, as far as it is recorded. Dates are `YYYY-MM-DD`.

    `code` is the text of a code that is no GTIN.
    """

    name: str
    other_name: str
    spec: str
    gtin: str
    lot: str
    serial: str
    code: str
    produced_on: str
    expires_on: str
    is_expired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """The numbers of the status sentence; withdrawn and damaged steps are not counted as sound."""

    origins: int
    origin_stage: Stage
    places: int
    steps: int
    parties: int
    damaged: int
    withdrawn: int
    last_stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkEntry:
    """An entry of a public list, as a consumer reads it: never without the norm it stands on."""

    list_id: str
    title: str
    kind: str
    tone: str
    basis: str
    ground: str
    authority: str
    number: str
    from_on: str
    stops_on: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditMark:
    """What public lists say of a party on a day; `looked_at` are the lists that were looked at."""

    day: str
    is_known: bool
    entries: tuple[MarkEntry, ...]
    looked_at: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MakerView:
    """A party of the chain with the marks by which the law lets anybody look it up."""

    name: str
    kind: str
    uscc: str
    licence_kind: str
    licence_no: str
    region: str
    credit: CreditMark | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateView:
    """A certificate or report, and how its validity lies to the days of what it speaks for.

    "held": it held on those days. "ended": it did, and has ended since. "not_then": it did not.
    """

    kind: str
    number: str
    issuer: str
    from_on: str
    until_on: str
    link: str
    holder: str
    lot: str
    validity: Validity


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanView:
    """Everything on the consumer page, top to bottom. `is_known` is false for an unknown code.

    `is_unused` is true for a code that was given to its maker and not yet put on goods, `is_signed`
    where the label that was scanned bears a right signature.
    """

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
    is_unused: bool = False
    is_signed: bool = False
