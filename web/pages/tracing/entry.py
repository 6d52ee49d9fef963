"""The page of one event: what was recorded, by whom, and the proof that it was.

One rule: a reader who may not see the chain part of an event gets the answer of one that is not
there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from trace.declaring import declarations_of, taken_back_in
from trace.events.model import Role
from trace.identifiers import read_uris
from trace.projections.reading import events_at, taken_back
from trace.reading import ReadEvent, read_events
from typing import Final
from urllib.parse import urlencode

import orjson
from flask import render_template, request
from sqlalchemy import Connection

from base.db import reading
from base.errors import NotFound
from ledger.parts import Part
from parties.access import Action
from parties.directory import parties_by_id, products_by_uri, register_uris, sites_by_uri
from web.pages.alerts import printed_code
from web.pages.event_reading import facts_of, place_uri
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.model import Lang
from web.pages.tracing.declare import may_declare
from web.pages.tracing.picture import trace_path
from web.pages.tracing.things import Thing, entries_of, thing_of
from web.pages.work_blueprint import blueprint, name_of, when
from web.services import services
from web.session import page_actor, page_requires

_ITEMS_MAX: Final = 500
_LEFT_OUT: Final = (Role.SOURCE, Role.DESTINATION)


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """A code that the event names, and as what."""

    role: str
    thing: Thing


@blueprint.get("/entries/<int:seq>")
@page_requires(Action.READ_LINEAGE, Action.TRACE_OWN)
def entry_page(seq: int) -> str:
    """Show one event of the ledger with where its proof is."""
    parts, actor, lang = services(), page_actor(), chosen_lang()
    with reading(parts.engine) as connection:
        found = read_events(connection, parts.log, [seq], actor).get(seq) if seq < 1 << 62 else None
        if found is None or not (Part.CHAIN in found.parts or found.is_damaged):
            raise NotFound("There is no such event, or it is not yours to see.")
        (indexed,) = events_at(connection, parts.log, [seq])
        entry = entries_of(connection, parts.log, [seq], lang)[seq]
        named = _named(connection, parts.log, indexed.items)
        return render_template(
            "trace/entry.html",
            found=found,
            entry=entry,
            recorded=when(found.recorded_at),
            place=_place(connection, found, lang),
            sides=_sides(connection, found),
            facts=facts_of(found.event, lang),
            named=named[:_ITEMS_MAX],
            items=len(named),
            is_taken_back=bool(taken_back(connection, parts.log, [indexed])),
            is_declaration=indexed.is_declaration,
            declarations=[]
            if indexed.is_declaration
            else declarations_of(connection, parts.log, seq),
            takes_back=taken_back_in(connection, parts.log, indexed)
            if indexed.is_declaration
            else [],
            may_declare=may_declare(actor, found, indexed),
            is_done=request.args.get("done") == "1",
            new_path=_new_path(named),
            text=orjson.dumps(found.event, option=orjson.OPT_INDENT_2).decode(),
            trace_path=trace_path,
        )


def _new_path(named: Sequence[Named]) -> str:
    """Return where the right event is recorded, about the same goods."""
    code = named[0].thing.code if named else ""
    return f"/work/event/new?{urlencode({'code': code})}" if code else "/work/event/new"


def _named(connection: Connection, log: int, items: tuple[tuple[Role, int], ...]) -> list[Named]:
    goods = [(role, item) for role, item in items if role not in _LEFT_OUT]
    uris = read_uris(connection, log, {item for _role, item in goods})
    cards = products_by_uri(connection, {register_uris(uri)[-1] for uri in uris.values()})
    return [
        Named(
            role=role_words(role),
            thing=thing_of(uris[item], cards.get(register_uris(uris[item])[-1]), None),
        )
        for role, item in goods
        if item in uris
    ]


def role_words(role: Role) -> str:
    """Return as what an event names a code."""
    return {
        Role.EPC: _("the goods"),
        Role.EPC_CLASS: _("the goods"),
        Role.PARENT: _("container"),
        Role.CHILD: _("content"),
        Role.CHILD_CLASS: _("content"),
        Role.INPUT: _("put in"),
        Role.INPUT_CLASS: _("put in"),
        Role.OUTPUT: _("made"),
        Role.OUTPUT_CLASS: _("made"),
        Role.LOT: _("their lot"),
        Role.TRANSFORMATION: _("number of the making"),
    }.get(role, "")


def _place(connection: Connection, found: ReadEvent, lang: Lang) -> str:
    uri = place_uri(found.event)
    if not uri:
        return ""
    names = register_uris(uri)
    cards = sites_by_uri(connection, names)
    card = next((cards[name] for name in names if name in cards), None)
    if card is None:
        return printed_code(uri)
    return (card.name_en if lang == "en" else "") or card.name_zh


def _sides(connection: Connection, found: ReadEvent) -> list[tuple[str, str]]:
    """Return from whom to whom it went, as the event says."""
    words = {"sourceList": ("source", _("from")), "destinationList": ("destination", _("to"))}
    shown = []
    for name, (key, title) in words.items():
        listed = found.event.get(name)
        for one in listed if isinstance(listed, list) else ():
            uri = one.get(key) if isinstance(one, dict) else None
            if isinstance(uri, str):
                shown.append((title, _party_name(connection, uri)))
    return shown


def _party_name(connection: Connection, uri: str) -> str:
    names = register_uris(uri)
    cards = sites_by_uri(connection, names)
    card = next((cards[name] for name in names if name in cards), None)
    if card is None:
        return printed_code(uri)
    parties = parties_by_id(connection, [card.party_id])
    return name_of(parties[card.party_id]) if card.party_id in parties else card.name_zh
