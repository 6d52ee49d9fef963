"""Packs of drugs at the counter: scan one, read a plain answer, hand it out or put it back.

One rule: the page does what the interface does for the same party, and says no more than that.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from trace.drugs.acts import Done, Operation
from trace.drugs.answers import Answer, answers
from trace.drugs.model import State
from trace.drugs.table import state_table
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from flask import redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import AppError
from codes.labels.hri import hri_of
from parties.access import Action, has_role_for
from parties.directory import parties_by_id, products_by_uri, register_uris
from schemas.profiles.model import Kind
from schemas.profiles.registry import catalogue
from web.drugs import Finding, operate_for, read_codes, verify_for
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint, name_of, when
from web.pages.work_finding import sites_asked
from web.pages.work_forms import Form, blank, once_of, typed
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires

_TRACE_CODE: Final = "urn:suxin:drug-trace:"
_DETAIL: Final = "details."
_DONE: Final = frozenset(state.value for state in State)


@dataclass(frozen=True, slots=True, kw_only=True)
class PackView:
    """One pack as the page shows it; what its reader may not know is empty."""

    finding: Finding
    answer: Answer
    also: tuple[Answer, ...]
    name: str
    lines: tuple[str, ...]
    since: str
    by: str
    holder: str
    may_supply: bool
    may_undo: bool
    asks_if_here: bool
    compared: str
    is_in_hands: bool
    by_us: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFor:
    """One thing that the profile of the goods asks for beside the operation."""

    name: str
    label: str
    is_tick: bool


@blueprint.context_processor
def _drug_rights() -> dict[str, bool]:
    """Tell every page of the workbench whether its reader verifies packs."""
    return {"verifies_packs": has_role_for(page_actor(), Action.VERIFY_PACKS)}


@blueprint.get("/drugs")
@page_requires(Action.VERIFY_PACKS)
def drugs() -> str | tuple[str, int]:
    """Ask for a code; with one in the address show what it is, which goes on no record."""
    return _looked_at(blank("pack", code=request.args.get("code", "")), is_noted=False)


@blueprint.post("/drugs")
@page_requires(Action.VERIFY_PACKS)
def look_at_drugs() -> str | tuple[str, int]:
    """Show what a code is; to see a pack that was supplied elsewhere goes on record."""
    return _looked_at(typed("pack"), is_noted=True)


@blueprint.post("/drugs/operate")
@page_requires(Action.OPERATE_PACKS)
def operate_on_drugs() -> WerkzeugResponse | tuple[str, int]:
    """Hand packs out, take them out of the trade for another reason, or put them back."""
    parts, form = services(), typed("pack")
    state = form.choice("state", dict.fromkeys(state.value for state in State))
    try:
        if not state:
            return _page(form, (), ()), 400
        once = once_of(form)
        done = operate_for(
            parts,
            page_actor(),
            Operation(
                codes=read_codes(parts, [form.code("code")]),
                state=State(state),
                site=form.text("site"),
                key=None if once is None else f"page:{once}",
                is_still_here=form.is_ticked("still_here"),
                details=_details(form),
            ),
        )
    except AppError as refusal:
        lacking = _asked_for(form, refusal)
        if lacking:
            return _page(form, _findings(form, is_noted=False), (), asked=lacking), 400
        form.refuse(refusal, Refusals(fields={"codes": "code"}))
        return _page(form, (), ()), 400
    if all(one.refusal is None for one in done) and done:
        asked = urlencode({"code": form.code("code"), "done": state})
        return redirect(f"/work/drugs?{asked}", 303)
    return _page(form, _findings(form, is_noted=False), done), 409


def _details(form: Form) -> dict[str, str | bool]:
    """Return what was typed for the profile of the goods: terms of this service alone."""
    terms = catalogue().shared.library.terms
    found: dict[str, str | bool] = {}
    for name in form.values:
        term = terms.get(name.removeprefix(_DETAIL)) if name.startswith(_DETAIL) else None
        if term is not None and form.text(name):
            found[term.name] = True if term.kind is Kind.BOOLEAN else form.text(name)
    return found


def _asked_for(form: Form, refusal: AppError) -> list[AskedFor]:
    """Return the fields for what the profile of the goods lacks, with those that were filled in."""
    terms = catalogue().shared.library.terms
    wrong = {problem.path: problem for problem in refusal.problems}
    names = [path for path in wrong if path.startswith(_DETAIL)]
    if not names or any(path.removeprefix(_DETAIL) not in terms for path in names):
        return []
    filled = [name for name in form.values if name.startswith(_DETAIL) and form.text(name)]
    is_zh = chosen_lang() == "zh"
    fields = []
    for name in dict.fromkeys([*filled, *names]):
        term = terms.get(name.removeprefix(_DETAIL))
        if term is not None:
            label = term.label.zh if is_zh else term.label.en
            is_tick = term.kind is Kind.BOOLEAN
            fields.append(AskedFor(name=name, label=label, is_tick=is_tick))
    return fields


def _looked_at(form: Form, *, is_noted: bool) -> str | tuple[str, int]:
    if not form.code("code"):
        return _page(form, (), ())
    try:
        return _page(form, _findings(form, is_noted=is_noted), ())
    except AppError as refusal:
        form.refuse(refusal, Refusals(fields={"codes": "code"}))
        return _page(form, (), ()), 400


def _findings(form: Form, *, is_noted: bool) -> Sequence[Finding]:
    parts = services()
    codes = read_codes(parts, [form.code("code")])
    return verify_for(parts, page_actor(), codes, is_noted=is_noted)


def _page(
    form: Form,
    findings: Sequence[Finding],
    done: Sequence[Done],
    *,
    asked: Sequence[AskedFor] = (),
) -> str:
    party_id = page_actor().party_id
    told = request.args.get("done", "")
    with reading(services().engine) as connection:
        views = _views(connection, findings)
        sites = sites_asked(connection, party_id, form) if party_id is not None else None
    refused = Counter(one.refusal.value for one in done if one.refusal is not None)
    is_case = any(view.finding.checked.through for view in views)
    return render_template(
        "work/drugs.html",
        form=form,
        views=views,
        asked=asked,
        is_case=is_case,
        is_empty=bool(findings) is False and bool(form.code("code")) and form.is_good,
        counts=_counts(views),
        ready=sum(view.may_supply for view in views),
        sites=sites,
        refused=[(answers()[code].title(chosen_lang()), count) for code, count in refused.items()],
        done_count=sum(one.refusal is None for one in done),
        told=told if told in _DONE else "",
        told_title=state_table().rows[State(told)].title(chosen_lang()) if told in _DONE else "",
        reasons=[
            (row.state.value, row.title(chosen_lang()))
            for row in state_table().rows.values()
            if row.state not in (State.ACTIVE, State.SUPPLIED)
        ],
    )


def _counts(views: Sequence[PackView]) -> list[tuple[Answer, int]]:
    found = Counter(view.answer.code for view in views)
    return [(answers()[code], count) for code, count in found.most_common()]


def _views(connection: Connection, findings: Sequence[Finding]) -> list[PackView]:
    parties = parties_by_id(connection, {one for of in findings for one in _parties_of(of)})
    names = {party_id: name_of(card) for party_id, card in parties.items()}
    uris = {uri for one in findings for uri in register_uris(one.checked.pack.uri)}
    products = {uri: name_of(card) for uri, card in products_by_uri(connection, uris).items()}
    return [_view(one, names, products) for one in findings]


def _parties_of(one: Finding) -> tuple[UUID, ...]:
    said = (one.told.holder, one.told.by_party, *one.told.receivers)
    return tuple(party for party in said if party is not None)


def _view(one: Finding, names: Mapping[UUID, str], products: Mapping[str, str]) -> PackView:
    checked, party_id = one.checked, page_actor().party_id
    state = checked.pack.state
    by = state.by
    is_own_act = by is not None and party_id is not None and by.party_id == party_id
    rule = state_table().undo_of(state.state, by.at.date()) if by is not None else None
    is_in_hands = party_id is not None and party_id in checked.hands.may_act
    product = next(
        (products[uri] for uri in register_uris(checked.pack.uri) if uri in products), ""
    )
    return PackView(
        finding=one,
        answer=answers()[checked.code],
        also=tuple(answers()[code] for code in checked.codes[1:]),
        name=product,
        lines=hri_of(checked.pack.uri) or (checked.pack.uri.removeprefix(_TRACE_CODE),),
        since=when(by.at) if by is not None else "",
        by=_("you") if is_own_act else _name(names, one.told.by_party),
        holder=_name(names, one.told.holder),
        may_supply=is_in_hands and checked.code == State.ACTIVE.value,
        may_undo=is_own_act and rule is not None,
        asks_if_here=rule is not None and rule.not_handed_over,
        compared=_compared(checked.compared),
        is_in_hands=is_in_hands,
        by_us=is_own_act,
    )


def _compared(agreeing: Sequence[str]) -> str:
    """Say what agrees of the label, and what its reader has to compare himself."""
    if len(agreeing) > 1:
        return _("Lot and expiry date are those that its maker recorded.")
    if "lot" in agreeing:
        return _("The lot agrees; compare the expiry date with the pack yourself.")
    if agreeing:
        return _("The expiry date agrees; compare the lot with the pack yourself.")
    return _("Compare lot and expiry date below with the pack yourself.")


def _name(names: Mapping[UUID, str], party_id: UUID | None) -> str:
    return "" if party_id is None else names.get(party_id, "")
