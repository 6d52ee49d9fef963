"""The other party of an event on its form: found by name, credit code or GLN, or a recent one.

The rule that must stay true: what stands in the event is a code; a name alone is never recorded,
and one that several enterprises have is asked about.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from trace.dealings import recent_partner_uris
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.errors import AppError
from codes.gs1.digital_link import CANONICAL_STEM
from codes.typed import uri_typed
from parties.directory import PartyCard, parties_by_id
from parties.finding import Search, find_parties
from parties.names import parties_named
from parties.tables import SITE
from web.pages.languages import say as _
from web.pages.work_blueprint import name_of
from web.pages.work_forms import Form
from web.services import services

_SUFFIXES: Final = ("List[owning_party]", "List[possessing_party]")
_RECENT_MAX: Final = 12
_FOUND_MAX: Final = 20
_CAPTURES_MAX: Final = 60
_PARTY: Final = f"{CANONICAL_STEM}/417/"
_PLACE: Final = f"{CANONICAL_STEM}/414/"
_USCC: Final = "urn:suxin:uscc:"
_BETWEEN: Final = " · "
_SHOWN: Final = re.compile(r".*\s·\s(?P<code>[0-9A-Z]{13}|[0-9A-Z]{18})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A party as a form offers it: its code as events name it, and what people read."""

    uri: str
    text: str


def is_partner(name: str) -> bool:
    """Return whether a field of a form names the other party."""
    return name.endswith(_SUFFIXES)


def recent_partners(connection: Connection, party_id: UUID) -> tuple[Partner, ...]:
    """Return with whom a party dealt lately, the newest first, each once."""
    uris = recent_partner_uris(connection, services().log, party_id, captures_max=_CAPTURES_MAX)
    named = parties_named(connection, uris)
    cards = parties_by_id(connection, sorted(set(named.values()) - {party_id}))
    found: dict[UUID, Partner] = {}
    for uri in uris:
        card = cards.get(named[uri]) if uri in named else None
        if card is not None and (text := _text(card, uri)):
            found.setdefault(card.id, Partner(uri=uri, text=text))
    return tuple(found.values())[:_RECENT_MAX]


def resolved(
    connection: Connection, form: Form, names: Sequence[str]
) -> tuple[Form, Mapping[str, tuple[Partner, ...]]]:
    """Return the form with codes for the partners that were named, and what is still to choose.

    A name that nobody or more than one has is noted beside its field.
    """
    values, choices = dict(form.values), dict[str, tuple[Partner, ...]]()
    problems: dict[str, str] = {}
    for name in names:
        text = form.text(name)
        picked = form.text(f"pick-{name}")
        if picked and form.text(f"asked-{name}") == text:
            values[name] = picked
            continue
        uri = _code_of(text)
        if uri or not text:
            values[name] = uri
            continue
        found = _found(connection, text)
        if len(found) == 1:
            values[name] = found[0].uri
        elif found:
            choices[name] = found
            problems[name] = _("Several enterprises are called like this: choose one.")
        else:
            problems[name] = _(
                "No enterprise in the register is called like this. Type its name, its credit "
                "code or a GLN; the recipient of a shipment may have to be registered first."
            )
    fresh = replace(form, values=values, problems={**form.problems, **problems})
    return fresh, choices


def shown(connection: Connection, form: Form, names: Sequence[str]) -> Form:
    """Return the form with the names of partners instead of their codes, as far as known."""
    uris = [form.text(name) for name in names if form.text(name)]
    texts = texts_of(connection, uris)
    values = {name: texts.get(form.text(name), form.text(name)) for name in names}
    return replace(form, values={**form.values, **values})


def texts_of(connection: Connection, uris: Sequence[str]) -> dict[str, str]:
    """Return what people read for the code of a party, for those that are registered."""
    named = parties_named(connection, uris)
    cards = parties_by_id(connection, sorted(set(named.values())))
    return {uri: text for uri, one in named.items() if (text := _text(cards[one], uri))}


def _code_of(text: str) -> str:
    """Return the code that a text is or that stands behind the name that a form showed."""
    shown_code = _SHOWN.fullmatch(text)
    code = shown_code["code"] if shown_code else text
    if re.fullmatch(r"[0-9]{13}", code):
        code = f"{_PARTY}{code}"
    elif re.fullmatch(r"[0-9A-Z]{18}", code):
        code = f"{_USCC}{code}"
    elif ":" not in code and not code.startswith("("):
        return ""
    try:
        return uri_typed(code)
    except AppError:
        return ""


def _found(connection: Connection, text: str) -> tuple[Partner, ...]:
    cards = find_parties(connection, Search(words=text, rows_max=_FOUND_MAX)).cards
    exact = [card for card in cards if text in (card.name_zh, card.name_en)]
    cards = tuple(exact) if len(exact) == 1 else cards
    found = []
    for card in cards:
        uri = _uri_of(connection, card)
        if uri:
            found.append(Partner(uri=uri, text=_text(card, uri)))
    return tuple(found)


def _uri_of(connection: Connection, card: PartyCard) -> str:
    """Return how an event names a party: by its credit code, else by the GLN of its first site."""
    if card.uscc is not None:
        return _USCC + card.uscc
    sites = (
        select(SITE.c.uri)
        .where(SITE.c.party_id == card.id, SITE.c.uri.startswith(_PLACE))
        .order_by(SITE.c.id)
        .limit(1)
    )
    uri: str | None = connection.execute(sites).scalar()
    return "" if uri is None else _PARTY + uri.removeprefix(_PLACE).partition("/")[0]


def _text(card: PartyCard, uri: str) -> str:
    for start in (_USCC, _PARTY):
        if uri.startswith(start):
            return f"{name_of(card)}{_BETWEEN}{uri.removeprefix(start)}"
    return ""
