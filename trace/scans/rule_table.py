"""The rules in force, one row each. A changed limit is a new row with its first day.

The rule that must stay true: no sentence calls a product a fake. A code that was scanned often may
be a gift, a second look, or a copy; the page says what was counted and leaves the rest open.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from trace.scans import rules
from trace.scans.rules import ScanRule, Severity
from types import MappingProxyType
from typing import Final

# One device that looks again within this time counts once. In force since the first day.
SAME_DEVICE_WITHIN: Final = timedelta(minutes=10)

_FIRST_DAY: Final = date(2026, 1, 1)


def build_table(rows: Iterable[ScanRule]) -> tuple[ScanRule, ...]:
    """Return the rows; raises `ValueError` where two of one code are in force on one day."""
    table = tuple(rows)
    for number, row in enumerate(table):
        for other in table[:number]:
            starts = max(row.from_on, other.from_on)
            if row.code == other.code and row.is_in_force(starts) and other.is_in_force(starts):
                raise ValueError(f"two rules {row.code} are in force on {starts}")
    return table


# An item passes through a shop, a buyer and whoever gets it from there. Ten phones in a month are
# more than that; a phone that changes from one network to another counts as two.
_OF_CODES: Final = (
    ScanRule(
        code="many_devices",
        title_zh="扫码设备过多",
        title_en="Many devices",
        says_zh="{days} 天之内，有 {count} 台不同的设备扫过这个码。",
        says_en="Within {days} days, {count} different devices scanned this code.",
        from_on=_FIRST_DAY,
        severity=Severity.WARN,
        judge=rules.many_devices,
        limit=10,
        window=timedelta(days=30),
    ),
    ScanRule(
        code="many_provinces",
        title_zh="扫码省份过多",
        title_en="Many provinces",
        says_zh="{days} 天之内，这个码在 {count} 个省份被扫过。",
        says_en="Within {days} days, it was scanned in {count} provinces.",
        from_on=_FIRST_DAY,
        severity=Severity.WARN,
        judge=rules.many_provinces,
        limit=3,
        window=timedelta(days=30),
    ),
    # Four areas meet in one corner, so that whoever lives there alone never sets it off.
    ScanRule(
        code="many_places",
        title_zh="扫码地区过多",
        title_en="Many places",
        says_zh="{days} 天之内，这个码在 {count} 个相距百公里上下的地方被扫过。",
        says_en="Within {days} days, it was scanned in {count} areas a hundred kilometres wide.",
        from_on=_FIRST_DAY,
        severity=Severity.WARN,
        judge=rules.many_places,
        limit=4,
        window=timedelta(days=30),
    ),
    # An airliner flies 900 km in an hour, and nobody scans a code on board.
    ScanRule(
        code="impossible_travel",
        title_zh="两地时间过近",
        title_en="Too far in too short a time",
        says_zh="{minutes} 分钟之内，它在相距至少 {km} 公里的两地被扫过；同一件商品走不了这么快。",
        says_en="Within {minutes} minutes it was scanned at two places at least {km} km apart; "
        "no single item travels that fast.",
        from_on=_FIRST_DAY,
        severity=Severity.WARN,
        judge=rules.impossible_travel,
        limit=1000,
        km_min=100,
    ),
    # Labels are activated when a shift ends, and goods may leave before it does.
    ScanRule(
        code="before_activation",
        title_zh="启用之前被扫",
        title_en="Scanned before it was put into use",
        says_zh="生产者启用这个码的一天多以前，它已被扫过（{count} 次）。",
        says_en="It was scanned more than a day before its maker put it into use (times: {count}).",
        from_on=_FIRST_DAY,
        severity=Severity.WARN,
        judge=rules.before_activation,
        limit=0,
        grace=timedelta(hours=24),
    ),
    ScanRule(
        code="after_sale",
        title_zh="售出之后多人扫码",
        title_en="Many devices after the sale",
        says_zh="按记录它已售出；此后 {days} 天之内，又有 {count} 台不同的设备扫过它。",
        says_en="By the record it was sold; after that, {count} different devices scanned it "
        "within {days} days.",
        from_on=_FIRST_DAY,
        severity=Severity.WARN,
        judge=rules.after_sale,
        limit=3,
        window=timedelta(days=30),
        grace=timedelta(hours=1),
    ),
    # The page of a void code says already, and larger, that it is void.
    ScanRule(
        code="after_void",
        title_zh="作废之后被扫",
        title_en="Scanned after it was made void",
        says_zh="这个码作废之后，又被扫过（{count} 次）。",
        says_en="It was scanned after it was made void (times: {count}).",
        from_on=_FIRST_DAY,
        severity=Severity.NOTE,
        judge=rules.after_void,
        limit=0,
    ),
)

_OF_ADDRESSES: Final = (
    ScanRule(
        code="guessing",
        title_zh="猜码",
        title_en="Guessing codes",
        says_zh="同一网络地址在短时间内查询了 {count} 个不存在的码。",
        says_en="One network address asked for {count} codes that do not exist, "
        "one shortly after the other.",
        from_on=_FIRST_DAY,
        severity=Severity.NOTE,
        judge=rules.many_misses,
        limit=20,
        window=timedelta(minutes=10),
    ),
)

CODE_RULES: Final = build_table(_OF_CODES)
ADDRESS_RULES: Final = build_table(_OF_ADDRESSES)


def rules_on(day: date, table: Iterable[ScanRule] = CODE_RULES) -> Mapping[str, ScanRule]:
    """Return the rules that are in force on a day, by their codes."""
    return MappingProxyType({row.code: row for row in table if row.is_in_force(day)})


def find_rule(code: str, day: date) -> ScanRule | None:
    """Return the row of a code that was in force on a day, else its newest one."""
    rows = [row for row in CODE_RULES if row.code == code]
    return next((row for row in rows if row.is_in_force(day)), rows[-1] if rows else None)
