"""Bad input: every kind of dirt that feeds bring has its answer, row by row and batch by batch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from base.db import reading
from base.errors import Conflict
from base.strict_json import loads
from credit.facts import FactState
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.index import open_credit_journal
from credit.intake.batches import BatchState, CreditBatch, Door
from credit.intake.desk import batch_limits
from credit.intake.senders import Sender, Signed, add_sender, sent_of, signed_bytes
from credit.intake.taking import IntakeDesk, take_batch
from credit.tables import CREDIT_FACT, CREDIT_QUARANTINE, CREDIT_ROW
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, defaulter, penalty, serious, uscc
from tests.instances import Installation, open_installation

KEY, STRANGER = (Ed25519PrivateKey.from_private_bytes(bytes([seed] * 32)) for seed in (1, 2))
UNDERSTOOD: Final = ""
REGISTERED: Final = {
    "企业名称": "青岛第500食品有限公司",
    "统一社会信用代码": uscc(500),
    "主体类型": "法人",
    "注册号": "370200123456500",
    "曾用名": "青岛老五百食品厂",
    "行政区划": "370202",
    "行业代码": "C1411",
    "成立日期": "2015-06-01",
    "登记状态": "存续",
    "登记机关": "青岛市市场监督管理局",
}
PERSON: Final = {"type": "0", "iname": "王某某", "age": "46"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of dirt: the row that has it, and the quality code that is answered at which field.

    A `mark` goes with a row that is accepted. No code and no mark: nothing was meant by the dirt.
    """

    name: str
    row: dict[str, str]
    at: str = ""
    code: str = UNDERSTOOD
    mark: str = ""
    feed: str = "penalty"


def _kind(name: str, at: str, code: str, **changes: str) -> Kind:
    return Kind(name=name, row=changes, at=at, code=code)


def _blank(name: str, feed: str, at: str, row: Callable[..., dict[str, str]]) -> Kind:
    return Kind(name=name, feed=feed, at=at, code="missing", row=row(70, **{at: "— —"}))


# Every kind that `credit.md` names, in its order; then what only the whole register can tell.
ROWS: Final = (
    _kind("a day that no calendar has", "cf_jdrq", "no_such_day", cf_jdrq="2022-09-31"),
    _kind("a decision of a day to come", "cf_jdrq", "future_day", cf_jdrq="2027-01-04"),
    _kind("dashes for nothing", "", UNDERSTOOD, bz="— —"),
    _kind("a stroke for nothing", "", UNDERSTOOD, cf_yxq="/"),
    _kind("the word for nothing", "", UNDERSTOOD, cf_nr="无"),
    _kind("nothing where something is needed", "cf_wfxw", "missing", cf_wfxw="无"),
    _kind("zeros for no code", "", UNDERSTOOD, cf_xdr_gszc="00000000000000000X"),
    _kind("a wide underscore", "", UNDERSTOOD, cf_wsh="青农罚＿2026＿7"),
    _kind("codes in each other's columns", "cf_xdr_shxym", "swapped_codes",
          cf_xdr_shxym=uscc(9)[8:17]),
    _kind("yuan in the column of ten thousands", "cf_nr_fk", "wrong_unit",
          cf_nr_fk="50000", cf_nr="罚款50000元"),
    _kind("a sum with its unit", "cf_nr_fk", "bad_sum", cf_nr_fk="5万元"),
    _kind("a day in prose", "cf_jdrq", "bad_day", cf_jdrq="二〇二二年九月"),
    _kind("a masked code of a party", "cf_xdr_shxym", "masked_code",
          cf_xdr_shxym="913702********001X"),
    Kind(name="a masked number of a person", feed="judgment_default",
         row=defaulter(71, **PERSON, cardnum="3702021980****1234")),
    _kind("a column that nobody named", "column 17", "left_over", 备注二="见附件"),
    _kind("a category that no list has", "cf_cflb", "unknown_word", cf_cflb="鞭刑", cf_nr_fk=""),
    _kind("a sole trader typed as a legal person", "cf_xdr_lb", "sole_trader_as_legal_person",
          cf_xdr_shxym=uscc(77, kind="92")),
    _kind("codes of two parties", "cf_xdr_zzjg", "other_party", cf_xdr_zzjg=uscc(78)[8:17]),
    Kind(name="a minor", feed="judgment_default", at="age", code="minor",
         row=defaulter(72, **{**PERSON, "age": "16"}, cardnum="3702021980****1235")),
    Kind(name="reported later than seven working days", mark="late_report",
         row={"cf_jdrq": "2026-03-02"}),
    Kind(name="another name than the register has for the code", code="1001",
         row={"cf_xdr_shxym": uscc(500), "cf_xdr_mc": "青岛另一家食品有限公司"}),
    Kind(name="another name than the register has for an older code", code="1001",
         row={"cf_xdr_shxym": "", "cf_xdr_gszc": "370200123456500",
              "cf_xdr_mc": "青岛另一家食品有限公司"}),
    Kind(name="a former name of the register", row={"cf_xdr_shxym": uscc(500),
         "cf_xdr_mc": "青岛老五百食品厂"}),
    Kind(name="the register's name in other characters", row={"cf_xdr_shxym": uscc(500),
         "cf_xdr_mc": "青島第５００食品有限責任公司"}),
    Kind(name="another name than some other sender had for the code", mark="1001",
         row={"cf_xdr_shxym": uscc(501), "cf_xdr_mc": "青岛另一家食品有限公司"}),
    _blank("a penalty without an article", "penalty", "cf_yj", penalty),
    _blank("a penalty without an authority", "penalty", "cf_cfjg", penalty),
    _blank("a penalty without the authority's code", "penalty", "cf_cfjgdm", penalty),
    _blank("a listing without an article", "serious_listing", "article", serious),
    _blank("a listing without an authority", "serious_listing", "authority", serious),
    _blank("a defaulter without a court", "judgment_default", "courtname", defaulter),
    _blank("a defaulter without a ground", "judgment_default", "disrupttypename", defaulter),
)  # fmt: skip


def _row(at: int, kind: Kind) -> dict[str, str]:
    """Return the row of a kind: a day in time, and a decision of its own, where it says nothing."""
    if kind.feed != "penalty" or len(kind.row) > len(penalty(1)) - 1:
        return kind.row
    return penalty(100 + at, cf_jdrq="2026-11-20") | kind.row


def _open(url: str) -> tuple[Installation, IntakeDesk]:
    installation = open_installation(url)
    desk = IntakeDesk(
        journal=open_credit_journal(installation.settings, installation.engine, installation.clock),
        clock=installation.clock,
        secret=installation.secret,
        limits=batch_limits(installation.settings),
    )
    return installation, desk


def _take(desk: IntakeDesk, feed: str, body: bytes, **options: Any) -> CreditBatch:
    taken = take_batch(desk, AUTHORITY, FEEDS[feed], body, door=Door.PUSH, **options)
    if taken.state is BatchState.HELD and not options:
        taken = take_batch(desk, COLLEAGUE, FEEDS[feed], body, door=Door.PUSH, is_released=True)
    bring_up_credit(desk.journal.engine, desk.journal.log)
    return taken


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, set[tuple[str, str]]]]:
    """Give what was answered to each kind, of rows that all came in three batches."""
    folder: Path = tmp_path_factory.mktemp("dirt")
    installation, desk = _open(f"sqlite:///{folder / 'suxin.db'}")
    _take(desk, "registration", csv_of([REGISTERED]))
    _take(desk, "serious_listing", csv_of([serious(501)]))
    found: dict[str, set[tuple[str, str]]] = {}
    for feed in sorted({kind.feed for kind in ROWS}):
        kinds = [(at, kind) for at, kind in enumerate(ROWS) if kind.feed == feed]
        batch = _take(desk, feed, csv_of([_row(at, kind) for at, kind in kinds]))
        for number, (_, kind) in enumerate(kinds, start=2):
            found[kind.name] = _answer(installation, batch, number)
    yield found
    installation.engine.dispose()


def _answer(installation: Installation, batch: CreditBatch, number: int) -> set[tuple[str, str]]:
    kept, row = CREDIT_QUARANTINE.c, CREDIT_ROW.c
    faults = select(kept.faults).where(kept.batch_id == batch.id, kept.row_number == number)
    body = select(row.body).where(row.batch_id == batch.id, row.row_number == number)
    with reading(installation.engine) as connection:
        told = connection.execute(faults).scalar()
        if told is not None:
            read: Any = loads(told.encode(), bytes_max=1 << 20, depth_max=5)
            return {(one["path"], one["code"]) for one in read}
        kept_row: Any = loads(connection.execute(body).scalar_one(), bytes_max=1 << 20, depth_max=6)
        return {("(mark)", one["code"]) for one in kept_row.get("notes", ())}


@pytest.mark.parametrize("kind", ROWS, ids=lambda kind: kind.name.replace(" ", "-"))
def test_every_kind_of_dirt_of_a_row_is_answered(
    answers: dict[str, set[tuple[str, str]]], kind: Kind
) -> None:
    expected = {("(mark)", kind.mark)} if kind.mark else set[tuple[str, str]]()

    assert answers[kind.name] == ({(kind.at, kind.code)} if kind.code else expected)


@pytest.mark.parametrize("feed", sorted(set(FEEDS) - {"registration", "tax_grade"}))
def test_no_feed_takes_a_decision_without_whoever_decided_it(feed: str) -> None:
    required = {field.en for field in FEEDS[feed].fields if field.is_required}

    assert required & {"Authority", "Court", "Given by"}


@dataclass(slots=True, kw_only=True)
class Counter:
    """A feed of whole lists with ten records in it, and its sender."""

    installation: Installation
    desk: IntakeDesk
    sender: Sender

    def push(self, numbers: range, **changes: Any) -> CreditBatch:
        """Hand in a list as its sender does, but for what is changed on the way."""
        body = changes.get("body", csv_of([defaulter(number) for number in numbers]))
        rows, key = changes.get("rows", len(numbers)), changes.get("key", KEY)
        whole, made_at = changes.get("whole", body), changes.get("made_at")
        signed = Signed(
            sender_id=changes.get("sender_id", self.sender.id),
            rows=rows,
            signature=key.sign(signed_bytes("judgment_default", rows, whole, made_at)),
            made_at=made_at,
        )
        with reading(self.installation.engine) as connection:
            sent = sent_of(connection, "judgment_default", signed, sha256(body).digest())
        self.installation.clock.instant += timedelta(hours=1)
        return _take(self.desk, "judgment_default", body, sent=sent)

    def active(self) -> int:
        statement = select(CREDIT_FACT.c.id).where(
            CREDIT_FACT.c.is_latest, CREDIT_FACT.c.state == FactState.ACTIVE
        )
        with reading(self.installation.engine) as connection:
            return len(connection.execute(statement).all())


@pytest.fixture
def door(sqlite_url: str) -> Iterator[Counter]:
    installation, desk = _open(sqlite_url)
    sender = add_sender(
        installation.engine,
        name="青岛市中级人民法院",
        feeds=["judgment_default"],
        public_key=KEY.public_key().public_bytes_raw(),
        now=installation.clock.now(),
        record=lambda *_: None,
    )
    opened = Counter(installation=installation, desk=desk, sender=sender)
    assert opened.push(range(10)).state is BatchState.ACCEPTED
    yield opened
    installation.engine.dispose()


def _replay(door: Counter) -> CreditBatch:
    assert door.push(range(9)).state is BatchState.ACCEPTED
    return door.push(range(10))


def _json(numbers: range) -> bytes:
    lines = [
        "{" + ",".join(f'"{name}":"{text}"' for name, text in defaulter(number).items()) + "}"
        for number in numbers
    ]
    return "\n".join(lines).encode()


UNFIT: Final = "Its signature does not fit: the file or the number of rows was changed."
BROKEN_OFF: Final = "Its last line breaks off: send the file whole."
CSV_OF_TEN: Final = csv_of([defaulter(number) for number in range(10)])

BATCHES: Final[dict[str, tuple[str, Callable[[Counter], CreditBatch]]]] = {
    "half of the rows are missing": (
        "It would end 5 of 10 records: are rows missing?",
        lambda door: door.push(range(5)),
    ),
    "signed by a key that is nobody's": (
        UNFIT,
        lambda door: door.push(range(11), key=STRANGER),
    ),
    "signed in the name of nobody": (
        "It is signed by a key that is nobody's here.",
        lambda door: door.push(range(11), sender_id=UUID(int=7)),
    ),
    "replayed": (
        "It is like an older list, and a newer one came on 2026-11-22: was it replayed?",
        _replay,
    ),
    "signed as made in a year": (
        "It is signed as made at 2027-11-26T06:00:00Z, which is yet to come.",
        lambda door: door.push(range(11), made_at=datetime(2027, 11, 26, 6, tzinfo=UTC)),
    ),
    "truncated between two rows": (
        "It has 10 rows, and its sender says 11.",
        lambda door: door.push(range(11), body=CSV_OF_TEN + b"\r\n", rows=11),
    ),
    "truncated within a row": (
        BROKEN_OFF,
        lambda door: door.push(range(11), body=CSV_OF_TEN[:-60]),
    ),
    "truncated within a row of JSON": (
        BROKEN_OFF,
        lambda door: door.push(range(11), body=_json(range(11))[:-60]),
    ),
    "truncated on its way": (
        f"{UNFIT} {BROKEN_OFF}",
        lambda door: door.push(range(11), whole=_json(range(11)), body=_json(range(11))[:-60]),
    ),
    "no file of rows, and not signed rightly": (
        f"{UNFIT} ",
        lambda door: door.push(range(11), body=b"\x00\x01\x02", key=STRANGER),
    ),
    "more than twice as large as ever before": (
        "It has 21 rows; the largest one before had 10.",
        lambda door: door.push(range(21)),
    ),
}


@pytest.mark.parametrize("name", sorted(BATCHES), ids=lambda name: name.replace(" ", "-"))
def test_a_batch_that_cannot_be_right_is_held_before_it_changes_anything(
    door: Counter, name: str
) -> None:
    told, push = BATCHES[name]

    held = push(door)

    assert (held.state, held.seq) == (BatchState.HELD, None)
    assert held.message.startswith(told)
    assert door.active() == (9 if name == "replayed" else 10)


def test_a_file_that_breaks_off_is_released_by_nobody(door: Counter) -> None:
    body = CSV_OF_TEN[:-60]
    held = door.push(range(10), body=body)

    with pytest.raises(Conflict, match="sent again"):
        take_batch(
            door.desk, COLLEAGUE, FEEDS["judgment_default"], body, door=Door.PUSH, is_released=True
        )

    assert held.state is BatchState.HELD
    assert door.active() == 10
