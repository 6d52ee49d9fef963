"""Whose an issued code is and what became of it, asked by the code alone.

One rule: a code that was not issued here is unknown and nothing more: other systems give serials
too, and a serial that is not ours is no wrong one.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, Row, select

from base.installation_secret import InstallationSecret
from parties.issuing.kinds import KINDS, PERMUTED_STEP, Place, place_of
from parties.issuing.series import Series, find_series, permutation_of
from parties.issuing.tables import CODE_BLOCK, CODE_RANGE, RangeAction

_CHUNK: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeState:
    """What is known of one issued code; the instants are those of the ledger's entries.

    `number` is its number in the block, from 1.
    """

    block_id: UUID
    block_seq: int
    party_id: UUID
    product_id: UUID | None
    number: int
    lot: str
    tag_key: str | None
    issued_at: datetime
    activated_at: datetime | None
    voided_at: datetime | None

    @property
    def is_activated(self) -> bool:
        """Return whether the code was bound to a lot."""
        return self.activated_at is not None

    @property
    def is_void(self) -> bool:
        """Return whether the code was taken out of use for ever."""
        return self.voided_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """A URI with its series and the counted number behind it."""

    uri: str
    series: Series
    number: int


def owners_of_codes(
    connection: Connection, secret: InstallationSecret, log: int, uris: Collection[str]
) -> dict[str, UUID]:
    """Return the party that each issued code was given to; those of others are left out."""
    found = _blocks_of(connection, log, _counted(connection, secret, uris))
    return {one.uri: block.party_id for one, block in found}


def states_of(
    connection: Connection, secret: InstallationSecret, log: int, uris: Collection[str]
) -> dict[str, CodeState]:
    """Return the state of each code that was issued here; those of others are left out."""
    return {
        one.uri: _state(connection, log, one, block)
        for one, block in _blocks_of(connection, log, _counted(connection, secret, uris))
    }


def _counted(
    connection: Connection, secret: InstallationSecret, uris: Collection[str]
) -> list[_Counted]:
    """Lead each written number back to the one that was counted, a series at a time."""
    by_series: dict[tuple[str, str], list[tuple[str, Place]]] = {}
    for uri in uris:
        place = place_of(uri)
        if place is not None:
            by_series.setdefault((place.kind, place.scope), []).append((uri, place))
    known = find_series(connection, secret, list(by_series))
    counted: list[_Counted] = []
    for name, series in known.items():
        of_series = by_series[name]
        numbers: Sequence[int] = [place.number for _, place in of_series]
        domain = KINDS[series.kind].domain
        if domain is not None:
            numbers = permutation_of(series, domain, secret).back(numbers)
        counted += [
            _Counted(uri=uri, series=series, number=number)
            for (uri, _), number in zip(of_series, numbers, strict=True)
        ]
    return counted


def _blocks_of(
    connection: Connection, log: int, counted: Sequence[_Counted]
) -> Iterator[tuple[_Counted, Row[Any]]]:
    """Yield each number that lies in a block, with the block's row."""
    starts = {(one.series.id, _start_of(one)) for one in counted if one.number < 1 << 63}
    rows = {}
    for series_id in {series_id for series_id, _ in starts}:
        wanted = sorted(start for of_series, start in starts if of_series == series_id)
        for some in _pieces(wanted):
            statement = select(CODE_BLOCK).where(
                CODE_BLOCK.c.log == log,
                CODE_BLOCK.c.series_id == series_id,
                CODE_BLOCK.c.start.in_(some),
            )
            for row in connection.execute(statement):
                rows[series_id, row.start] = row
    for one in counted:
        block = rows.get((one.series.id, _start_of(one)))
        if block is not None and one.number < block.start + block.code_count:
            yield one, block


def _pieces(values: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


def _start_of(one: _Counted) -> int:
    return one.number // PERMUTED_STEP * PERMUTED_STEP


def _state(connection: Connection, log: int, one: _Counted, block: Row[Any]) -> CodeState:

    activated = _range_with(connection, log, one, RangeAction.ACTIVATED)
    voided = _range_with(connection, log, one, RangeAction.VOIDED)
    return CodeState(
        block_id=block.id,
        block_seq=block.seq,
        party_id=block.party_id,
        product_id=block.product_id,
        number=one.number - block.start + 1,
        lot=activated.lot if activated else "",
        tag_key=block.tag_key,
        issued_at=block.recorded_at,
        activated_at=activated.recorded_at if activated else None,
        voided_at=voided.recorded_at if voided else None,
    )


def _range_with(
    connection: Connection, log: int, one: _Counted, action: RangeAction
) -> Row[Any] | None:
    statement = (
        select(CODE_RANGE)
        .where(
            CODE_RANGE.c.log == log,
            CODE_RANGE.c.series_id == one.series.id,
            CODE_RANGE.c.action == int(action),
            CODE_RANGE.c.start <= one.number,
        )
        .order_by(CODE_RANGE.c.start.desc())
        .limit(1)
    )
    last = connection.execute(statement).one_or_none()
    return last if last is not None and one.number < last.start + last.code_count else None
