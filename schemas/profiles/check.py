"""Checks an event against a profile: which step it is of, and what it lacks or says wrongly.

The rule that must stay true: the answer depends on the event, its namespaces and what is handed in,
on nothing else. Whether a duty was in force is judged by the event's own day, so that neither the
hour of the check nor a later version of a profile makes an old event wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from base.strict_json import JsonObject, JsonValue
from schemas.profiles.findings import KdeFinding, Severity, finding_of, severity_of, step_finding
from schemas.profiles.model import Record, Unit
from schemas.profiles.naming import CTE_TERM, disposition_word, is_plain, renamed, step_word
from schemas.profiles.paths import Place, is_of_register
from schemas.profiles.probes import Case, Known, probe_of
from schemas.profiles.standing import Profile
from schemas.profiles.steps import Step, compile_step

_NOTHING_KNOWN: Final[Known] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What a check says. `profile` is `dairy/1`; `cte` and `way` are None where no step fits.

    An event of no step of its class is not wrong: the profile has nothing to ask of it.
    """

    profile: str
    cte: str | None
    way: str | None
    findings: tuple[KdeFinding, ...]

    @property
    def has_errors(self) -> bool:
        """Tell whether a finding is a reason to refuse."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


class Checker:
    """A compiled profile. It holds no state: one may serve every thread."""

    __slots__ = ("_by_name", "_by_signature", "_fine", "_steps", "lot_paths", "profile")

    def __init__(self, profile: Profile, steps: Sequence[Step]) -> None:
        self.profile = profile
        self._steps = tuple(steps)
        self._by_name: dict[tuple[str | None, str | None], Step] = {
            (step.cte.id, step.way.name): step for step in steps
        }
        self._by_signature: dict[tuple[str, JsonValue, str], tuple[Step, ...]] = {}
        for step in steps:
            for action in step.way.actions or (None,):
                for word in step.way.steps:
                    key = (step.way.event_type, action, word)
                    self._by_signature[key] = (*self._by_signature.get(key, ()), step)
        self._fine = tuple(
            Checked(profile=profile.id, cte=step.cte.id, way=step.way.name, findings=())
            for step in steps
        )
        self.lot_paths = frozenset(
            probe.kde.path for step in steps for probe in step.probes if probe.place is Place.LOT
        )

    def check(
        self,
        event: JsonObject,
        namespaces: Mapping[str, str],
        *,
        class_code: str = "",
        known: Known = _NOTHING_KNOWN,
    ) -> Checked:
        """Return what an event that has its shape lacks or says wrongly.

        `class_code` is the product's; `known` is what the register and the lot's own birth say, by
        the paths of `lot_paths` and of the register.
        """
        if not is_plain(namespaces):
            event = renamed(event, namespaces)
        case = self._case(event, namespaces, class_code, known)
        step, wrong = self._step(case)
        if step is not None and step.is_fine(case) and (not known or step.is_told(case)):
            return self._fine[step.order]
        if any(name.startswith("urn:") for name in event):
            case = self._case(renamed(event, namespaces), namespaces, class_code, known)
            step, wrong = self._step(case)
        if step is None:
            return Checked(profile=self.profile.id, cte=None, way=None, findings=wrong)
        return Checked(
            profile=self.profile.id,
            cte=step.cte.id,
            way=step.way.name,
            findings=tuple(_findings(step, case)),
        )

    def asked_of_lot(
        self,
        checked: Checked,
        event: JsonObject,
        namespaces: Mapping[str, str],
        *,
        class_code: str = "",
        known: Known = _NOTHING_KNOWN,
    ) -> frozenset[str]:
        """Return the paths that an event leaves to its lot's birth to say; empty if it need not.

        `checked` is what a check of the same event said without the lot.
        """
        step = self._by_name.get((checked.cte, checked.way))
        if step is None or not step.lot_paths:
            return frozenset()
        if is_plain(namespaces):
            # Most events say all of it in our own names: these need not be gone through.
            case = self._case(event, namespaces, class_code, known)
            if not step.lacks_of_lot(case):
                return frozenset()
        case = self._case(renamed(event, namespaces), namespaces, class_code, known)
        return step.lot_paths if step.lacks_of_lot(case) else frozenset()

    def _case(
        self, event: JsonObject, namespaces: Mapping[str, str], class_code: str, known: Known
    ) -> Case:
        text = event.get("bizStep")
        return Case(
            event=event,
            step=step_word(text, namespaces) if isinstance(text, str) else "",
            class_code=class_code or self.profile.name,
            known=known,
        )

    def _step(self, case: Case) -> tuple[Step | None, tuple[KdeFinding, ...]]:
        """Return the step an event is of: the one it names, else the one it looks like."""
        event = case.event
        signature = (str(event.get("type")), event.get("action"), case.step)
        named = event.get(CTE_TERM)
        if named is not None:
            return self._named(case, named, signature)
        found = self._by_signature.get(signature, ())
        return (self._likeliest(case, found) if found else None), ()

    def _named(
        self, case: Case, named: JsonValue, signature: tuple[str, JsonValue, str]
    ) -> tuple[Step | None, tuple[KdeFinding, ...]]:
        name, slash, cte = named.partition("/") if isinstance(named, str) else ("", "", "")
        # The step of another class may be that of the other goods of the event: who checks all of
        # them leaves this finding out then.
        is_own = not slash or name == self.profile.name
        ways = [step for step in self._steps if is_own and step.cte.id == cte]
        if not ways:
            return None, (step_finding("unknown_step"),)
        kind, action, word = signature
        fitting = [
            step
            for step in ways
            if step.way.event_type == kind and action in (step.way.actions or (None,))
        ]
        if not fitting:
            return None, (step_finding("step"),)
        exact = [step for step in fitting if word in step.way.steps]
        return self._likeliest(case, exact or fitting), ()

    def _likeliest(self, case: Case, steps: Sequence[Step]) -> Step:
        """Choose among steps of the same outer shape.

        First by the disposition, then by what the event says: the step whose own data it bears
        most of. Where that does not tell them apart, the one that finds the least to blame has it,
        so that no event is refused for a step that it need not be; then the first of the chain.
        """
        if len(steps) == 1:
            return steps[0]
        text = case.event.get("disposition")
        word = disposition_word(text) if isinstance(text, str) else ""
        left = [step for step in steps if word in step.way.dispositions] or list(steps)
        if len(left) > 1:
            evidence = [step.evidence(case.event) for step in left]
            most = max(evidence)
            left = [step for step, count in zip(left, evidence, strict=True) if count == most]
        if len(left) > 1:
            left.sort(key=lambda step: (_blame(step, case), step.order))
        return left[0]


def compile_profile(profile: Profile, units: Mapping[str, Unit]) -> Checker:
    """Return a profile made ready to check events."""
    steps: list[Step] = []
    for cte in profile.ctes:
        for way in cte.ways:
            steps.append(compile_step(cte, way, len(steps), units))
    return Checker(profile, steps)


def check_record(
    record: Record, values: Known, units: Mapping[str, Unit], *, day: str
) -> tuple[KdeFinding, ...]:
    """Return what an entry of the register lacks or says wrongly on a day (`2026-07-22`).

    `values` holds the entry by path (`party.uscc`, `certificate.sx:brand`): None is empty, and a
    path that is not there is nothing that the register could hold.
    """
    case = Case(event={}, step="", class_code="", known=values)
    found: list[KdeFinding] = []
    for kde in record.kdes:
        problem = probe_of(kde, None, units).problem(case)
        severity = None if problem is None else severity_of(kde, problem, day)
        if problem is not None and severity is not None:
            found.append(finding_of(kde, problem, severity))
    return tuple(found)


def _findings(step: Step, case: Case) -> list[KdeFinding]:
    day = str(case.event.get("eventTime", ""))[:10]
    found: list[KdeFinding] = []
    for kde, problem in step.problems(case):
        severity = severity_of(kde, problem, day)
        if severity is not None:
            found.append(finding_of(kde, problem, severity))
    return found


_WEIGHT: Final = {Severity.ERROR: 10_000, Severity.WARNING: 1, Severity.INFO: 0}


def _blame(step: Step, case: Case) -> int:
    """Return how much a step finds wrong; what the register lacks tells nothing of the step."""
    return sum(
        _WEIGHT[finding.severity]
        for finding in _findings(step, case)
        if not is_of_register(finding.path)
    )
