"""The page of one event: what was recorded, by whom, and the proof that it was.

One rule: a reader who may not see the chain part of an event gets the answer of one that is not
there.
"""

from collections.abc import Collection
from trace.declaring import declarations_of, taken_back_in
from trace.projections.reading import events_at
from trace.reading import read_events
from typing import Final

import orjson
from flask import render_template, request
from sqlalchemy import Connection

from base.db import reading
from base.errors import NotFound
from ledger.parts import Part
from parties.access import Action
from parties.actors import Actor
from web.pages.languages import chosen_lang
from web.pages.tracing.declare import again_path, may_declare
from web.pages.tracing.entry_words import reason_words, told_entry
from web.pages.tracing.picture import trace_path
from web.pages.work_blueprint import blueprint
from web.services import services
from web.session import page_actor, page_requires

_LINKS_MAX: Final = 20


@blueprint.get("/entries/<int:seq>")
@page_requires(Action.READ_LINEAGE, Action.TRACE_OWN)
def entry_page(seq: int) -> str:
    """Show one event of the ledger with where its proof is."""
    parts, actor = services(), page_actor()
    log = parts.log
    with reading(parts.engine) as connection:
        found = read_events(connection, log, [seq], actor).get(seq) if seq < 1 << 62 else None
        if found is None or not (Part.CHAIN in found.parts or found.is_damaged):
            raise NotFound("There is no such event, or it is not yours to see.")
        (indexed,) = events_at(connection, log, [seq])
        # A declaration bears the keys of what it takes back and is not taken back by itself.
        is_declaration = indexed.is_declaration
        declared = [] if is_declaration else declarations_of(connection, log, seq)
        meant = taken_back_in(connection, log, indexed) if is_declaration else []
        return render_template(
            "trace/entry.html",
            told=told_entry(connection, found, indexed, chosen_lang()),
            reason=reason_words(found.event),
            is_taken_back=bool(declared),
            is_declaration=is_declaration,
            declarations=_seen(connection, log, declared, actor),
            takes_back=_seen(connection, log, meant, actor),
            may_declare=may_declare(actor, found, indexed),
            is_done=request.args.get("done") == "1",
            new_path=again_path(found),
            text=orjson.dumps(found.event, option=orjson.OPT_INDENT_2).decode(),
            trace_path=trace_path,
        )


def _seen(connection: Connection, log: int, seqs: Collection[int], actor: Actor) -> list[int]:
    """Return which of some entries have a page for their reader."""
    found = read_events(connection, log, sorted(seqs)[:_LINKS_MAX], actor)
    return [seq for seq, one in found.items() if Part.CHAIN in one.parts]
