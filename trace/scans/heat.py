"""Where codes are scanned: counts for coarse cells and provinces, never for a few people alone.

The rule that must stay true: a cell or province is told only if enough different devices scanned
there; the others are counted together as withheld. Devices of two products or two periods cannot be
told apart from one another, so the most of any one product in any one period counts.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from trace.scans.model import LAT_TENTHS_MAX, LON_TENTHS_MAX, period_of, period_start
from trace.scans.tables import SCAN
from typing import Any, Final, TypeAlias

from sqlalchemy import ColumnElement, Connection, and_, func, literal_column, select

# How many tenths of a degree a cell is wide, finest first.
STEPS: Final = (1, 2, 5, 10)

_Key: TypeAlias = tuple[Any, ...]
_Counts: TypeAlias = dict[_Key, tuple[int, int]]
"""For each cell or province: devices at the least, and scans."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatQuery:
    """Whose scans, from when to before when. `products` is None for everybody's."""

    since: datetime
    until: datetime
    products: frozenset[int] | None
    devices_min: int
    cells_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A cell by its south-western corner, and how many scans were made in it."""

    south_tenths: int
    west_tenths: int
    scans: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvinceCount:
    """A province (GB/T 2260, two digits) and the scans that told no finer place."""

    province: str
    scans: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatMap:
    """Cells `step_tenths` wide, the most frequent first; `untold` scans told no place at all."""

    step_tenths: int
    cells: tuple[Cell, ...]
    provinces: tuple[ProvinceCount, ...]
    withheld: int
    untold: int


def read_heat(connection: Connection, query: HeatQuery) -> HeatMap:
    """Return the map with the finest cells that show at least half of what was told."""
    for step in STEPS:
        cells = _cells(connection, query, step)
        shown = _shown(cells, query)
        told = sum(scans for _, scans in cells.values())
        if 2 * sum(scans for _, scans in shown.values()) >= told:
            break
    provinces = _provinces(connection, query)
    shown_provinces = _shown(provinces, query)
    everything = [*cells.values(), *provinces.values()]
    displayed = [*shown.values(), *shown_provinces.values()]
    return HeatMap(
        step_tenths=step,
        cells=tuple(
            Cell(
                south_tenths=row * step - LAT_TENTHS_MAX,
                west_tenths=column * step - LON_TENTHS_MAX,
                scans=scans,
            )
            for (row, column), (_, scans) in shown.items()
        ),
        provinces=tuple(
            ProvinceCount(province=province, scans=scans)
            for (province,), (_, scans) in shown_provinces.items()
        ),
        withheld=sum(scans for _, scans in everything) - sum(scans for _, scans in displayed),
        untold=_untold(connection, query),
    )


def _shown(counts: _Counts, query: HeatQuery) -> _Counts:
    """Return what may be told, the most frequent first."""
    enough = {key: pair for key, pair in counts.items() if pair[0] >= query.devices_min}
    order = sorted(enough, key=lambda key: (-enough[key][1], key))
    return {key: enough[key] for key in order[: query.cells_max]}


def _cells(connection: Connection, query: HeatQuery, step: int) -> _Counts:
    # From the south pole and the date line, since division cuts towards zero.
    row = _divided(SCAN.c.lat_tenths + LAT_TENTHS_MAX, step)
    column = _divided(SCAN.c.lon_tenths + LON_TENTHS_MAX, step)
    return _count(connection, query, (row, column), SCAN.c.lat_tenths.is_not(None))


def _provinces(connection: Connection, query: HeatQuery) -> _Counts:
    province = func.substr(SCAN.c.region, literal_column("1"), literal_column("2"))
    condition = and_(SCAN.c.lat_tenths.is_(None), SCAN.c.region.is_not(None))
    return _count(connection, query, (province,), condition)


def _divided(column: ColumnElement[int], step: int) -> ColumnElement[int]:
    # Written out and not bound: a statement that is grouped by a parameter is refused. It binds as
    # a division does (SQLAlchemy gives it 8), so that the sum before it gets its brackets.
    return column.op("/", precedence=8)(literal_column(str(step)))


def _count(
    connection: Connection,
    query: HeatQuery,
    keys: tuple[ColumnElement[Any], ...],
    condition: ColumnElement[bool],
) -> _Counts:
    counts: _Counts = {}
    for between in _periods(query):
        named = [key.label(f"key{number}") for number, key in enumerate(keys)]
        inner = (
            select(
                *named,
                func.count(SCAN.c.device.distinct()).label("devices"),
                func.count().label("scans"),
            )
            .where(condition, between, _of_products(query))
            .group_by(*keys, SCAN.c.product)
            .subquery()
        )
        columns = [inner.c[f"key{number}"] for number in range(len(keys))]
        outer = select(*columns, func.max(inner.c.devices), func.sum(inner.c.scans))
        for *key, devices, scans in connection.execute(outer.group_by(*columns)):
            known = counts.get(tuple(key), (0, 0))
            counts[tuple(key)] = max(known[0], int(devices)), known[1] + int(scans)
    return counts


def _untold(connection: Connection, query: HeatQuery) -> int:
    statement = select(func.count()).where(
        SCAN.c.lat_tenths.is_(None),
        SCAN.c.region.is_(None),
        SCAN.c.at >= query.since,
        SCAN.c.at < query.until,
        _of_products(query),
    )
    return int(connection.execute(statement).scalar_one())


def _of_products(query: HeatQuery) -> ColumnElement[bool]:
    return (
        SCAN.c.product.in_(query.products) if query.products is not None else SCAN.c.id.is_not(None)
    )


def _periods(query: HeatQuery) -> Iterator[ColumnElement[bool]]:
    """Yield the query's time in pieces within which a device has one number."""
    for period in range(period_of(query.since), period_of(query.until) + 1):
        since = max(query.since, period_start(period))
        until = min(query.until, period_start(period + 1))
        if since < until:
            yield and_(SCAN.c.at >= since, SCAN.c.at < until)
