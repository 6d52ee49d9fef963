"""What is recorded against what the register says there is: coverage, gaps, and who fell silent.

The rule that must stay true: a rate is always out of what is registered, and a party that reported
before and does not any more is never counted among those that never did.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from trace.monitoring.counting import (
    Span,
    Tally,
    by_party,
    by_product,
    event_count,
    withdrawn_in,
)
from trace.monitoring.stages import COUNTED, EXPECTED, Stage
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.errors import InvalidInput, Problem
from parties.tables import PARTY, PRODUCT, PartyKind

_ONE_DECIMAL: Final = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How much one report may count."""

    days_max: int
    events_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One row of a table: how many are registered and how many recorded anything, and what.

    `key` is a region, a class of goods, or a party's id; "" where nothing is said of it. `lacks`
    are stages of which nothing was recorded and something should have been.
    """

    key: str
    registered: int
    active: int
    stages: Mapping[Stage, int]
    lacks: tuple[Stage, ...]
    last_at: datetime | None = None

    @property
    def total(self) -> int:
        """Return all events of the row."""
        return sum(self.stages.values())

    @property
    def coverage(self) -> Decimal | None:
        """Return how many of a hundred recorded anything; None where none is registered."""
        return rate(self.active, self.registered)


@dataclass(frozen=True, slots=True, kw_only=True)
class Silent:
    """A party that recorded something in as many days before, and nothing in these."""

    party_id: UUID
    last_at: datetime
    count_before: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What was recorded of some days; `never` counts parties with nothing then nor before."""

    span: Span
    whole: Group
    regions: tuple[Group, ...]
    classes: tuple[Group, ...]
    parties: tuple[Group, ...]
    silent: tuple[Silent, ...]
    never: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    kind: PartyKind
    region: str


def rate(part: int, whole: int) -> Decimal | None:
    """Return how many of a hundred, to one decimal; None of nothing."""
    if not whole:
        return None
    return (Decimal(part * 100) / whole).quantize(_ONE_DECIMAL, rounding=ROUND_HALF_UP)


def monitor(connection: Connection, log: int, span: Span, bounds: Bounds) -> Report:
    """Return the report of some days; raises `InvalidInput` where it would count too much."""
    _require_bounded(connection, log, span, bounds)
    withdrawn = withdrawn_in(connection, log, span)
    before = span.before()
    told = by_party(connection, log, span, withdrawn)
    told_before = by_party(connection, log, before, withdrawn_in(connection, log, before))
    known = _parties(connection)
    products = _products(connection)
    of_products = by_product(connection, log, span, withdrawn)
    active = {party for party in told if party in known}
    silent = [
        Silent(party_id=party, last_at=tally.last_at, count_before=tally.total)
        for party, tally in told_before.items()
        if party is not None and tally.last_at is not None and party not in told
    ]
    everything = Counter[Stage]()
    for tally in told.values():
        everything.update(tally.stages)
    return Report(
        span=span,
        whole=_group("", len(known), len(active), everything, COUNTED),
        regions=_regions(known, told),
        classes=_classes(products, of_products),
        parties=_party_rows(known, told),
        silent=tuple(sorted(silent, key=lambda one: (one.last_at, one.party_id))),
        never=sum(party not in told and party not in told_before for party in known),
    )


def _require_bounded(connection: Connection, log: int, span: Span, bounds: Bounds) -> None:
    problem = None
    if span.last < span.first:
        problem = Problem(path="to", code="period", message="lies before the first day")
    elif span.days > bounds.days_max:
        message = f"has {span.days} days; {bounds.days_max} at most"
        problem = Problem(path="to", code="period", message=message)
    elif event_count(connection, log, span) > bounds.events_max:
        message = f"has more than {bounds.events_max} events: ask of fewer days"
        problem = Problem(path="to", code="too_many", message=message)
    if problem is not None:
        raise InvalidInput(f"{problem.path}: {problem.message}", problems=(problem,))


def _parties(connection: Connection) -> dict[UUID, _Known]:
    rows = connection.execute(select(PARTY.c.id, PARTY.c.kind, PARTY.c.region))
    return {row.id: _Known(kind=PartyKind(row.kind), region=row.region or "") for row in rows}


def _products(connection: Connection) -> dict[str, str]:
    rows = connection.execute(select(PRODUCT.c.uri, PRODUCT.c.class_code))
    return {row.uri: row.class_code for row in rows}


def _regions(known: Mapping[UUID, _Known], told: Mapping[UUID | None, Tally]) -> tuple[Group, ...]:
    registered = Counter(one.region for one in known.values())
    expected: dict[str, set[Stage]] = {}
    for one in known.values():
        expected.setdefault(one.region, set()).update(EXPECTED[one.kind])
    stages: dict[str, Counter[Stage]] = {region: Counter() for region in registered}
    active = Counter[str]()
    for party, tally in told.items():
        one_known = known.get(party) if party is not None else None
        if one_known is not None:
            stages[one_known.region].update(tally.stages)
            active[one_known.region] += 1
    return _sorted(
        _group(region, count, active[region], stages[region], expected[region])
        for region, count in registered.items()
    )


def _classes(products: Mapping[str, str], told: Mapping[str, Tally]) -> tuple[Group, ...]:
    registered = Counter(products.values())
    stages: dict[str, Counter[Stage]] = {code: Counter() for code in registered}
    active = Counter[str]()
    for uri, tally in told.items():
        code = products.get(uri, "")
        stages.setdefault(code, Counter()).update(tally.stages)
        active[code] += uri in products
    # Of goods without a class nobody can say what ought to be told.
    return _sorted(
        _group(code, registered[code], active[code], found, COUNTED if code else ())
        for code, found in stages.items()
    )


def _party_rows(
    known: Mapping[UUID, _Known], told: Mapping[UUID | None, Tally]
) -> tuple[Group, ...]:
    return _sorted(
        _group(str(party), 1, 1, tally.stages, EXPECTED[known[party].kind], last_at=tally.last_at)
        for party, tally in told.items()
        if party is not None and party in known
    )


def _group(
    key: str,
    registered: int,
    active: int,
    stages: Mapping[Stage, int],
    expected: Iterable[Stage],
    *,
    last_at: datetime | None = None,
) -> Group:
    wanted = frozenset(expected)
    return Group(
        key=key,
        registered=registered,
        active=active,
        stages={stage: stages.get(stage, 0) for stage in Stage},
        lacks=tuple(stage for stage in COUNTED if stage in wanted and not stages.get(stage, 0)),
        last_at=last_at,
    )


def _sorted(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda one: (-one.total, one.key)))
