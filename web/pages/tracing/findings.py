"""Findings for whoever is signed in: what the events of goods say that cannot be right.

One rule: each page shows what the API would give the same actor, and judges through the same door.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from trace.findings.judgements import FindingState
from trace.findings.model import Severity
from trace.findings.reading import FindingQuery
from trace.findings.rule_table import RULES
from trace.findings.tables import NOTE_CHARS_MAX
from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import AppError, Conflict, InvalidInput
from codes.typed import uri_typed
from parties.access import Action, has_role_for
from parties.actors import Actor
from parties.directory import PartyCard, parties_by_id, products_by_uri, register_uris
from web.alerts import start_of
from web.findings import (
    Seen,
    WholeFinding,
    finding_for,
    findings_alike_for,
    findings_for,
    judge_finding_for,
)
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.tracing.picture import trace_path
from web.pages.tracing.things import Thing, entries_of, thing_of
from web.pages.work_blueprint import blueprint, name_of
from web.pages.work_forms import Form, blank, typed
from web.recall_marks import Badge, badges_for
from web.services import Services, services
from web.session import page_actor, page_requires

_PAGE_ROWS: Final = 30
# So many findings are read for a page: those of one cause are one row of it.
_READ_MAX: Final = 600
FILTERS: Final = ("state", "severity", "rule", "since", "code")
_SHOWN_MAX: Final = 20
_OF_CODE_MAX: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingRow:
    """A finding as a list shows it."""

    seen: Seen
    title: str
    sentence: str
    thing: Thing
    party: str
    alike: int = 0
    badges: Sequence[Badge] = ()


@blueprint.context_processor
def _sees_findings() -> dict[str, bool]:
    """Tell every page of the workbench whether its reader may see findings."""
    return {"sees_findings": has_role_for(page_actor(), Action.READ_FINDINGS)}


def findings_of(parts: Services, actor: Actor, uri: str) -> list[FindingRow]:
    """Return the newest findings of a code that `actor` may see."""
    if not has_role_for(actor, Action.READ_FINDINGS):
        return []
    found = findings_for(parts, actor, FindingQuery(rows_max=_OF_CODE_MAX, uri=uri))
    with reading(parts.engine) as connection:
        return _rows(connection, found)


@blueprint.get("/findings")
@page_requires(Action.READ_FINDINGS)
def findings() -> str:
    """List findings, the newest evidence first, by rule, severity, state and day."""
    parts, actor = services(), page_actor()
    form = Form(name="filter", values=request.args.to_dict())
    query = query_asked(form, _READ_MAX + 1)
    found = findings_for(parts, actor, query) if form.is_good else []
    causes, after = _by_cause(found)
    with reading(parts.engine) as connection:
        rows = _rows(connection, [many[0] for many in causes])
    rows = [replace(row, alike=len(many) - 1) for row, many in zip(rows, causes, strict=True)]
    titles = {rule.code: rule.title(chosen_lang()) for rule in RULES}
    return render_template(
        "trace/findings.html",
        rows=rows,
        form=form,
        rules=sorted(titles.items()),
        after=after,
        rows_max=parts.settings.finding_csv_rows_max,
        file_query={name: form.text(name) for name in FILTERS if form.text(name)},
    )


def query_asked(form: Form, rows_max: int) -> FindingQuery:
    """Return the findings that the filters of the page ask for; problems are noted."""
    since = form.day("since")
    states = {state.value: state for state in FindingState}
    severities = {severity.value: severity for severity in Severity}
    return FindingQuery(
        rows_max=rows_max,
        code=form.text("rule") or None,
        severity=severities.get(form.text("severity")),
        state=states.get(form.text("state")),
        since=None if since is None else start_of(since),
        uri=_uri_asked(form),
        after=form.id("after"),
    )


def _by_cause(found: Sequence[Seen]) -> tuple[list[list[Seen]], UUID | None]:
    """Return a page of findings by what caused them, and the last one on it where there are more.

    One gap in a pallet's readings is a finding about each thing on it, and one thing to look at.
    """
    causes: dict[tuple[str, int, int], list[Seen]] = {}
    for at, seen in enumerate(found[:_READ_MAX]):
        one = seen.finding
        cause = (one.code, one.first_seq, one.last_seq)
        if cause not in causes and len(causes) == _PAGE_ROWS:
            return list(causes.values()), found[at - 1].finding.id
        causes.setdefault(cause, []).append(seen)
    after = found[_READ_MAX - 1].finding.id if len(found) > _READ_MAX else None
    return list(causes.values()), after


@blueprint.get("/findings/<uuid:finding_id>")
@page_requires(Action.READ_FINDINGS)
def finding(finding_id: UUID) -> str:
    """Show one finding: what was noticed, the events that show it, and what was said of it."""
    return _finding_page(finding_for(services(), page_actor(), finding_id), blank("judge"))


@blueprint.post("/findings/<uuid:finding_id>/judgement")
@page_requires(Action.JUDGE_FINDINGS, keeps_typed=True)
def judge_finding(finding_id: UUID) -> WerkzeugResponse | tuple[str, int]:
    """Record what a finding turned out to be."""
    parts, actor, form = services(), page_actor(), typed("judge")
    # A note is one line: whoever pressed Enter meant a blank.
    note = " ".join(form.text("note").split())
    if not 1 <= len(note) <= NOTE_CHARS_MAX or not note.isprintable():
        form.wrong(
            "note", _("Say in 1 to %(most)s characters what it was.", most=str(NOTE_CHARS_MAX))
        )
    state = form.choice("state", {one.value: one for one in FindingState})
    try:
        if form.is_good:
            alike = findings_alike_for(parts, actor, finding_id) if form.is_ticked("alike") else []
            for one in (finding_id, *(seen.finding.id for seen in alike)):
                judge_finding_for(parts, actor, one, FindingState(state), note)
            return redirect(f"/work/findings/{finding_id}?done=judged", 303)
    except Conflict:
        form.wrong("", _("The authority has judged this already; ask it to open it again."))
    except InvalidInput:
        form.wrong("state", _("An owner explains; confirming is the authority's."))
    return _finding_page(finding_for(parts, actor, finding_id), form), 400


def _uri_asked(form: Form) -> str | None:
    text = form.text("code")
    if not text:
        return None
    try:
        return uri_typed(text)
    except AppError:
        form.wrong("code", _("No code can be read from this."))
        return None


def _finding_page(whole: WholeFinding, form: Form) -> str:
    parts, actor, lang = services(), page_actor(), chosen_lang()
    alike = findings_alike_for(parts, actor, whole.seen.finding.id)
    with reading(parts.engine) as connection:
        (row,) = _rows(connection, [whole.seen])
        others = _rows(connection, alike[:_SHOWN_MAX])
        entries = entries_of(connection, parts.log, [one.seq for one in whole.events], lang)
    return render_template(
        "trace/finding.html",
        row=row,
        others=others,
        alike=len(alike),
        whole=whole,
        form=form,
        entries=[entries[one.seq] for one in whole.events if one.seq in entries],
        may_judge=has_role_for(actor, Action.JUDGE_FINDINGS),
        is_owner=actor.party_id is not None,
        trace_path=trace_path,
        done=request.args.get("done") == "judged" and form.is_good,
    )


def _rows(connection: Connection, found: Sequence[Seen]) -> list[FindingRow]:
    lang = chosen_lang()
    names = {one.finding.uri: register_uris(one.finding.uri)[-1] for one in found}
    cards = products_by_uri(connection, set(names.values()))
    ids = {one.finding.party_id for one in found if one.finding.party_id is not None}
    parties = parties_by_id(connection, ids)
    badges = badges_for(connection, services().log, page_actor(), names)
    return [
        FindingRow(
            seen=one,
            title=one.title(lang),
            sentence=one.says(lang),
            thing=thing_of(one.finding.uri, cards.get(names[one.finding.uri]), None),
            party=_name(parties.get(one.finding.party_id) if one.finding.party_id else None),
            badges=badges.get(one.finding.uri, ()),
        )
        for one in found
    ]


def _name(card: PartyCard | None) -> str:
    return "" if card is None else name_of(card)
