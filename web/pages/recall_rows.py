"""Recalls as pages show them: rows with names and words in place of ids.

One rule: what a row shows is what `web.recalls` gave to this very reader.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from trace.recall.containers import Inside
from trace.recall.deadlines import domains
from trace.recall.entries import decimal_text
from trace.recall.model import Line
from trace.recall.progress import UnitCount
from trace.recall.reading import Notice, Recall
from types import MappingProxyType
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from codes.canonical import parts_of
from parties.directory import (
    PartyCard,
    parties_by_id,
    products_by_uri,
    register_uris,
    sites_by_uri,
)
from web.pages.languages import say as _
from web.pages.recall_words import domain_name, level_name, notice_state, state_of, unit_name
from web.pages.work_blueprint import name_of
from web.recalls import WholeRecall

NO_CONTAINERS: Final[Mapping[str, Sequence[Inside]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallRow:
    """A recall in a list."""

    recall: Recall
    domain: str
    norm: str
    level: str
    tone: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxRow:
    """A container in which a line's goods were; `until` is None where they still are."""

    code: str
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineRow:
    """A line with the names of its goods, holder and place."""

    line: Line
    code: str
    name: str
    holder: str
    place: str
    amount: str
    sold: str
    boxes: Sequence[BoxRow] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice with its holder's name and how far it is."""

    notice: Notice
    holder: str
    tone: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitRow:
    """Goods in one unit, as texts; `percent` is None where too little is known."""

    uom: str
    expected: str
    found: str
    destroyed: str
    returned: str
    sold: str
    percent: int | None


def recall_row(recall: Recall) -> RecallRow:
    """Return a recall in words."""
    tone, state = state_of(recall)
    return RecallRow(
        recall=recall,
        domain=domain_name(recall.domain),
        norm=domains()[recall.domain].norm,
        level=level_name(recall.level),
        tone=tone,
        state=state,
    )


def line_rows(
    connection: Connection,
    lines: Sequence[Line],
    containers: Mapping[str, Sequence[Inside]] = NO_CONTAINERS,
) -> list[LineRow]:
    """Return lines with names, and with the containers in which their goods were."""
    products = products_by_uri(
        connection, {name for line in lines for name in register_uris(line.uri)}
    )
    places = {line.place for line in lines if line.place}
    sites = sites_by_uri(connection, {name for place in places for name in register_uris(place)})
    parties = parties_by_id(connection, {line.holder for line in lines if line.holder})
    rows = []
    for line in lines:
        product = products.get(register_uris(line.uri)[-1])
        names = register_uris(line.place) if line.place else ()
        site = next((sites[name] for name in names if name in sites), None)
        rows.append(
            LineRow(
                line=line,
                code=printed(line.uri),
                name=name_of(product) if product else "",
                holder=holder_name(line.holder, parties),
                place=site.name_zh if site else "",
                amount=_amount(line.quantity is None, line),
                sold="" if not line.sold else decimal_text(line.sold),
                boxes=[
                    BoxRow(code=printed(one.uri), since=one.since, until=one.until)
                    for one in containers.get(line.uri, ())
                ],
            )
        )
    return rows


def holder_name(holder: UUID | None, parties: Mapping[UUID, PartyCard]) -> str:
    """Return the name of a holder."""
    card = parties.get(holder) if holder is not None else None
    return _("unknown") if card is None else name_of(card)


def notice_rows(
    connection: Connection, notices: Collection[Notice], now: datetime
) -> list[NoticeRow]:
    """Return notices, those that are late first, then those without an answer."""
    parties = parties_by_id(connection, {one.party_id for one in notices})
    rows = []
    for one in notices:
        tone, state = notice_state(one, is_late=one.is_overdue(now))
        holder = holder_name(one.party_id, parties)
        rows.append(NoticeRow(notice=one, holder=holder, tone=tone, state=state))
    order = {"bad": 0, "warn": 1, "good": 2, "": 3}
    return sorted(rows, key=lambda row: (order[row.tone], row.holder))


def unit_rows(whole: WholeRecall) -> list[UnitRow]:
    """Return what was counted in each unit."""
    return [_unit(unit) for unit in whole.progress.units] if whole.sees_all else []


def printed(uri: str) -> str:
    """Return a code as people compare it with a label."""
    parts = parts_of(uri)
    if parts:
        return "".join(f"({key}){value}" for key, value in parts.items())
    return uri.rpartition(":")[2]


def _unit(unit: UnitCount) -> UnitRow:
    is_known = unit.is_whole and unit.expected > 0
    return UnitRow(
        uom=unit_name(unit.uom),
        expected=decimal_text(unit.expected) if unit.expected or unit.is_whole else _("unknown"),
        found=decimal_text(unit.found),
        destroyed=decimal_text(unit.destroyed),
        returned=decimal_text(unit.returned),
        sold=decimal_text(unit.sold),
        percent=int(100 * unit.accounted / unit.expected) if is_known else None,
    )


def _amount(is_unknown: bool, line: Line) -> str:
    if is_unknown or line.quantity is None:
        return _("unknown")
    return f"{decimal_text(line.quantity)} {unit_name(line.uom)}"
