"""What the profile of its goods asks of an event at the door.

The rule that must stay true: a profile refuses only what happened with registered goods at places
that are registered, or that are not named; a product without a class and a foreign place are told
of and let in, since a chain that crosses a border is worth more than a full form.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from trace.births import Births, born_in
from trace.bounds import Judged, judged
from trace.events.model import Event, Role
from typing import Final
from uuid import UUID

from base.errors import Problem
from base.strict_json import JsonObject, JsonValue
from parties.classes import ProductClasses
from parties.directory import Owners, ProductCard
from schemas.profiles.check import Checked
from schemas.profiles.findings import KdeFinding, Severity
from schemas.profiles.paths import LOT, is_of_lot, is_of_register
from schemas.profiles.probes import Known
from schemas.profiles.registry import births_since, checker_for

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


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """Who is asked what an event need not say: the register, and the births of goods."""

    classes: ProductClasses
    owners: Owners
    births: Births


@dataclass(slots=True, kw_only=True)
class _Look:
    """What one event was found to be, against the profile of one class of its goods.

    `known` is what the register says; `lot_paths` is what the event leaves to the births of `uris`,
    and `is_born` whether what they leave unsaid is on record to be unsaid.
    """

    arriving: Arriving
    uris: tuple[str, ...]
    class_code: str
    checked: Checked
    known: Known
    lot_paths: frozenset[str] = frozenset()
    is_born: bool = False


def profile_events(
    knowledge: Knowledge, readings: Sequence[Arriving], *, now: datetime
) -> list[Profiled]:
    """Return what the profiles and the bounds of values say of each event, in the order given.

    The register and the births are asked once for all of them: first the events are checked with
    the products alone, and only those whose step leaves something to a lot's birth a second time.
    """
    about = [_about(one.event) for one in readings]
    cards = knowledge.classes.cards_of({uri for uris in about for uri in uris})
    places = knowledge.owners.owners_of({place for one in readings for place in _places(one.event)})
    registered = {uri: _facts(card) for uri, card in cards.items() if card is not None}
    looks = [
        _looks(one, uris, cards, registered) for one, uris in zip(readings, about, strict=True)
    ]
    _ask_births(knowledge.births, readings, [look for some in looks for look in some])
    found: list[Profiled] = []
    for one, uris, some in zip(readings, about, looks, strict=True):
        is_foreign = _is_foreign(one.event, places)
        profiled = _profiled(one, uris, some, is_foreign=is_foreign)
        bounds = judged(one.sent, path=one.path, now=now, advice_prefix=ADVICE)
        found.append(_bounded(profiled, bounds, is_foreign=is_foreign))
    return found


def _bounded(profiled: Profiled, bounds: Judged, *, is_foreign: bool) -> Profiled:
    """Add what is out of bounds; of a foreign place's event even what cannot be is only told."""
    if not bounds.refusals and not bounds.advice:
        return profiled
    told = tuple(
        replace(problem, code=f"{ADVICE}{problem.code}")
        for problem in (bounds.refusals if is_foreign else ())
    )
    return replace(
        profiled,
        refusals=(*(() if is_foreign else bounds.refusals), *profiled.refusals),
        advice=(*told, *bounds.advice, *profiled.advice),
    )


def _facts(card: ProductCard) -> Known:
    """Return what the register says of a product, by the paths of the profiles."""
    return {
        "product.uri": card.uri,
        "product.name_zh": card.name_zh,
        "product.spec_zh": card.spec_zh,
        "product.class_code": card.class_code,
        "product.owner": card.party_id.urn,
    }


def _looks(
    reading: Arriving,
    uris: Sequence[str],
    cards: Mapping[str, ProductCard | None],
    registered: Mapping[str, Known],
) -> list[_Look]:
    # An error declaration repeats what it takes back, whatever that lacked.
    if not uris or reading.event.error_declaration is not None:
        return []
    by_code: dict[str, list[str]] = {}
    for uri in uris:
        card = cards[uri]
        if card is not None and card.class_code:
            by_code.setdefault(card.class_code, []).append(uri)
    found: list[_Look] = []
    for code in sorted(by_code):
        of_code = tuple(by_code[code])
        known = _of_all([registered[uri] for uri in of_code])
        checker = checker_for(code)
        if checker is None:
            continue
        checked = checker.check(reading.sent, reading.namespaces, class_code=code, known=known)
        look = _Look(arriving=reading, uris=of_code, class_code=code, checked=checked, known=known)
        if checked.cte is not None and checker.lot_paths:
            look.lot_paths = checker.asked_of_lot(
                checked, reading.sent, reading.namespaces, class_code=code, known=known
            )
        found.append(look)
    return found


def _of_all(many: Sequence[Known]) -> Known:
    """Return what is known of several things together: what one of them lacks is missing."""
    if len({id(one) for one in many}) == 1:
        return many[0]
    names = {name for one in many for name in one}
    return {name: _least([one.get(name) for one in many]) for name in sorted(names)}


def _least(values: Sequence[JsonValue]) -> JsonValue:
    return None if any(value in (None, "", [], {}) for value in values) else values[0]


def _ask_births(births: Births, readings: Sequence[Arriving], looks: Sequence[_Look]) -> None:
    """Check those events again that leave something to their goods' births, with what they say."""
    asking = [look for look in looks if look.lot_paths]
    if not asking:
        return
    said = born_in((one.event, one.sent, one.namespaces) for one in readings)
    said |= births.said_of({uri for look in asking for uri in look.uris} - said.keys())
    for look in asking:
        found = [said[uri] for uri in look.uris if uri in said]
        look.is_born = bool(found)
        by_path = [
            {path: one.get(path.removeprefix(LOT)) for path in look.lot_paths} for one in found
        ] or [dict.fromkeys(look.lot_paths)]
        checker = checker_for(look.class_code)
        if checker is not None:
            look.checked = checker.check(
                look.arriving.sent,
                look.arriving.namespaces,
                class_code=look.class_code,
                known={**look.known, **_of_all(by_path)},
            )


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
    reading: Arriving, uris: Sequence[str], looks: Sequence[_Look], *, is_foreign: bool
) -> Profiled:
    if not uris or reading.event.error_declaration is not None:
        return _NOTHING
    if not looks:
        return Profiled(is_without_class=True)
    # The day that its sender wrote, as the check of the profile takes it.
    day = str(reading.sent.get("eventTime", ""))[:10]
    refusals: dict[KdeFinding, Problem] = {}
    advice: dict[KdeFinding, Problem] = {}
    is_step_known = any(look.checked.cte is not None for look in looks)
    for look in looks:
        for finding in look.checked.findings:
            if finding.code == "unknown_step" and is_step_known:
                continue  # It is a step of the other goods in the event.
            is_refusal = finding.severity is Severity.ERROR and not is_foreign
            if is_refusal and _may_refuse(finding, look, day):
                refusals[finding] = _problem(reading.path, finding, f"kde_{finding.code}")
            elif finding.severity is not Severity.INFO:
                advice[finding] = _problem(reading.path, finding, f"{ADVICE}kde_{finding.code}")
    return Profiled(
        profiles=tuple(look.checked.profile for look in looks),
        refusals=tuple(refusals.values()),
        advice=tuple(problem for finding, problem in advice.items() if finding not in refusals),
    )


def _may_refuse(finding: KdeFinding, look: _Look, day: str) -> bool:
    """Tell whether the sender of an event can mend what is wrong, so that it may be refused.

    The register is the operator's to write. What a lot's birth left out the event may say itself,
    from the day on that is written beside the profiles; of a lot whose birth nobody recorded here
    its holder may know no more than its label says.
    """
    if is_of_register(finding.path):
        return False
    if is_of_lot(finding.path):
        is_missing = finding.code == "missing"
        return is_missing and look.is_born and day >= births_since()
    return True


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
    message, message_zh = finding.message, finding.message_zh
    if is_of_register(finding.path):
        message += ": it belongs in the register, which the operator keeps"
        message_zh += "：属于产品名录，请运营方登记"
    elif is_of_lot(finding.path):
        term = finding.path.removeprefix(LOT)
        message += f": say it when the lot comes into being (ilmd), or in this event as {term}"
        message_zh += f"：应在批次产生时写入 ilmd，也可在本事件中写作 {term}"
    return Problem(
        path=".".join(part for part in (path, finding.path) if part),
        code=code,
        message=f"{message} ({message_zh}){basis}",
        message_zh=f"{message_zh}{basis}",
    )
