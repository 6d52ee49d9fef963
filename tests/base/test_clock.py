"""An instant has one spelling, because the spelling is hashed."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from base.clock import (
    CIVIL_ZONE,
    SetClock,
    SystemClock,
    format_instant,
    has_day_in_every_zone,
    parse_instant,
)

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


@pytest.mark.parametrize(
    ("text", "is_sound"),
    [
        ("0001-01-01T00:00:00+14:00", False),
        ("0001-12-31T23:59:59Z", False),
        ("0002-01-01T00:00:00+14:00", True),
        ("9998-12-31T23:59:59-14:00", True),
        ("9999-01-01T00:00:00Z", False),
        ("9999-12-31T23:59:59-14:00", False),
        ("2026-01-31T23:59:59", False),
    ],
)
def test_what_has_a_day_in_every_zone_is_told_in_any(text: str, is_sound: bool) -> None:
    instant = datetime.fromisoformat(text)

    assert has_day_in_every_zone(instant) is is_sound
    if is_sound:
        assert {instant.astimezone(zone) for zone in (UTC, CIVIL_ZONE)} == {instant}
