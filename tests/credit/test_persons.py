"""The register of people: read strictly, keyed at the door, proven by a root, erasable."""

import io
import tracemalloc
from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import BinaryIO

import pytest
from sqlalchemy import func, select, update

from base.db import reading, transaction
from base.errors import InputTooLarge, InvalidInput, LedgerCorrupt, NotFound
from benchmarks.credit_city.people import first_numbers
from codes.cn.checks import mod_11_2
from credit.feeds.persons import is_minor, of_age_on
from credit.folding.projector import bring_up_credit
from credit.intake.taking import IntakeDesk
from credit.persons.loading import (
    PersonBatch,
    PersonBatchState,
    PersonDesk,
    fault_counts,
    faults_of,
    read_person_batch,
    take_people,
)
from credit.persons.pages import check_batch
from credit.persons.register import count_people, erase_person, find_person
from credit.persons.tables import CREDIT_PERSON, CREDIT_PERSON_BATCH, CREDIT_PERSON_PAGE
from ledger.store import scan_entries
from parties.actors import CONSOLE
from tests.instances import Installation

NUMBERS = first_numbers(11, 400)
HEADER = "公民身份号码,姓名\r\n"


@pytest.fixture
def desk(installation: Installation, intake: IntakeDesk) -> PersonDesk:
    return PersonDesk(
        journal=intake.journal,
        clock=installation.clock,
        secret=installation.secret,
        bytes_max=1 << 20,
        page_bytes=2_000,
    )


def _file(*cells: str, header: str = HEADER, encoding: str = "utf-8") -> BinaryIO:
    return io.BytesIO((header + "".join(f"{one},张伟\r\n" for one in cells)).encode(encoding))


def _born(day: str, sequence: int = 1) -> str:
    body = f"130102{day}{sequence:03}"
    return body + mod_11_2(body)


def _key(desk: PersonDesk, number: str) -> bytes:
    return desk.keyed(number.encode())


def _read(desk: PersonDesk, number: int) -> PersonBatch:
    with reading(desk.engine) as connection:
        return read_person_batch(connection, desk.journal.log, number)


def test_people_are_keyed_as_batches_of_feeds_key_them(
    desk: PersonDesk, intake: IntakeDesk
) -> None:
    assert _key(desk, NUMBERS[0]).hex() == intake.person_key(NUMBERS[0])
    assert "Keyed()" in repr(desk.keyed)


def test_a_file_in_many_pages_is_one_entry_with_a_root_and_its_counts(desk: PersonDesk) -> None:
    batch = take_people(desk, CONSOLE, _file(*NUMBERS, NUMBERS[3], "130102********1234"))

    assert batch.state is PersonBatchState.ACCEPTED
    assert (batch.received, batch.accepted, batch.duplicates, batch.quarantined) == (402, 400, 1, 1)
    assert batch.seq is not None
    with reading(desk.engine) as connection:
        (entry,) = scan_entries(connection, desk.journal.log, start=batch.seq, end=batch.seq + 1)
        pages = connection.execute(select(func.count()).select_from(CREDIT_PERSON_PAGE)).scalar()
        assert (entry.header.kind, pages) == ("credit_persons", 6)
        assert check_batch(connection, desk.journal.log, batch.number) == 400
        assert fault_counts(connection, desk.journal.log, batch.number) == {"masked_number": 1}
    # The projector of credit passes it by.
    assert bring_up_credit(desk.engine, desk.journal.log) == 1


def test_the_same_bytes_are_the_same_batch_and_the_same_people_are_duplicates(
    desk: PersonDesk,
) -> None:
    first = take_people(desk, CONSOLE, _file(*NUMBERS))

    again = take_people(desk, CONSOLE, _file(*NUMBERS))
    others = take_people(desk, CONSOLE, _file(*reversed(NUMBERS)))

    assert again == first
    assert (others.number, others.accepted, others.duplicates) == (2, 0, 400)
    with reading(desk.engine) as connection:
        assert count_people(connection, desk.journal.log) == 400


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("", "missing"),
        ("无", "missing"),
        ("130102198001011231", "bad_person_number"),
        ("130102198002301230", "bad_person_number"),
        ("130102800101123", "old_number"),
        ("130102****01****", "masked_number"),
        (_born("20991231"), "not_born"),
        ('"', "bad_person_number"),
    ],
)
def test_what_is_no_number_is_told_by_its_row_and_code_and_kept_nowhere(
    desk: PersonDesk, cell: str, code: str
) -> None:
    batch = take_people(desk, CONSOLE, _file(NUMBERS[0], cell, NUMBERS[1]))

    assert (batch.accepted, batch.quarantined) == (2, 1)
    with reading(desk.engine) as connection:
        assert list(faults_of(connection, desk.journal.log, batch.number)) == [(3, code)]
        kept = connection.execute(select(CREDIT_PERSON_PAGE.c.faults)).scalar_one()
    assert len(cell) < 5 or cell not in kept


def test_meaningless_dirt_is_taken_off_before_a_number_is_read(desk: PersonDesk) -> None:
    wide = "".join(chr(ord(one) - 0x20 + 0xFF00) for one in NUMBERS[0])
    small = next(one for one in (_born("19800101", at) for at in range(99)) if one.endswith("X"))

    batch = take_people(
        desk, CONSOLE, _file(wide, small.lower(), f" {NUMBERS[1]} ", f'"{NUMBERS[2]}"')
    )

    assert (batch.accepted, batch.quarantined) == (4, 0)
    with reading(desk.engine) as connection:
        for number in (NUMBERS[0], small, NUMBERS[1], NUMBERS[2]):
            assert find_person(connection, desk.journal.log, _key(desk, number)) is not None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030"])
def test_a_file_comes_in_either_encoding(desk: PersonDesk, encoding: str) -> None:
    batch = take_people(desk, CONSOLE, _file(*NUMBERS[:3], encoding=encoding))

    assert batch.accepted == 3


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("姓名\r\n", "One column has to hold the numbers"),
        ("公民身份号码,手机号\r\n", "手机号 is no column"),
        ("公民身份号码,身份证号\r\n", "One column has to hold the numbers"),
        ("", "is no column"),
    ],
)
def test_a_file_with_other_columns_is_refused_before_anything(
    desk: PersonDesk, header: str, told: str
) -> None:
    with pytest.raises(InvalidInput, match=told):
        take_people(desk, CONSOLE, _file(*NUMBERS[:2], header=header))

    with reading(desk.engine) as connection:
        assert count_people(connection, desk.journal.log) == 0


def test_a_file_that_is_not_understood_leaves_nobody_behind(desk: PersonDesk) -> None:
    many = first_numbers(12, 1_100)
    wrong = [number[:-1] + ("0" if number[-1] != "0" else "1") for number in many[:80]]

    with pytest.raises(InvalidInput, match="were not understood"):
        take_people(desk, CONSOLE, _file(*many[80:], *wrong))

    refused = _read(desk, 1)
    assert (refused.state, refused.accepted) == (PersonBatchState.REFUSED, 0)
    assert refused.quarantined > 50
    with reading(desk.engine) as connection:
        assert count_people(connection, desk.journal.log) == 0


@pytest.mark.parametrize("body", [HEADER.encode(), HEADER.encode() + b"\r\n \r\n"])
def test_a_file_without_rows_is_refused(desk: PersonDesk, body: bytes) -> None:
    with pytest.raises(InvalidInput, match="no rows"):
        take_people(desk, CONSOLE, io.BytesIO(body))


def test_a_file_that_is_too_large_is_refused(desk: PersonDesk) -> None:
    with pytest.raises(InputTooLarge):
        take_people(replace(desk, bytes_max=100), CONSOLE, _file(*NUMBERS))


class _Dying(Exception):
    """A worker that dies."""


def test_a_load_that_died_goes_on_at_its_last_page(desk: PersonDesk) -> None:
    seen: list[int] = []

    def die(batch: PersonBatch, end_byte: int) -> None:
        seen.append(end_byte)
        if len(seen) == 3:
            raise _Dying

    with suppress(_Dying):
        take_people(desk, CONSOLE, _file(*NUMBERS, "x"), progress=die)
    assert _read(desk, 1).state is PersonBatchState.LOADING

    batch = take_people(desk, CONSOLE, _file(*NUMBERS, "x"))

    assert (batch.number, batch.received, batch.accepted, batch.duplicates) == (1, 401, 400, 0)
    with reading(desk.engine) as connection:
        assert check_batch(connection, desk.journal.log, 1) == 400
        assert list(faults_of(connection, desk.journal.log, 1)) == [(402, "bad_person_number")]


def test_an_entry_without_its_last_word_is_not_written_twice(desk: PersonDesk) -> None:
    first = take_people(desk, CONSOLE, _file(*NUMBERS))
    with transaction(desk.engine) as connection:
        connection.execute(update(CREDIT_PERSON_BATCH).values(state="loading", seq=None))

    again = take_people(desk, CONSOLE, _file(*NUMBERS))

    assert (again.seq, again.accepted) == (first.seq, first.accepted)


def test_a_changed_row_is_found(desk: PersonDesk) -> None:
    take_people(desk, CONSOLE, _file(*NUMBERS[:9]))
    with transaction(desk.engine) as connection:
        own = update(CREDIT_PERSON).where(CREDIT_PERSON.c.key == _key(desk, NUMBERS[4]))
        connection.execute(own.values(adult_on=date(1999, 1, 1)))

    with reading(desk.engine) as connection, pytest.raises(LedgerCorrupt, match="its hash"):
        check_batch(connection, desk.journal.log, 1)


def test_who_is_known_is_known_with_the_day_of_being_of_age(desk: PersonDesk) -> None:
    born, stranger = _born("20090401"), NUMBERS[0]

    take_people(desk, CONSOLE, _file(born))

    with reading(desk.engine) as connection:
        found = find_person(connection, desk.journal.log, _key(desk, born))
        assert find_person(connection, desk.journal.log, _key(desk, stranger)) is None
    assert found is not None
    assert found.adult_on == date(2027, 4, 1)


def test_who_was_born_on_a_leap_day_is_of_age_on_the_first_of_march() -> None:
    assert of_age_on(date(2008, 2, 29)) == date(2026, 3, 1)
    assert is_minor("11010520080229002X", date(2026, 2, 28))
    assert of_age_on(date(2008, 3, 1)) == date(2026, 3, 1)


@pytest.fixture
def erased(desk: PersonDesk) -> bytes:
    take_people(desk, CONSOLE, _file(*NUMBERS[:9]))
    key = _key(desk, NUMBERS[4])
    erase_person(desk, CONSOLE, key, "个人信息保护法第四十七条")
    return key


def test_who_was_erased_is_gone_and_the_tree_of_the_file_still_holds(
    desk: PersonDesk, erased: bytes
) -> None:
    with reading(desk.engine) as connection:
        assert find_person(connection, desk.journal.log, erased) is None
        assert check_batch(connection, desk.journal.log, 1) == 8
        entries = list(scan_entries(connection, desk.journal.log, start=1, end=3))
    assert [one.header.kind for one in entries] == ["credit_persons", "credit_person_erased"]
    with pytest.raises(NotFound):
        erase_person(desk, CONSOLE, erased, "again")
    with pytest.raises(InvalidInput, match="reason"):
        erase_person(desk, CONSOLE, _key(desk, NUMBERS[1]), " ")


def test_a_file_ten_times_as_long_takes_no_more_memory(desk: PersonDesk) -> None:
    def peak(year: int, a_day: int) -> int:
        # Of as many days of birth each: those that were met are remembered, and there are few.
        days = [f"{year}01{day:02}" for day in range(1, 11)]
        file = _file(*(_born(day, sequence) for day in days for sequence in range(a_day)))
        tracemalloc.start()
        batch = take_people(desk, CONSOLE, file)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert batch.accepted == 10 * a_day
        return most

    # Whatever is loaded and remembered once is so before anything is measured.
    peak(1970, 30)

    assert peak(1972, 300) < 2 * peak(1971, 30)
