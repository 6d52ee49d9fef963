"""One way of recording a step, compiled: which events are of it, and what is asked of them.

The rule that must stay true: `is_fine` may only say yes where `problems` would find nothing; it is
the quick look that spares most events the long one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from base.strict_json import JsonObject
from schemas.profiles.model import Cte, Kde, Kind, Need, Unit, Way
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.probes import Case, Probe, probe_of
from schemas.profiles.values import Judge

_NO_ILMD: Final[JsonObject] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A compiled way. `order` is its place in the chain.

    `must` and `must_ilmd` are names that have to be there by themselves, `judges` and `ilmd_judges`
    judge what stands under a name; `rest` holds every probe that takes a closer look. `elsewhere`
    are those that the register or the lot's birth may answer, `lot_paths` what they ask of a birth.
    """

    cte: Cte
    way: Way
    order: int
    probes: tuple[Probe, ...]
    must: frozenset[str]
    must_ilmd: frozenset[str]
    judges: Mapping[str, Judge]
    ilmd_judges: Mapping[str, Judge]
    rest: tuple[Probe, ...]
    names: frozenset[str]
    elsewhere: tuple[Probe, ...]
    lot_paths: frozenset[str]

    def is_fine(self, case: Case) -> bool:
        """Tell at a glance that an event says everything, and says it right; False is no verdict.

        What is known from elsewhere is looked at by `is_told`.
        """
        event = case.event
        ilmd = event.get("ilmd", _NO_ILMD)
        if not (
            self.must <= event.keys()
            and isinstance(ilmd, dict)
            and self.must_ilmd <= ilmd.keys()
            and _are_right(event, self.judges)
            and _are_right(ilmd, self.ilmd_judges)
        ):
            return False
        for probe in self.rest:
            value = probe.read(event)
            if value is None:
                if probe.problem(case) is not None:
                    return False
            elif probe.judge(value) is not None:
                return False
        return True

    def is_told(self, case: Case) -> bool:
        """Tell whether what the register and the lot's birth say leaves nothing to blame."""
        return all(probe.problem(case) is None for probe in self.elsewhere)

    def lacks_of_lot(self, case: Case) -> bool:
        """Tell whether this event leaves something to its lot's birth that is due in it."""
        return any(
            probe.place is Place.LOT and not probe.is_said(case) and probe.asks(case)
            for probe in self.elsewhere
        )

    def problems(self, case: Case) -> Iterator[tuple[Kde, str]]:
        """Yield each datum that is missing or wrong, with what is wrong, in the rows' order."""
        for probe in self.probes:
            problem = probe.problem(case)
            if problem is not None:
                yield probe.kde, problem

    def evidence(self, event: JsonObject) -> int:
        """Return how much an event says of what this way asks for."""
        ilmd = event.get("ilmd")
        said = event.keys() | (ilmd.keys() if isinstance(ilmd, dict) else set())
        count = len(self.names & said)
        for probe in self.probes:
            if probe.place is Place.LISTED and probe.name in said:
                count += probe.read(event) is not None
        return count


def _are_right(part: JsonObject, judges: Mapping[str, Judge]) -> bool:
    """Tell whether what stands under each name is right, and no name is one of ours in full."""
    for name, value in part.items():
        judge = judges.get(name)
        if judge is None:
            if name[:1] == "u" and name.startswith("urn:"):
                return False
        elif judge(value) is not None:
            return False
    return True


def compile_step(cte: Cte, way: Way, order: int, units: Mapping[str, Unit]) -> Step:
    """Return a way made ready."""
    probes = tuple(probe_of(kde, way, units) for kde in way.kdes)
    plain = [probe for probe in probes if _is_plain(probe)]
    own = [probe for probe in probes if probe.place in (Place.TERM, Place.FIELD, Place.LOT)]
    of_lot = [probe for probe in probes if probe.place is Place.ILMD]
    return Step(
        cte=cte,
        way=way,
        order=order,
        probes=probes,
        must=frozenset(probe.name for probe in plain if probe.place in _ON_EVENT),
        must_ilmd=frozenset(probe.name for probe in plain if probe.place is Place.ILMD),
        judges={probe.name: probe.judge for probe in own},
        ilmd_judges={probe.name: probe.judge for probe in of_lot},
        rest=tuple(probe for probe in probes if probe not in plain and _needs_a_look(probe)),
        names=frozenset(
            probe.name for probe in probes if probe.place in (Place.TERM, Place.ILMD, Place.LOT)
        ),
        elsewhere=tuple(probe for probe in probes if probe.place in (Place.REGISTER, Place.LOT)),
        lot_paths=frozenset(
            path for kde in way.kdes for path in _paths(kde) if parse_path(path).place is Place.LOT
        ),
    )


def _paths(kde: Kde) -> Iterator[str]:
    yield kde.path
    for group in kde.instead:
        yield from group


_ON_EVENT: Final = frozenset({Place.TERM, Place.FIELD})
_BY_NAME: Final = frozenset({Place.TERM, Place.FIELD, Place.ILMD, Place.LOT})


def _is_plain(probe: Probe) -> bool:
    """Tell whether a datum simply has to be there under its name."""
    return (
        probe.place in (Place.TERM, Place.FIELD, Place.ILMD)
        and probe.kde.need in (Need.MANDATORY, Need.PRACTICE)
        and not probe.alternatives
    )


def _needs_a_look(probe: Probe) -> bool:
    """Tell whether a probe can find anything that its name alone does not show."""
    kde = probe.kde
    if probe.place in (Place.REGISTER, Place.SYSTEM):
        return False
    if probe.place in _BY_NAME:
        # Where nobody knows the lot, what the event does not say of it is not judged.
        return probe.place is not Place.LOT and _is_asked(kde)
    return _is_asked(kde) or kde.field.kind in (Kind.QUANTITY, Kind.READING)


def _is_asked(kde: Kde) -> bool:
    if kde.need is Need.CONDITIONAL:
        return kde.when is not None
    return kde.need in (Need.MANDATORY, Need.PRACTICE)
