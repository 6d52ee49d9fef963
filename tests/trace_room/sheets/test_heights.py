"""Rows are as high as their longest text."""

from trace.sheets.heights import lines_of

import pytest


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 10, 1),
        ("0123456789", 10, 1),
        ("01234567890", 10, 2),
        ("a" * 30, 10, 3),
        ("one two three", 8, 2),
        ("ni:///sha-256;" + "0" * 64 + "?ver=CBV2.0", 50, 3),
        ("two\nlines", 10, 2),
        ("溯源溯源溯", 10, 1),
        ("溯源溯源溯源", 10, 2),
    ],
    ids=["nothing", "full", "over", "long word", "words", "hash", "lines", "wide", "wide over"],
)
def test_a_text_takes_so_many_lines(text: str, width: int, lines: int) -> None:
    assert lines_of(text, width) == lines
