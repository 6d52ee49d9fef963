"""Reads what a profile says beside its steps: limits, yields, cold chain, shelf life, retention.

The rule that must stay true: a bound is read exactly, and a low bound is never above the high one.
"""

from decimal import Decimal

from schemas.profiles.library import Library, mark_of, norm_ref, optional_words, unit_of, words_of
from schemas.profiles.model import NormRef
from schemas.profiles.standing import ColdChain, Limit, Retention, ShelfLife, Yield
from schemas.profiles.yaml_rows import Rows


def read_limits(rows: Rows, library: Library) -> tuple[Limit, ...]:
    """Return the limits of a class."""
    return tuple(_limit(row, library) for row in rows.each("limits"))


def _limit(row: Rows, library: Library) -> Limit:
    low, high = _bounds(row, "min", "max")
    is_absent = row.flag("absent")
    if is_absent == (low is not None or high is not None):
        row.fault("max", "bounds", "has min or max, or is absent: true")
    limit = Limit(
        item=words_of(row),
        low=low,
        high=high,
        is_absent=is_absent,
        unit=unit_of(row, "unit", library.units),
        only=row.texts("only"),
        norm=_norm(row, library),
        mark=mark_of(row),
        note=optional_words(row, "note_zh", "note_en"),
    )
    row.done()
    return limit


def read_yields(rows: Rows) -> tuple[Yield, ...]:
    """Return the yields of a class, in per cent."""
    return tuple(_yield(row) for row in rows.each("yields"))


def _yield(row: Rows) -> Yield:
    low, high = _bounds(row, "low", "high")
    alarm_low, alarm_high = _bounds(row, "alarm_low", "alarm_high")
    if low is None or high is None:
        row.fault("low", "required", "a yield has low and high")
    elif (alarm_low is not None and alarm_low > low) or (
        alarm_high is not None and alarm_high < high
    ):
        row.fault("alarm_low", "bounds", "the alarm lies outside of low and high")
    found = Yield(
        label=words_of(row),
        from_cte=row.text("from"),
        to_cte=row.text("to"),
        low=low or Decimal(0),
        high=high or Decimal(0),
        alarm_low=alarm_low,
        alarm_high=alarm_high,
        only=row.texts("only"),
        source=row.text("source", default=""),
        mark=mark_of(row),
    )
    row.done()
    return found


def read_cold_chain(rows: Rows, library: Library) -> tuple[ColdChain, ...]:
    """Return the temperatures a class has to be kept at."""
    return tuple(_cold_chain(row, library) for row in rows.each("cold_chain"))


def _cold_chain(row: Rows, library: Library) -> ColdChain:
    low, high = _bounds(row, "min", "max")
    if low is None and high is None:
        row.fault("max", "required", "has min or max")
    found = ColdChain(
        goods=words_of(row),
        minimum_c=low,
        maximum_c=high,
        minutes_out_max=row.whole("minutes_out_max"),
        log_minutes_max=row.whole("log_minutes_max"),
        only=row.texts("only"),
        norm=_norm(row, library),
        mark=mark_of(row),
        note=optional_words(row, "note_zh", "note_en"),
    )
    row.done()
    return found


def read_shelf_life(rows: Rows) -> tuple[ShelfLife, ...]:
    """Return how long the goods of a class usually keep."""
    return tuple(_shelf_life(row) for row in rows.each("shelf_life"))


def _shelf_life(row: Rows) -> ShelfLife:
    low, high = row.whole("days_low"), row.whole("days_high")
    if low is not None and high is not None and low > high:
        row.fault("days_low", "bounds", "is not above days_high")
    found = ShelfLife(
        goods=words_of(row),
        days_low=low,
        days_high=high,
        condition=optional_words(row, "if_zh", "if_en"),
        mark=mark_of(row),
    )
    row.done()
    return found


def read_retention(rows: Rows, library: Library) -> tuple[Retention, ...]:
    """Return how long the records of a class are kept."""
    found = (_retention(row, library) for row in rows.each("retention"))
    return tuple(one for one in found if one is not None)


def _retention(row: Rows, library: Library) -> Retention | None:
    norm = _norm(row, library)
    if norm is None:
        row.fault("norm", "required", "a period has a norm")
    found = None if norm is None else _period(row, norm)
    row.done()
    return found


def _period(row: Rows, norm: NormRef) -> Retention:
    period = Retention(
        records=words_of(row),
        years=row.decimal("years"),
        after_shelf_life_months=row.whole("after_shelf_life_months"),
        else_years=row.decimal("else_years"),
        norm=norm,
        mark=mark_of(row),
    )
    if period.years is None and period.after_shelf_life_months is None:
        row.fault("years", "required", "has years or after_shelf_life_months")
    return period


def _norm(row: Rows, library: Library) -> NormRef | None:
    text = row.text("norm", default="")
    return norm_ref(row, "norm", text, library.norms) if text else None


def _bounds(row: Rows, low: str, high: str) -> tuple[Decimal | None, Decimal | None]:
    both = row.decimal(low), row.decimal(high)
    if both[0] is not None and both[1] is not None and both[0] > both[1]:
        row.fault(low, "bounds", f"{low} is not above {high}")
    return both
