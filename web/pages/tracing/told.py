"""The state of a code and its events in the words of the page.

One rule: everything here is told from what `trace.tracing.state_of_code` gave its reader.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from trace.events.model import Role
from trace.movements import Movement
from trace.state import Flow
from trace.tracing import CodeState
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from parties.directory import PartyCard, parties_by_id, register_uris, sites_by_uri
from schemas.profiles import units
from web.pages.alerts import printed_code
from web.pages.languages import say as _
from web.pages.model import Lang
from web.pages.tracing.things import Entry, entries_of
from web.pages.words import DISPOSITIONS, local_name
from web.pages.work_blueprint import name_of, when

_MADE: Final = (Role.OUTPUT, Role.OUTPUT_CLASS)
_USED: Final = (Role.INPUT, Role.INPUT_CLASS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One event in the life of the code."""

    entry: Entry
    place: str
    state: str
    container: str
    container_uri: str
    role: str
    amounts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """How much of it a party made, received and gave away, in one unit."""

    party: str
    unit: str
    flows: tuple[str, ...]
    left: str
    is_short: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of a code now, and what happened to it, the latest first."""

    holder: str
    place: str
    state: str
    container: str
    container_uri: str
    at: str
    seq: int
    is_gone: bool
    happened: tuple[Happened, ...]
    events: int
    holdings: tuple[Holding, ...]
    is_whole: bool


def tell_state(
    connection: Connection, log: int, found: CodeState, lang: Lang, rows_max: int
) -> Told:
    """Return a code's state in words, with its latest events."""
    latest = _latest(found.movements)
    shown = latest[:rows_max]
    entries = entries_of(connection, log, {one.event.seq for one in shown}, lang)
    places = _places(connection, found, lang)
    ids = {key[0] for key in found.balance.flows if key[0] is not None}
    holder = found.state.holder
    parties = parties_by_id(connection, ids | ({holder} if holder else set()))
    return Told(
        holder=_name(parties, holder),
        place=places.get(found.place or "", found.place or ""),
        state=_state(found.state.disposition, lang),
        container=printed_code(found.container) if found.container else "",
        container_uri=found.container or "",
        at=when(found.state.at),
        seq=found.state.seq,
        is_gone=found.state.is_gone,
        happened=tuple(
            _happened(one, entries[one.event.seq], found, places, lang)
            for one in shown
            if one.event.seq in entries
        ),
        events=len(latest),
        holdings=tuple(
            Holding(
                party=_name(parties, party_id),
                unit=unit_words(unit, lang),
                flows=tuple(amount(flows.get(flow, Decimal(0))) for flow in Flow),
                left=amount(left := found.balance.left((party_id, unit))),
                is_short=left < 0,
            )
            for (party_id, unit), flows in found.balance.flows.items()
        ),
        is_whole=found.balance.is_whole,
    )


def _name(parties: Mapping[UUID, PartyCard], party_id: UUID | None) -> str:
    card = parties.get(party_id) if party_id is not None else None
    return "" if card is None else name_of(card)


def amount(value: Decimal) -> str:
    """Return a number as people read it."""
    text = format(value.normalize() if value else Decimal(0), "f")
    whole, point, rest = text.partition(".")
    sign = "−" if whole.startswith("-") else ""
    return f"{sign}{int(whole.lstrip('-') or 0):,}{point}{rest}"


def unit_words(unit: str | None, lang: Lang) -> str:
    """Return a unit of UN/ECE Recommendation 20 in words; none counts pieces."""
    words = units.unit_words(unit)
    return words.zh if lang == "zh" else words.en


def _latest(movements: Sequence[Movement]) -> list[Movement]:
    """Return one movement for each event, the latest first."""
    of_event: dict[int, Movement] = {}
    for one in movements:
        known = of_event.get(one.event.seq)
        if known is None or (known.container is not None and one.container is None):
            of_event[one.event.seq] = one
    return sorted(of_event.values(), key=lambda one: one.moment, reverse=True)


def _places(connection: Connection, found: CodeState, lang: Lang) -> dict[str, str]:
    uris = set(found.uris.values())
    names = {name for uri in uris for name in register_uris(uri)}
    cards = sites_by_uri(connection, names)
    shown = {}
    for uri in uris:
        card = next((cards[name] for name in register_uris(uri) if name in cards), None)
        if card is not None:
            shown[uri] = (card.name_en if lang == "en" else "") or card.name_zh
        else:
            shown[uri] = printed_code(uri)
    return shown


def _happened(
    one: Movement, entry: Entry, found: CodeState, places: dict[str, str], lang: Lang
) -> Happened:
    event = one.event
    place = event.biz_location if event.biz_location is not None else event.read_point
    container = found.uris.get(one.container, "") if one.container is not None else ""
    return Happened(
        entry=entry,
        place=places.get(found.uris.get(place, ""), "") if place is not None else "",
        state=_state(event.disposition, lang),
        container=printed_code(container) if container else "",
        container_uri=container,
        role=_role(one),
        amounts=", ".join(
            f"{amount(value)} {unit_words(unit, lang)}"
            for value, unit in one.quantities
            if value is not None
        ),
    )


def _role(one: Movement) -> str:
    if one.role in _MADE:
        return _("made here")
    if one.role in _USED:
        return _("used here")
    if one.role is Role.PARENT:
        return _("was filled or emptied")
    return ""


def _state(disposition: str | None, lang: Lang) -> str:
    if not disposition:
        return ""
    name = local_name(disposition)
    return DISPOSITIONS[name].of(lang) if name in DISPOSITIONS else name
