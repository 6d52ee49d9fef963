"""Periods about warnings: rows with a day from which each holds."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from base.errors import InvalidInput
from credit.warning import terms
from credit.warning.acting import due_by_itself
from credit.warning.terms import terms_on, warning_terms

ROWS = """terms:
- {from: 2026-01-01, due_days: 30, picture_days: 180}
- {from: 2027-03-01, due_days: 10, picture_days: 90}
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = tmp_path / "terms.yaml"
    monkeypatch.setattr(terms, "_FILE", path)
    monkeypatch.setattr(terms, "warning_terms", warning_terms.__wrapped__)
    return path


def test_the_row_of_the_day_counts_and_before_any_the_first(written: Path) -> None:
    written.write_text(ROWS)

    found = [terms_on(date(*day)).due_days for day in ((2025, 1, 1), (2027, 2, 28), (2027, 3, 1))]

    assert found == [30, 30, 10]
    assert due_by_itself(date(2027, 3, 1)) == date(2027, 3, 1) + timedelta(days=10)


@pytest.mark.parametrize("row", ["{from: 2026-01-01, due_days: 0, picture_days: 180}", ""])
def test_a_file_without_a_row_or_with_no_days_is_refused(written: Path, row: str) -> None:
    written.write_text(f"terms:\n- {row}\n" if row else "terms: []\n")

    with pytest.raises(InvalidInput):
        terms_on(date(2026, 6, 1))
