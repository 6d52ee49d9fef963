"""The page on which a party takes back an event of its own.

The rule that must stay true: only its recorder takes an event back, once, after having seen which
one; what was recorded stays, and the right event is recorded beside it.
"""

from dataclasses import dataclass
from hashlib import sha256
from trace.capture import Submission, submit
from trace.declaring import WrongReason, declaration_of
from trace.projections.reading import IndexedEvent, events_at, taken_back
from trace.reading import ReadEvent, read_events
from types import MappingProxyType
from typing import Final

import orjson
from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import AppError, NotFound
from base.strict_json import JsonObject
from codes.canonical import uri_of_text
from ledger.batch import Idempotency
from parties.access import Action, has_role_for
from parties.actors import Actor
from schemas.cbv import STANDARD_PREFIXES
from schemas.epcis import read_event
from schemas.profiles.naming import renamed
from schemas.profiles.paths import TRANSFORMATION, goods_lists
from schemas.profiles.reading import objects
from web.pages.event_steps import step_recorded
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.tracing.entry_words import told_entry
from web.pages.tracing.picture import trace_path
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, blank, typed
from web.pages.work_refusals import Refusals
from web.services import Services, services
from web.session import page_actor, page_requires

_FORM: Final = "declare"
_SEQ_END: Final = 1 << 62
_INPUTS: Final = ("inputEPCList", "inputQuantityList")
_REASONS: Final = MappingProxyType({one.value: one for one in WrongReason})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """An event of one's own, and whether it was taken back already."""

    read: ReadEvent
    indexed: IndexedEvent
    is_taken_back: bool


def may_declare(actor: Actor, read: ReadEvent, indexed: IndexedEvent) -> bool:
    """Return whether an actor may take an event back that it sees."""
    is_own = read.party_id is not None and read.party_id == actor.party_id
    return (
        is_own
        and has_role_for(actor, Action.CAPTURE)
        and not (read.is_damaged or indexed.is_declaration)
    )


@blueprint.get("/entries/<int:seq>/declare")
@page_requires(Action.CAPTURE)
def declare_page(seq: int) -> str:
    """Show the event once more and ask what was wrong with it."""
    return _page(_own_event(seq), blank(_FORM))


@blueprint.post("/entries/<int:seq>/declare")
@page_requires(Action.CAPTURE, keeps_typed=True)
def declare_send(seq: int) -> WerkzeugResponse | tuple[str, int]:
    """Record the declaration; a form that is sent twice records one."""
    own, form = _own_event(seq), typed(_FORM)
    reason = _REASONS.get(form.choice("reason", _REASONS))
    if reason is not None and form.is_good and not own.is_taken_back:
        record_declaration(services(), page_actor(), own.read, reason, form)
    if own.is_taken_back or form.is_good:
        return redirect(f"/work/entries/{seq}?done=1", 303)
    return _page(own, form), 400


def record_declaration(
    parts: Services, actor: Actor, read: ReadEvent, reason: WrongReason, form: Form
) -> None:
    """Send a declaration through the one door, once for an event; refusals stand in the form."""
    said = declaration_of(read.event, read.event_hash, reason, parts.clock.now())
    # The event is the request, whatever is said of it: two open pages at one time are one too.
    name = f"declare:{read.log}:{read.seq}"
    same = Idempotency(key=f"form:{name}", request_hash=sha256(name.encode()).digest())
    try:
        body = orjson.dumps({"@context": [dict(read.namespaces)], **said})
        submission = Submission(
            actor=actor,
            document=read_event(body, limits=parts.document_limits),
            idempotency=same,
            is_single=True,
        )
        submit(parts.desk, submission)
    except AppError as refusal:
        form.refuse(refusal, Refusals())


def _own_event(seq: int) -> _Own:
    """Return an event of one's own; raises `NotFound` for any other."""
    parts, actor = services(), page_actor()
    with reading(parts.engine) as connection:
        found = read_events(connection, parts.log, [seq], actor) if seq < _SEQ_END else {}
        read = found.get(seq)
        if read is None:
            raise NotFound("There is no such event of yours.")
        (indexed,) = events_at(connection, parts.log, [seq])
        if not may_declare(actor, read, indexed):
            raise NotFound("There is no such event of yours that can be taken back.")
        return _Own(
            read=read,
            indexed=indexed,
            is_taken_back=bool(taken_back(connection, parts.log, [indexed])),
        )


def again_path(read: ReadEvent) -> str:
    """Return where the right event is recorded: the form of the same step, of the same goods."""
    event = renamed(read.event, {**STANDARD_PREFIXES, **read.namespaces})
    return url_for("work.event_new", step=step_recorded(event) or None, code=_code(event) or None)


def _code(event: JsonObject) -> str:
    """Return the code that a form of such an event begins with, "" for none."""
    kind = str(event.get("type"))
    # A making is begun from what goes in.
    items, lots = _INPUTS if kind == TRANSFORMATION else goods_lists(kind)
    named = event.get(items)
    texts = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
    texts += [str(lot["epcClass"]) for lot in objects(event.get(lots)) if "epcClass" in lot]
    return uri_of_text(texts[0]) if texts else ""


def _page(own: _Own, form: Form) -> str:
    parts, lang = services(), chosen_lang()
    with reading(parts.engine) as connection:
        told = told_entry(connection, own.read, own.indexed, lang)
    reasons = (
        (
            WrongReason.INCORRECT_DATA.value,
            _("Something in it is wrong"),
            _("It happened, but not as it was recorded. Record the right one afterwards."),
        ),
        (
            WrongReason.DID_NOT_OCCUR.value,
            _("It did not happen"),
            _("It was recorded by mistake."),
        ),
    )
    return render_template(
        "trace/declare.html",
        told=told,
        form=form,
        reasons=reasons,
        is_taken_back=own.is_taken_back,
        trace_path=trace_path,
    )
