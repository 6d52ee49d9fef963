"""The part of a documentation page that stands beside the steps: limits, yields, periods."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from schemas.profiles.docs_words import HEADINGS, PHRASES, Lang, say
from schemas.profiles.model import NormRef
from schemas.profiles.standing import ColdChain, Limit, Profile, Retention, ShelfLife, Yield


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Return a Markdown table with a blank line after it."""
    lines = [f"| {' | '.join(header)} |", "|" + "---|" * len(header)]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return [*lines, ""]


def norm_words(ref: NormRef, lang: Lang) -> str:
    """Return a norm with its clause."""
    clause = f" {ref.clause}" if ref.clause else ""
    return f"{say(ref.title, lang)}{clause}"


def standing_lines(profile: Profile, lang: Lang) -> Iterator[str]:
    """Yield the lines about limits, yields, temperatures, periods and the public page."""
    blocks: tuple[tuple[str, list[tuple[str, ...]]], ...] = (
        ("limits", [_limit(row, lang) for row in profile.limits]),
        ("yields", [_yield(row, profile, lang) for row in profile.yields]),
        ("cold_chain", [_cold(row, lang) for row in profile.cold_chain]),
        ("shelf_life", [_shelf(row, lang) for row in profile.shelf_life]),
        ("retention", [_retention(row, lang) for row in profile.retention]),
    )
    for name, rows in blocks:
        if rows:
            yield from (f"## {PHRASES[name][lang]}", "")
            yield from table(HEADINGS[name][lang], rows)
    labels = {
        kde.path.replace("ilmd.", "lot."): say(kde.field.label, lang)
        for kde in (
            *(kde for cte in profile.ctes for way in cte.ways for kde in way.kdes),
            *(kde for record in profile.records for kde in record.kdes),
        )
    }
    yield from (f"## {PHRASES['public'][lang]}", "")
    yield PHRASES["comma"][lang].join(f"{labels[path]} (`{path}`)" for path in profile.public)
    yield ""


def _range(low: Decimal | None, high: Decimal | None) -> str:
    if low is not None and low == high:
        return f"{low:f}"
    if low is not None and high is not None:
        return f"{low:f} – {high:f}"
    return f"≥ {low:f}" if low is not None else f"≤ {high:f}" if high is not None else ""


def _limit(row: Limit, lang: Lang) -> tuple[str, ...]:
    value = PHRASES["none_found"][lang] if row.is_absent else _range(row.low, row.high)
    unit = row.unit.symbol if row.unit is not None else ""
    norm = norm_words(row.norm, lang) if row.norm is not None else ""
    return (
        say(row.item, lang),
        f"{value} {unit}".rstrip(),
        ", ".join(f"`{code}`" for code in row.only),
        f"{norm} **{row.mark}**".lstrip(),
        say(row.note, lang),
    )


def _yield(row: Yield, profile: Profile, lang: Lang) -> tuple[str, ...]:
    names = {cte.id: say(cte.label, lang) for cte in profile.ctes}
    alarm = _range(row.alarm_low, row.alarm_high)
    return (
        say(row.label, lang),
        f"{names[row.from_cte]} → {names[row.to_cte]}",
        f"{_range(row.low, row.high)} %",
        f"{alarm} %" if alarm else "",
        ", ".join(f"`{code}`" for code in row.only),
        f"**{row.mark}**",
    )


def _cold(row: ColdChain, lang: Lang) -> tuple[str, ...]:
    minutes = "" if row.minutes_out_max is None else str(row.minutes_out_max)
    interval = "" if row.log_minutes_max is None else str(row.log_minutes_max)
    norm = norm_words(row.norm, lang) if row.norm is not None else ""
    return (
        say(row.goods, lang),
        f"{_range(row.minimum_c, row.maximum_c)} °C",
        minutes,
        interval,
        f"{norm} **{row.mark}**".lstrip(),
        say(row.note, lang),
    )


def _shelf(row: ShelfLife, lang: Lang) -> tuple[str, ...]:
    low = None if row.days_low is None else Decimal(row.days_low)
    high = None if row.days_high is None else Decimal(row.days_high)
    return say(row.goods, lang), _range(low, high), say(row.condition, lang), f"**{row.mark}**"


def _retention(row: Retention, lang: Lang) -> tuple[str, ...]:
    parts: list[str] = []
    if row.years is not None:
        parts.append(f"{row.years:f} {PHRASES['years'][lang]}")
    if row.after_shelf_life_months is not None:
        parts.append(f"{PHRASES['after'][lang]} {row.after_shelf_life_months} {_months(lang)}")
    if row.else_years is not None:
        parts.append(f"{PHRASES['else'][lang]} {row.else_years:f} {PHRASES['years'][lang]}")
    period = PHRASES["comma"][lang].join(parts)
    return say(row.records, lang), period, f"{norm_words(row.norm, lang)} **{row.mark}**"


def _months(lang: Lang) -> str:
    return PHRASES["months"][lang]
