"""What the profile of its goods asks of an event at the door.

The rule that must stay true: a profile refuses only what happened with registered goods at places
that are registered, or that are not named; a product without a class and a foreign place are told
of and let in, since a chain that crosses a border is worth more than a full form.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from trace.events.model import Event, Role
from typing import Final
from uuid import UUID

from base.errors import Problem
from base.strict_json import JsonObject
from parties.classes import ProductClasses
from parties.directory import Owners
from schemas.profiles.findings import KdeFinding, Severity
from schemas.profiles.registry import check_event

ADVICE: Final = "advice_"
"""What the code of a problem begins with that refuses nothing."""

# Which items an event of these is about: what came of a making tells more than what went in.
_ABOUT: Final[Sequence[frozenset[Role]]] = (
    frozenset({Role.OUTPUT, Role.OUTPUT_CLASS}),
    frozenset({Role.EPC, Role.EPC_CLASS, Role.CHILD, Role.CHILD_CLASS}),
    frozenset({Role.INPUT, Role.INPUT_CLASS}),
)
_GOODS: Final = ("https://id.gs1.org/01/", "https://id.gs1.org/8006/", "urn:suxin:")


@dataclass(frozen=True, slots=True, kw_only=True)
class Arriving:
    """One event on its way: its place in the document, its reading and the prefixes it used."""

    at: int
    path: str
    sent: JsonObject
    event: Event
    namespaces: Mapping[str, str]
    hash_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Profiled:
    """What the profiles say of one event.

    `profiles` are those it was checked against (`dairy/1`), `refusals` are reasons to refuse it,
    `advice` is told and refuses nothing. `is_without_class` where no profile is for its goods.
    """

    profiles: tuple[str, ...] = ()
    refusals: tuple[Problem, ...] = ()
    advice: tuple[Problem, ...] = ()
    is_without_class: bool = False


_NOTHING: Final = Profiled()


def profile_events(
    classes: ProductClasses, owners: Owners, readings: Sequence[Arriving]
) -> list[Profiled]:
    """Return what the profiles say of each event, in the order given."""
    about = [_about(one.event) for one in readings]
    codes = classes.classes_of({uri for uris in about for uri in uris})
    places = owners.owners_of({place for one in readings for place in _places(one.event)})
    return [
        _profiled(one, uris, codes, is_foreign=_is_foreign(one.event, places))
        for one, uris in zip(readings, about, strict=True)
    ]


def _about(event: Event) -> tuple[str, ...]:
    """Return the goods that an event is about; crates and pallets are none."""
    for roles in _ABOUT:
        uris = {item.uri for item in event.items if item.role in roles}
        if uris:
            return tuple(sorted(uri for uri in uris if uri.startswith(_GOODS)))
    return ()


def _places(event: Event) -> Iterable[str]:
    return (place for place in (event.read_point, event.biz_location) if place is not None)


def _is_foreign(event: Event, owners: Mapping[str, UUID | None]) -> bool:
    places = list(_places(event))
    return bool(places) and all(owners[place] is None for place in places)


def _profiled(
    reading: Arriving, uris: Sequence[str], codes: Mapping[str, str | None], *, is_foreign: bool
) -> Profiled:
    # An error declaration repeats what it takes back, whatever that lacked.
    if not uris or reading.event.error_declaration is not None:
        return _NOTHING
    found = {codes[uri] for uri in uris}
    profiles: list[str] = []
    findings: list[KdeFinding] = []
    is_step_known = False
    advice: list[Problem] = []
    for code in sorted(code for code in found if code):
        checked = check_event(reading.sent, reading.namespaces, class_code=code)
        if checked is None:
            continue
        profiles.append(checked.profile)
        findings += checked.findings
        is_step_known = is_step_known or checked.cte is not None
    if not profiles:
        return Profiled(is_without_class=True)
    refusals: list[Problem] = []
    for finding in dict.fromkeys(findings):
        if finding.code == "unknown_step" and is_step_known:
            continue  # It is a step of the other goods in the event.
        is_refusal = finding.severity is Severity.ERROR and not is_foreign
        if is_refusal:
            refusals.append(_problem(reading.path, finding, f"kde_{finding.code}"))
        elif finding.severity is not Severity.INFO:
            advice.append(_problem(reading.path, finding, f"{ADVICE}kde_{finding.code}"))
    return Profiled(profiles=tuple(profiles), refusals=tuple(refusals), advice=tuple(advice))


def advice_of(readings: Sequence[Arriving], profiled: Sequence[Profiled]) -> tuple[Problem, ...]:
    """Return what is to be told of recorded events, of goods without a class in one sentence."""
    without = [
        one.path for one, said in zip(readings, profiled, strict=True) if said.is_without_class
    ]
    told = [problem for said in profiled for problem in said.advice]
    if without:
        message = (
            f"{len(without)} events are about goods that no profile is for: their product is not"
            " registered, or has no class that has one; what they say was not checked against one"
        )
        told.append(Problem(path=without[0], code=f"{ADVICE}no_profile", message=message))
    return tuple(told)


def _problem(path: str, finding: KdeFinding, code: str) -> Problem:
    """Say what is wrong in both languages, and the norm that asks for it."""
    norm = f"{finding.norm_zh} {finding.clause}".strip()
    basis = f" [{norm}]" if norm else ""
    return Problem(
        path=".".join(part for part in (path, finding.path) if part),
        code=code,
        message=f"{finding.message} ({finding.message_zh}){basis}",
        message_zh=f"{finding.message_zh}{basis}",
    )
