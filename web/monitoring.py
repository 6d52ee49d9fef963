"""Reports of what is recorded, as the interface and the pages ask for them.

One rule: a report without days is of the last thirty, up to today in China.
"""

from datetime import date, timedelta
from trace.monitoring.counting import Span
from trace.monitoring.report import Bounds, Report, monitor
from typing import Final

from base.clock import CIVIL_ZONE
from base.db import reading
from web.services import Services

_DAYS: Final = 30


def span_asked(parts: Services, first: date | None, last: date | None) -> Span:
    """Return the days that were asked for."""
    until = last or parts.clock.now().astimezone(CIVIL_ZONE).date()
    return Span(first=first or until - timedelta(days=_DAYS - 1), last=until)


def report_for(parts: Services, span: Span) -> Report:
    """Return the report of some days; raises `InvalidInput` where it would count too much."""
    bounds = Bounds(
        days_max=parts.settings.monitoring_days_max,
        events_max=parts.settings.monitoring_events_max,
    )
    with reading(parts.engine) as connection:
        return monitor(connection, parts.log, span, bounds)
