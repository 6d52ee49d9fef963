"""What a profile says of a class of goods beside its steps: limits, yields, temperatures, periods.

The rule that must stay true: a bound is a number with its unit, its norm and its mark, so that a
program can judge by it and say how far it may be believed. What is not known is None, never zero.
"""

from dataclasses import dataclass
from decimal import Decimal

from schemas.profiles.model import Cte, Mark, NormRef, Record, Unit, Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """A limit of a quality or safety figure; `only` names the class codes it is for, empty all.

    `is_absent` says that nothing may be found at all.
    """

    item: Words
    low: Decimal | None
    high: Decimal | None
    is_absent: bool
    unit: Unit | None
    only: tuple[str, ...]
    norm: NormRef | None
    mark: Mark
    note: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class Yield:
    """How much comes out for 100 that went in, from one step to another, in per cent.

    Outside `low` and `high` is unusual; outside `alarm_low` and `alarm_high` hardly possible.
    """

    label: Words
    from_cte: str
    to_cte: str
    low: Decimal
    high: Decimal
    alarm_low: Decimal | None
    alarm_high: Decimal | None
    only: tuple[str, ...]
    source: str
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class ColdChain:
    """The temperatures that goods may have, in degrees Celsius, and for how long they may leave.

    `log_minutes_max` is the longest time between two readings.
    """

    goods: Words
    minimum_c: Decimal | None
    maximum_c: Decimal | None
    minutes_out_max: int | None
    log_minutes_max: int | None
    only: tuple[str, ...]
    norm: NormRef | None
    mark: Mark
    note: Words


@dataclass(frozen=True, slots=True, kw_only=True)
class ShelfLife:
    """How long goods usually keep, in days; the label decides."""

    goods: Words
    days_low: int | None
    days_high: int | None
    condition: Words
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """How long records are kept: so long after the event, and so long after the shelf life.

    The longer of the two counts; `else_years` where the goods have no shelf life.
    """

    records: Words
    years: Decimal | None
    after_shelf_life_months: int | None
    else_years: Decimal | None
    norm: NormRef
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """What is recorded of one class of goods, in one version.

    `covers` holds the class codes of products that it is for, the profile's own name first.
    `public` lists the paths that the public page shows, in its order.
    """

    name: str
    version: int
    label: Words
    covers: tuple[tuple[str, Words], ...]
    ctes: tuple[Cte, ...]
    records: tuple[Record, ...]
    limits: tuple[Limit, ...]
    yields: tuple[Yield, ...]
    cold_chain: tuple[ColdChain, ...]
    shelf_life: tuple[ShelfLife, ...]
    retention: tuple[Retention, ...]
    public: tuple[str, ...]

    @property
    def id(self) -> str:
        """Return the name with the version, as an event names it: `dairy/1`."""
        return f"{self.name}/{self.version}"
