"""The periods of keeping are dated rows, and the one in force on the day of a record counts."""

from datetime import UTC, date, datetime
from pathlib import Path
from trace.recall.deadlines import Verified
from trace.submissions.keeping import FSMA, keep_fsma_until
from trace.submissions.periods import periods, read_periods

import pytest

from base.errors import InvalidInput

HEAD = "submissions:\n- id: other\n  norm: A norm\n  rows:\n"


def test_records_of_fsma_204_are_kept_for_two_years() -> None:
    row = periods()[FSMA].in_force_on(date(2026, 2, 28))

    assert row is not None
    assert (row.months, row.clause) == (24, "21 CFR 1.1455(d)")
    assert row.verified is Verified.MEMORY
    # The day is China's, where it is one o'clock already.
    assert keep_fsma_until(datetime(2026, 2, 27, 17, tzinfo=UTC)) == date(2028, 2, 28)
    assert keep_fsma_until(datetime(2024, 2, 29, 1, tzinfo=UTC)) == date(2026, 2, 28)


def test_before_the_first_row_there_is_no_period() -> None:
    assert keep_fsma_until(datetime(2023, 1, 18, tzinfo=UTC)) is None


def test_the_row_in_force_on_the_day_of_a_record_counts(tmp_path: Path) -> None:
    file = tmp_path / "periods.yaml"
    file.write_text(
        f"{HEAD}"
        "  - {since: 2020-01-01, months: 12, clause: one, verified: text}\n"
        "  - {since: 2024-01-01, months: 36, clause: two, verified: second_hand}\n",
        "utf-8",
    )

    other = read_periods(file)["other"]

    days = (date(2019, 12, 31), date(2020, 1, 1), date(2023, 12, 31), date(2024, 1, 1))
    found = [other.in_force_on(day) for day in days]
    assert [None if row is None else row.months for row in found] == [None, 12, 12, 36]


@pytest.mark.parametrize(
    ("rows", "path"),
    [
        ("[]", "rows"),
        ("[{since: 2020-01-01, months: 0, clause: one, verified: text}]", "months"),
        ("[{months: 12, clause: one, verified: text}]", "since"),
        ("[{since: 2020-01-01, months: 12, clause: one, verified: surely}]", "verified"),
        ("[{since: 2020-01-01, months: 12, clause: one, verified: text, is: 1}]", "is"),
    ],
    ids=["none", "no months", "no day", "unknown word", "unknown key"],
)
def test_a_row_that_is_wrong_is_refused_by_its_place(tmp_path: Path, rows: str, path: str) -> None:
    file = tmp_path / "periods.yaml"
    file.write_text(f"submissions:\n- {{id: other, norm: A norm, rows: {rows}}}\n", "utf-8")

    with pytest.raises(InvalidInput) as refusal:
        read_periods(file)

    assert any(path in problem.path for problem in refusal.value.problems)
