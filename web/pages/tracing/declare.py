"""The page on which a party takes back an event of its own.

The rule that must stay true: only its recorder takes an event back, once, after having seen which
one; what was recorded stays, and the right event is recorded beside it.
"""

from dataclasses import dataclass
from hashlib import sha256
from trace.capture import Submission, submit
from trace.declaring import WrongReason, declaration_of
from trace.identifiers import read_uris
from trace.projections.reading import IndexedEvent, events_at, taken_back
from trace.reading import ReadEvent, read_events
from types import MappingProxyType
from typing import Final
from uuid import UUID

import orjson
from flask import redirect, render_template
from sqlalchemy import Connection
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import AppError, NotFound
from ledger.batch import Idempotency
from parties.access import Action, has_role_for
from parties.actors import Actor
from schemas.epcis import read_event
from web.pages.alerts import printed_code
from web.pages.event_reading import facts_of
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.tracing.things import entries_of
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form, blank, once_of, typed
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires

_FORM: Final = "declare"
_SEQ_END: Final = 1 << 62
_REASONS: Final = MappingProxyType({one.value: one for one in WrongReason})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Own:
    """An event of one's own; `code` is a code that it names, printed, "" for none."""

    read: ReadEvent
    indexed: IndexedEvent
    is_taken_back: bool
    code: str


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
@page_requires(Action.CAPTURE)
def declare_send(seq: int) -> WerkzeugResponse | tuple[str, int]:
    """Record the declaration; a form that is sent twice records one."""
    own, form = _own_event(seq), typed(_FORM)
    reason, once = _REASONS.get(form.choice("reason", _REASONS)), once_of(form)
    if reason is not None and form.is_good and not own.is_taken_back:
        _record(own.read, reason, form, once)
    if own.is_taken_back or form.is_good:
        return redirect(f"/work/entries/{seq}?done=1", 303)
    return _page(own, form), 400


def _record(read: ReadEvent, reason: WrongReason, form: Form, once: UUID | None) -> None:
    """Send the declaration through the one door; what it refuses stands in the form."""
    parts = services()
    said = declaration_of(read.event, read.event_hash, reason, parts.clock.now())
    # The instant is no part of the request: sent again it is the same one.
    same = sha256(f"{read.seq}\n{reason.value}".encode()).digest()
    try:
        body = orjson.dumps({"@context": [dict(read.namespaces)], **said})
        submission = Submission(
            actor=page_actor(),
            document=read_event(body, limits=parts.document_limits),
            idempotency=None
            if once is None
            else Idempotency(key=f"form:{once}", request_hash=same),
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
            code=_first_code(connection, parts.log, indexed),
        )


def _first_code(connection: Connection, log: int, indexed: IndexedEvent) -> str:
    uris = read_uris(connection, log, {item for _role, item in indexed.items[:1]})
    return next((printed_code(uri) for uri in uris.values()), "")


def _page(own: _Own, form: Form) -> str:
    parts, lang = services(), chosen_lang()
    with reading(parts.engine) as connection:
        entry = entries_of(connection, parts.log, [own.read.seq], lang)[own.read.seq]
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
        entry=entry,
        facts=facts_of(own.read.event, lang),
        code=own.code,
        form=form,
        reasons=reasons,
        is_taken_back=own.is_taken_back,
    )
