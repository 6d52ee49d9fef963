"""Text in a cell is never a formula, and comes back as it was."""

from trace.sheets.texts import meant_text, safe_text

import pytest


@pytest.mark.parametrize(
    "text", ["=1+1", "+cmd", "-x", "@SUM(A1)", "\tx", "＝1+1", "＋1", "－1x", "＠x", "'=x", "''＝x"]
)
def test_what_looks_like_a_formula_is_marked_and_read_back(text: str) -> None:
    assert safe_text(text) == f"'{text}"
    assert meant_text(safe_text(text)) == text


@pytest.mark.parametrize("text", ["", "白菜", "-12.5", "+3", "a=b", "'quoted'"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text
    assert meant_text(text) == text
