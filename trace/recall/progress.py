"""How far a recall has come: whom it reached, what was found, and how long each stage took.

Pure. The rule that must stay true: what nobody has counted is unknown, and never counted as found.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from trace.recall.model import Line
from trace.recall.reading import Notice, Recall, ScopeRow
from uuid import UUID

_ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Of how many holders how many have read their notice, answered it, or are late."""

    holders: int
    acknowledged: int
    answered: int
    late: int

    @property
    def percent(self) -> int:
        """Return how many of a hundred have read it; all where there is nobody."""
        return 100 if not self.holders else 100 * self.acknowledged // self.holders

    @property
    def answered_percent(self) -> int:
        """Return how many of a hundred have answered; all where there is nobody."""
        return 100 if not self.holders else 100 * self.answered // self.holders


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitCount:
    """Goods in one unit: what the ledger expects, and what holders account for.

    `expected` is what they should have and what they sold; `is_whole` is False where some line does
    not say how much.
    """

    uom: str | None
    expected: Decimal
    is_whole: bool
    found: Decimal
    destroyed: Decimal
    returned: Decimal
    sold: Decimal

    @property
    def accounted(self) -> Decimal:
        """Return how much is accounted for."""
        return self.found + self.sold


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """A holder that counted and accounts for more or less than it should have of one unit.

    `is_explained` where its answer says why, or the authority did after it.
    """

    party_id: UUID
    uom: str | None
    expected: Decimal
    accounted: Decimal
    is_explained: bool

    @property
    def is_missing(self) -> bool:
        """Return whether goods are missing."""
        return self.accounted < self.expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A recall's progress: over all, by the holders' distance from the root, and by unit."""

    total: Share
    by_depth: Mapping[int, Share]
    units: tuple[UnitCount, ...]
    awaited: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """When a stage was reached, and how many minutes after the opening; None is not yet."""

    name: str
    at: datetime | None
    minutes: int | None


def progress_of(lines: Sequence[Line], notices: Sequence[Notice], now: datetime) -> Progress:
    """Return how far the holders are, from the newest scope's lines and the newest notices."""
    depths: dict[UUID, int] = {}
    for line in lines:
        if line.holder is not None:
            depths[line.holder] = min(line.depth, depths.get(line.holder, line.depth))
    asked = [notice for notice in notices if notice.line_count]
    levels = sorted(set(depths.values()))
    return Progress(
        total=share_of(asked, now),
        by_depth={
            level: share_of([one for one in asked if depths.get(one.party_id) == level], now)
            for level in levels
        },
        units=_units(lines, asked),
        awaited=tuple(one.party_id for one in asked if not one.is_settled),
    )


def gaps_of(lines: Iterable[Line], notices: Iterable[Notice]) -> list[Gap]:
    """Return where a count is another than the ledger's, as far as that says how much."""
    expected: dict[tuple[UUID | None, str | None], Decimal | None] = {}
    for line in lines:
        key = (line.holder, line.uom)
        known = expected.get(key, _ZERO)
        is_known = known is not None and (line.quantity is not None or line.sold is not None)
        amount = (line.quantity or _ZERO) + (line.sold or _ZERO)
        expected[key] = known + amount if is_known and known is not None else None
    found = []
    for notice in notices:
        counted = notice.counted
        if counted is None or not notice.line_count:
            continue
        said = {one.uom: one.found + one.sold for one in counted.amounts}
        units = {uom for holder, uom in expected if holder == notice.party_id}
        for uom in sorted(units, key=lambda one: one or ""):
            wanted, accounted = expected[notice.party_id, uom], said.get(uom, _ZERO)
            if wanted is not None and wanted != accounted:
                found.append(
                    Gap(
                        party_id=notice.party_id,
                        uom=uom,
                        expected=wanted,
                        accounted=accounted,
                        is_explained=bool(counted.note) or notice.final is not counted,
                    )
                )
    return found


def stages_of(
    recall: Recall, scopes: Sequence[ScopeRow], notices: Sequence[Notice]
) -> tuple[Stage, ...]:
    """Return when each stage was reached: the time report, of mock recalls too."""
    asked = [notice for notice in notices if notice.line_count]
    read = [one.acknowledged_at for one in asked]
    done = [one.final.at if one.final is not None else None for one in asked]
    heard = [one.at for notice in notices for one in (*notice.earlier, *notice.answers)]
    reached: list[tuple[str, datetime | None]] = [
        ("opened", recall.opened_at),
        ("scoped", scopes[0].at if scopes else None),
        # The first notices are in the batch of the first scope.
        ("noticed", scopes[0].at if scopes and notices else None),
        ("first_acknowledged", min(heard, default=None)),
        ("all_acknowledged", _last(read)),
        ("all_answered", _last(done)),
        ("closed", recall.closing.at if recall.closing else None),
    ]
    return tuple(
        Stage(
            name=name,
            at=at,
            minutes=None if at is None else int((at - recall.opened_at).total_seconds()) // 60,
        )
        for name, at in reached
    )


def _last(instants: Sequence[datetime | None]) -> datetime | None:
    known = [at for at in instants if at is not None]
    return max(known) if known and len(known) == len(instants) else None


def share_of(notices: Sequence[Notice], now: datetime) -> Share:
    """Return how far these holders are."""
    return Share(
        holders=len(notices),
        acknowledged=sum(bool(one.answers) for one in notices),
        answered=sum(one.is_settled for one in notices),
        late=sum(
            one.is_overdue(now) or one.escalated_at is not None or one.was_late for one in notices
        ),
    )


def _units(lines: Iterable[Line], notices: Iterable[Notice]) -> tuple[UnitCount, ...]:
    expected: dict[str | None, Decimal] = {}
    unknown: set[str | None] = set()
    for line in lines:
        if line.quantity is None and line.sold is None:
            unknown.add(line.uom)
        amount = (line.quantity or _ZERO) + (line.sold or _ZERO)
        expected[line.uom] = expected.get(line.uom, _ZERO) + amount
    said: dict[str | None, list[Decimal]] = {}
    for notice in notices:
        for one in notice.counted.amounts if notice.counted is not None else ():
            sums = said.setdefault(one.uom, [_ZERO] * 4)
            for at, number in enumerate((one.found, one.destroyed, one.returned, one.sold)):
                sums[at] += number
    return tuple(
        UnitCount(
            uom=uom,
            expected=expected.get(uom, _ZERO),
            is_whole=uom not in unknown,
            found=sums[0],
            destroyed=sums[1],
            returned=sums[2],
            sold=sums[3],
        )
        for uom in sorted(expected.keys() | said.keys(), key=lambda one: one or "")
        for sums in [said.get(uom, [_ZERO] * 4)]
    )
