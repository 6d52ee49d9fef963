"""An instant has one spelling, because the spelling is hashed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from base.clock import SetClock, SystemClock, format_instant, parse_instant

INSTANT = datetime(2026, 1, 31, 23, 59, 59, 1, tzinfo=UTC)


def test_an_instant_is_written_in_utc_with_six_decimals() -> None:
    elsewhere = INSTANT.astimezone(timezone(timedelta(hours=8)))

    assert format_instant(elsewhere) == "2026-01-31T23:59:59.000001Z"
    assert parse_instant(format_instant(elsewhere)) == INSTANT


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-31T23:59:59.00001Z",
        "2026-01-31T23:59:59Z",
        "2026-1-31T23:59:59.000001Z",
        "2026-01-31T23:59:59.000001+00:00",
        " 2026-01-31T23:59:59.000001Z",
        "２026-01-31T23:59:59.000001Z",
    ],
)
def test_another_spelling_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"spelling|match"):
        parse_instant(text)


def test_a_naive_instant_has_no_spelling() -> None:
    with pytest.raises(ValueError, match="time zone"):
        format_instant(INSTANT.replace(tzinfo=None))


def test_a_set_clock_stands_still_and_the_systems_is_in_utc() -> None:
    assert SetClock(INSTANT).now() == INSTANT
    assert SystemClock().now().tzinfo is UTC
