"""Statistics of credit as the interface, the pages and the open data ask for them.

One rule: what is public counts public lists alone; everything is of a day in China.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from trace.sheets.texts import safe_text
from typing import Final

from base.db import reading
from base.errors import InvalidInput, NotFound, Problem
from credit.folding.projector import folded_upto
from credit.statistics.counting import (
    CaseCount,
    DecidedCount,
    ListedCount,
    MeasureCount,
    case_counts,
    decided_counts,
    listed_counts,
    measure_counts,
)
from credit.statistics.timeliness import FeedCount, feed_counts
from web.credit import come_day, today
from web.credit_reading import brought_up
from web.services import Services

_DAYS: Final = 365
_DAY: Final = timedelta(days=1)
OPEN_LISTED: Final = "listed"
OPEN_DECIDED: Final = "decided"
OPEN_DATASETS: Final = (OPEN_LISTED, OPEN_DECIDED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statistics:
    """How credit stands on `day`, and what was decided and handed in from `first` to `last`."""

    day: date
    first: date
    last: date
    listed: Sequence[ListedCount]
    decided: Sequence[DecidedCount]
    measures: Sequence[MeasureCount]
    cases: Sequence[CaseCount]
    feeds: Sequence[FeedCount]


def statistics_for(
    parts: Services, *, day: date | None, first: date | None, last: date | None
) -> Statistics:
    """Return the statistics of a day and of some days.

    Raises `InvalidInput` for days to come or reversed.
    """
    on, until = come_day(parts, day), come_day(parts, last, "to")
    since = first or until - timedelta(days=_DAYS - 1)
    if since > until:
        message = "The first day lies after the last one."
        raise InvalidInput(message, problems=(Problem(path="from", code="order", message=message),))
    brought_up(parts)
    with reading(parts.engine) as connection:
        return Statistics(
            day=on,
            first=since,
            last=until,
            listed=listed_counts(connection, parts.log, on),
            decided=decided_counts(connection, parts.log, since, until + _DAY),
            measures=measure_counts(connection, parts.log, on),
            cases=case_counts(connection, parts.log, on),
            feeds=feed_counts(connection, parts.log, since, until + _DAY),
        )


def open_dataset(parts: Services, name: str) -> str:
    """Return open data as a CSV with a header: counts that name nobody.

    `listed` is how many are on which public list today, `decided` what was decided in the year up
    to now: what has run out or was repaired since is told no more. Raises `NotFound` for any other
    name.
    """
    if name not in OPEN_DATASETS:
        raise NotFound(f"There is no open data of that name; there is {', '.join(OPEN_DATASETS)}.")
    on = today(parts)
    brought_up(parts)
    with reading(parts.engine) as connection:
        size = folded_upto(connection, parts.log)
    # Anybody may ask, as often as he likes: it is counted once for each entry of credit, by one
    # at a time, and the others are given what was counted before.
    return parts.held_texts.get(
        (name, on), size, lambda: _open_csv(parts, name, on), now=parts.clock.now()
    )


def _open_csv(parts: Services, name: str, on: date) -> str:
    with reading(parts.engine) as connection:
        if name == OPEN_LISTED:
            return _listed_csv(on, listed_counts(connection, parts.log, on, only_public=True))
        first = on - timedelta(days=_DAYS - 1)
        counts = decided_counts(connection, parts.log, first, on + _DAY, told_on=on)
        return _decided_csv(counts)


def _listed_csv(day: date, counts: Iterable[ListedCount]) -> str:
    rows = (
        (day.isoformat(), one.list_id, one.region, one.section, one.organisations) for one in counts
    )
    return _csv(("day", "list", "region", "industry_section", "organisations"), rows)


def _decided_csv(counts: Iterable[DecidedCount]) -> str:
    rows = (
        (f"{one.year:04d}-{one.month:02d}", one.kind, one.severity, one.decisions) for one in counts
    )
    return _csv(("month", "kind", "class", "decisions"), rows)


def _csv(header: Sequence[str], rows: Iterable[Sequence[str | int]]) -> str:
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        writer.writerow([safe_text(cell) if isinstance(cell, str) else cell for cell in row])
    return written.getvalue()
