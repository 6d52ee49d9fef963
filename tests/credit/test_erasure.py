"""A natural person is erased: not one byte of number, name or key is left in a table or a file."""

import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import select, update

from base.db import METADATA, reading, transaction
from base.errors import InvalidInput
from credit.cases.model import Document
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit, forget_credit
from credit.folding.subjects import subject_id_of
from credit.intake.batches import BatchState, CreditBatch, Door, leaves_of_batch
from credit.intake.dropping import Dropped, make_folders, put_away
from credit.intake.entries import batch_of
from credit.intake.erasing import erase_records
from credit.intake.files import OF_CASES, OF_PARTIES, keep_file
from credit.intake.senders import Sender
from credit.intake.taking import IntakeDesk, Sent, take_batch
from credit.tables import CREDIT_FACT, CREDIT_QUARANTINE, CREDIT_ROW
from jobs.credit_files import sweep_files
from ledger.merkle import root_of
from ledger.store import scan_entries
from parties.actors import CONSOLE
from parties.ids import new_id
from tests.credit.case_world import open_case_world
from tests.credit.rebuilding import rebuild
from tests.credit.samples import AUTHORITY, COLLEAGUE, csv_of, penalty
from tests.instances import Installation

NUMBER, OTHER = "11010519491231002X", "130102198001011232"
NAME, SECOND = "欧阳秘书", "司马隐士"
_END = 1 << 20
REASON = "个人信息保护法第四十七条"


def _of_person(number: str, name: str, **changes: str) -> dict[str, str]:
    person = {"cf_xdr_mc": name, "cf_xdr_lb": "自然人", "cf_xdr_shxym": "", "cf_xdr_zjlx": "身份证"}
    return penalty(70, **person, cf_xdr_zjhm=number, cf_wsh=f"P{name}") | changes


class Kept:
    """An intake with the folder that keeps the files."""

    def __init__(self, installation: Installation, desk: IntakeDesk, folder: Path) -> None:
        self.installation, self.desk, self.folder = installation, desk, folder

    def take(self, *rows: dict[str, str], **options: Any) -> CreditBatch:
        body = options.pop("body", b"") or csv_of(rows)
        keep_file(self.folder, body)
        actor = COLLEAGUE if options.get("is_released") else AUTHORITY
        taken = take_batch(self.desk, actor, FEEDS["penalty"], body, door=Door.PUSH, **options)
        bring_up_credit(self.desk.journal.engine, self.desk.journal.log)
        self.installation.clock.instant += timedelta(hours=1)
        return taken

    def tables(self) -> bytes:
        """Return every value of every table as bytes."""
        found = []
        with reading(self.desk.journal.engine) as connection:
            for table in METADATA.sorted_tables:
                for row in connection.execute(select(table)):
                    found += [bytes(one) if _is_bytes(one) else str(one).encode() for one in row]
        return b"\n".join(found)

    def files(self) -> bytes:
        """Return the bytes and the names of every file."""
        every = [one for one in sorted(self.folder.rglob("*")) if one.is_file()]
        return b"\n".join(one.read_bytes() + one.name.encode() for one in every)


def _is_bytes(value: object) -> bool:
    return isinstance(value, bytes | memoryview)


@pytest.fixture
def kept(installation: Installation, intake: IntakeDesk, tmp_path: Path) -> Kept:
    """Tell of a person in every way: accepted, too late, not understood, held, left in a folder."""
    found = Kept(installation, intake, tmp_path / "files")
    older = _of_person(NUMBER, NAME, cf_wfxw=f"{NAME}旧的行为")
    late = found.take(older, sent=Sent(doubt="It is not signed."))
    assert late.state is BatchState.HELD
    found.take(
        _of_person(NUMBER, NAME),
        _of_person(OTHER, SECOND),
        penalty(1),
        _of_person(NUMBER, NAME, cf_jdrq="2022-09-31", cf_wsh="P9", cf_sy=f"{NAME} {NUMBER}"),
    )
    assert found.take(older, is_released=True).duplicates == 1
    wide = NUMBER.translate({ord(one): ord(one) + 0xFEE0 for one in "0123456789X"})
    found.take(
        _of_person(wide, NAME, cf_wsh="P10"), penalty(2), sent=Sent(doubt="It is not signed.")
    )
    found.take(body=csv_of([penalty(3, bz=f"身份证{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}")]))
    found.take(body=csv_of([penalty(4)]))
    _leave(found)
    return found


def _leave(kept: Kept) -> None:
    now = datetime(2026, 11, 25, tzinfo=UTC)
    sender = Sender(
        id=new_id(now),
        name="农业农村局",
        feeds=("penalty",),
        public_key=bytes(32),
        created_at=now,
        revoked_at=None,
    )
    path = make_folders(kept.folder, sender) / "penalty" / "a.csv"
    path.write_bytes(csv_of([_of_person(NUMBER, NAME)]))
    dropped = Dropped(sender=sender, feed="penalty", path=path)
    put_away(kept.folder, dropped, BatchState.HELD, now=now, told="held", rows=b"")


def test_not_one_byte_of_who_was_erased_is_left_in_any_table_or_file(kept: Kept) -> None:
    key = kept.desk.person_key(NUMBER)
    told = (NUMBER, NAME, key)
    before = kept.tables() + kept.files()
    assert all(one.encode() in before for one in told)

    erased = erase_records(kept.desk, CONSOLE, NUMBER, REASON, folder=kept.folder)

    assert (erased.facts, erased.files, erased.quarantined) == (1, 5, 1)
    tables, files = kept.tables(), kept.files()
    assert [one for one in told if one.encode() in tables] == []
    assert [one for one in told if one.encode() in files] == []


def test_what_is_others_stays_and_every_tree_still_holds(kept: Kept) -> None:
    installation = kept.installation
    erase_records(kept.desk, CONSOLE, NUMBER, REASON, folder=kept.folder)

    assert kept.desk.person_key(OTHER).encode() in kept.tables()
    installation.seal()
    with reading(installation.engine) as connection:
        for entry in scan_entries(connection, installation.log, start=0, end=_END):
            if entry.header.kind == "credit_batch":
                note = batch_of(entry)
                leaves = leaves_of_batch(connection, installation.log, note.batch_id)
                assert root_of(leaves) == note.root
        facts = _facts(kept)
    with transaction(installation.engine) as connection:
        forget_credit(connection, installation.log)
    bring_up_credit(installation.engine, installation.log)
    assert _facts(kept) == facts
    assert len(facts) == 2


def test_rows_that_saw_a_record_again_tell_nothing_once_it_is_erased(kept: Kept) -> None:
    again = kept.take(_of_person(NUMBER, NAME), penalty(1, cf_wsh="青农罚〔2026〕9号"))
    assert (again.state, again.duplicates) == (BatchState.ACCEPTED, 1)

    erase_records(kept.desk, CONSOLE, NUMBER, REASON, folder=kept.folder)

    # Live rows, a fold beside them, and rows that are made anew: all of them the same.
    rebuild(kept.installation)


def _facts(kept: Kept) -> list[str]:
    with reading(kept.desk.journal.engine) as connection:
        statement = select(CREDIT_FACT.c.number).where(CREDIT_FACT.c.is_latest)
        return sorted(connection.execute(statement).scalars())


def test_an_erasure_is_in_the_ledger_with_its_reason_and_without_the_person(kept: Kept) -> None:
    erase_records(kept.desk, CONSOLE, NUMBER, REASON, folder=kept.folder)
    again = erase_records(kept.desk, CONSOLE, NUMBER, REASON, folder=kept.folder)

    installation = kept.installation
    installation.seal()
    with reading(installation.engine) as connection:
        entries = list(scan_entries(connection, installation.log, start=0, end=_END))
        cells = connection.execute(
            select(CREDIT_QUARANTINE.c.cells, CREDIT_QUARANTINE.c.state)
        ).all()
        empty = connection.execute(select(CREDIT_ROW.c.body).where(CREDIT_ROW.c.body.is_(None)))
        assert len(empty.all()) == 2
    assert [one.header.kind for one in entries].count("credit_record_erased") == 1
    assert not again.is_any
    assert cells == [("{}", "erased")]
    with pytest.raises(InvalidInput, match="reason"):
        erase_records(kept.desk, CONSOLE, NUMBER, " ", folder=kept.folder)


@pytest.mark.parametrize("is_own", [True, False])
def test_documents_of_cases_go_too_if_they_are_the_persons_or_tell_the_number(
    kept: Kept, is_own: bool
) -> None:
    person = subject_id_of("person", kept.desk.person_key(NUMBER))
    drawer = kept.folder / OF_PARTIES / str(person if is_own else UUID(int=7))
    keep_file(drawer, b"%PDF- a picture of a paper")
    keep_file(drawer, f"II*\x00 {NUMBER}".encode())

    erase_records(kept.desk, CONSOLE, NUMBER, REASON, folder=kept.folder)

    left = [one for one in drawer.rglob("*") if one.is_file()]
    assert [one.read_bytes()[:5] for one in left] == ([] if is_own else [b"%PDF-"])


def test_a_file_that_no_reader_of_rows_understands_goes_as_well(kept: Kept) -> None:
    body = csv_of([_of_person(NUMBER, NAME)]).decode("utf-8-sig").encode("utf-16")
    keep_file(kept.folder, body)

    erase_records(kept.desk, CONSOLE, NUMBER, REASON, folder=kept.folder)

    assert body not in kept.files()


HEADED: Final = {
    "a column too many": lambda head: csv_of([penalty(5, **{head: "x"}), penalty(6)]),
    "a key too many": lambda head: json.dumps(penalty(5, **{head: "x"})).encode() + b"\n",
    "no headers": lambda head: f"{head},b\r\n1,2\r\n".encode(),
    "no headers, divided": lambda head: f"{head};cf_wsh\r\n1;2\r\n".encode(),
    "a key twice": lambda head: f'{{"cf_wsh": "1", "{head}": 1, "{head}": 2}}\n'.encode(),
}


@pytest.mark.parametrize("head", [NUMBER, NAME])
@pytest.mark.parametrize("way", list(HEADED))
def test_what_heads_a_column_is_told_nowhere_it_may_be_somebodys(
    installation: Installation, intake: IntakeDesk, tmp_path: Path, way: str, head: str
) -> None:
    found = Kept(installation, intake, tmp_path / "files")

    with suppress(InvalidInput):
        found.take(body=HEADED[way](head))

    assert head.encode() not in found.tables()


def test_an_erasure_takes_away_what_was_wrong_with_the_rows_as_well(kept: Kept) -> None:
    row = CREDIT_QUARANTINE.c
    with transaction(kept.desk.journal.engine) as connection:
        # As an older release told it: by the header as it came.
        told = json.dumps([{"path": f"{NAME} {NUMBER}", "code": "left_over", "message": ""}])
        connection.execute(update(CREDIT_QUARANTINE).values(faults=told))

    erase_records(kept.desk, CONSOLE, NUMBER, REASON, folder=kept.folder)

    with reading(kept.desk.journal.engine) as connection:
        assert connection.execute(select(row.faults)).scalars().all() == ["[]"]


def test_a_document_that_no_case_came_of_is_kept_as_long_as_what_was_put_away(kept: Kept) -> None:
    party, case = kept.folder / OF_PARTIES / str(UUID(int=7)), kept.folder / OF_CASES / "1"
    for drawer, body in ((party, b"%PDF- refused"), (party, b"%PDF- used"), (case, b"%PDF- used")):
        keep_file(drawer, body)
    engine, log = kept.desk.journal.engine, kept.desk.journal.log
    now = datetime.now(UTC)

    sweep_files(engine, log, folder=kept.folder, now=now + timedelta(days=89))
    assert len([one for one in party.rglob("*") if one.is_file()]) == 2
    sweep_files(engine, log, folder=kept.folder, now=now + timedelta(days=91))

    assert not [one for one in party.rglob("*") if one.is_file()]
    assert [one.read_bytes() for one in case.rglob("*") if one.is_file()] == [b"%PDF- used"]


def test_the_only_document_of_a_party_with_cases_stays_whatever_others_hold(
    sqlite_world_parts: tuple[Installation, IntakeDesk], tmp_path: Path
) -> None:
    world = open_case_world(*sqlite_world_parts)
    folder = tmp_path / "files"
    body = b"%PDF- one report of two parties"
    paper = Document(name="a.pdf", sha256=sha256(body).hexdigest())
    about = {"fact_ids": (world.facts["serious_listing"],), "documents": (paper,)}
    world.take(world.party, "repair", "apply", UUID(int=9), **about)
    world.desk.bring_up()
    for drawer in (
        folder / OF_PARTIES / str(world.subject),
        folder / OF_PARTIES / "nobody's",
        folder / OF_CASES / str(UUID(int=8)),
    ):
        keep_file(drawer, body)
    installation = world.installation
    later = datetime.now(UTC) + timedelta(days=91)

    sweep_files(installation.engine, installation.log, folder=folder, now=later)

    assert len([one for one in folder.rglob("*") if one.is_file()]) == 3
