"""Recording what happened to goods: scan, choose the step, fill in, look at it in words, send.

The rule that must stay true: nothing is recorded before its sender has seen it in words, and a form
that is sent twice records one event.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from trace.capture_problems import is_advice
from trace.captures import Capture, read_capture
from trace.reading import ReadEvent, read_events
from trace.refusal_words import zh_of
from types import MappingProxyType
from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from markupsafe import Markup
from sqlalchemy import Connection
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import AppError, NotFound, Problem
from codes.canonical import uri_of_text
from codes.gs1.digital_link import CANONICAL_STEM
from codes.qr import svg
from codes.typed import uri_typed
from parties.access import Action
from parties.actors import Actor
from parties.directory import ProductCard, products_by_uri, register_uris
from parties.finding import Search, find_products, find_sites
from schemas.profiles.paths import goods_lists
from schemas.profiles.reading import objects
from schemas.profiles.registry import catalogue
from web.issuing import party_of
from web.pages.event_defaults import KnownCode, defaults_of, known_code
from web.pages.event_form import inputs_of, partners_in, read_event_form, record, said_of
from web.pages.event_goods import (
    UNITS,
    GoodsBlock,
    blocks_of,
    code_text,
    row_count,
    rows_max,
)
from web.pages.event_matching import carried, class_typed, matching
from web.pages.event_recalls import is_recalled, said_of_code, said_of_event
from web.pages.event_steps import EventStep, general_steps, likely_of, step_of, steps_of
from web.pages.languages import chosen_lang
from web.pages.partners import Partner, recent_partners, resolved, shown, texts_of
from web.pages.work_blueprint import blueprint, name_of, page_rows, when
from web.pages.work_forms import Form, blank, typed
from web.resolver.entry import entry_path
from web.services import services
from web.session import page_actor, page_requires

_FORM: Final = "event"
_ALWAYS: Final = frozenset({"eventTime", "readPoint.id"})
_NO_CHOICES: Final[Mapping[str, tuple[Partner, ...]]] = MappingProxyType({})
_AS: Final = "as-"
_DIGITAL_LINK: Final = f"{CANONICAL_STEM}/"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What a form is drawn on: the code, one's own sites and products."""

    text: str
    known: KnownCode | None
    sites: dict[str, str]
    products: dict[str, str]
    partners: tuple[Partner, ...]
    recalled: list[str]


@blueprint.get("/event/new")
@page_requires(Action.CAPTURE)
def event_new() -> str | tuple[str, int]:
    """Ask which step it is, or show the form of the one that the address names."""
    ground = _ground(request.args.get("code", ""))
    step = step_of(request.args.get("step", ""))
    if step is None:
        return _steps_page(ground)
    fitting = matching(step, "" if ground.known is None else ground.known.class_code)
    if len(fitting) > 1:
        return _steps_page(ground, fitting)
    step = fitting[0] if fitting else step
    site = next(iter(ground.sites), "")
    values = defaults_of(ground.known, step, now=services().clock.now(), site=site)
    return _form_page(ground, step, blank(_FORM, **values))


@blueprint.post("/event/new")
@page_requires(Action.CAPTURE, keeps_typed=True)
def event_send() -> WerkzeugResponse | str | tuple[str, int]:
    """Add a row, show the event in words, or record it: what the pressed button says."""
    form = typed(_FORM)
    ground, step = _ground(form.text("code")), step_of(form.text("step"))
    if step is None:
        return _steps_page(ground)
    act = form.text("act")
    again = _asked_again(ground, step, form, act)
    if again is not None:
        return again
    with reading(services().engine) as connection:
        form, choices = resolved(connection, form, partners_in(step))
    if act == "find" or choices:
        return _form_page(ground, step, form, choices), 400 if form.problems else 200
    return _sent(ground, step, form, is_last=act == "send")


def _asked_again(ground: _Ground, step: EventStep, form: Form, act: str) -> str | None:
    """Show the form with a row more, as it was, or as the goods' class asks; None to go on."""
    chosen = step_of(act.removeprefix(_AS)) if act.startswith(_AS) else None
    if chosen is not None:
        return _form_page(ground, chosen, carried(form, chosen))
    for block in blocks_of(step.sheet):
        if act == f"more-{block.name}":
            count = min(row_count(form, block) + 1, rows_max())
            more = {**form.values, f"{block.name}-rows": str(count)}
            return _form_page(ground, step, replace(form, values=more))
    if act == "change":
        return _form_page(ground, step, form)
    with reading(services().engine) as connection:
        fitting = matching(step, class_typed(connection, form, step))
    if len(fitting) > 1:
        return _which_page(ground, fitting, form)
    if fitting:
        return _form_page(ground, fitting[0], carried(form, fitting[0]), is_told=True)
    return None


def _sent(
    ground: _Ground, step: EventStep, form: Form, *, is_last: bool
) -> WerkzeugResponse | str | tuple[str, int]:
    """Show the event in words or record it; what is wrong stands beside its field."""
    class_code = "" if ground.known is None else ground.known.class_code
    event, warnings = read_event_form(form, step, class_code=class_code)
    if form.is_good and not is_last:
        return _preview_page(ground, step, form, warnings, said_of_event(services(), event))
    if form.is_good:
        capture_id = record(services(), page_actor(), form, step, event)
        if capture_id is not None:
            return redirect(f"/work/event/{capture_id}", 303)
    return _form_page(ground, step, form), 400


@blueprint.get("/event/<uuid:capture_id>")
@page_requires(Action.CAPTURE)
def event_receipt(capture_id: UUID) -> str:
    """Show that an event of one's own is recorded, and what may be done next."""
    parts, actor = services(), page_actor()
    with reading(parts.engine) as connection:
        capture = read_capture(connection, parts.log, capture_id)
        if capture.party_id != actor.party_id or capture.first_seq is None:
            raise NotFound("There is no event of yours under this number.")
        found = read_events(connection, parts.log, [capture.first_seq], actor)
        return _receipt_page(connection, actor, capture, found[capture.first_seq])


def _ground(text: str) -> _Ground:
    parts, actor = services(), page_actor()
    party_id = party_of(actor, Action.CAPTURE)
    with reading(parts.engine) as connection:
        try:
            known = known_code(connection, parts, actor, uri_typed(text)) if text else None
        except AppError:
            known = None
        search = Search(rows_max=page_rows())
        recalled = said_of_code(connection, parts, known.uri) if known else []
        sites = find_sites(connection, party_id, search).cards
        products = list(find_products(connection, party_id, search).cards)
        partners = recent_partners(connection, party_id)
    is_zh = chosen_lang() == "zh"
    return _Ground(
        text=text,
        known=known,
        sites={site.uri: site.name_zh if is_zh else site.name_en or site.name_zh for site in sites},
        products={one.uri: name_of(one) for one in products},
        partners=partners,
        recalled=recalled,
    )


def _which_page(ground: _Ground, steps: Sequence[EventStep], form: Form) -> str:
    """Ask which step of the goods' profile is meant; what was typed is carried along."""
    return render_template(
        "work/event_which.html",
        code=ground.text,
        steps=steps,
        values={key: value for key, value in form.values.items() if key not in _OF_THE_PAGE},
        is_zh=chosen_lang() == "zh",
    )


def _steps_page(ground: _Ground, fitting: Sequence[EventStep] = ()) -> str:
    """Ask which step it is; `fitting` are those that a general one may mean for these goods."""
    known = ground.known
    own = steps_of(known.class_code) if known is not None else ()
    last_step, last_cte = ("", "") if known is None else (known.last_step, known.last_cte)
    if not last_step and known is not None and not _is_own(known):
        # What is of somebody else and has no record that may be seen was sent by them.
        last_step = "shipping"
    likely, others = likely_of(fitting or own or general_steps(), last_step, last_cte)
    return render_template(
        "work/event_steps.html",
        code=ground.text,
        code_text=ground.text if known is None else code_text(known.uri),
        known=known,
        recalled=ground.recalled,
        name=_name(known),
        likely=likely,
        others=others,
        general=general_steps() if own and not fitting else (),
        is_zh=chosen_lang() == "zh",
    )


def _form_page(
    ground: _Ground,
    step: EventStep,
    form: Form,
    choices: Mapping[str, tuple[Partner, ...]] = _NO_CHOICES,
    *,
    is_told: bool = False,
) -> str:
    """Draw a form; `is_told` says that the class of the goods asks for more than was asked."""
    inputs = inputs_of(step)
    with reading(services().engine) as connection:
        form = shown(connection, form, partners_in(step))
    wrong = set(form.problems)
    # A step that fits anything has few fields: none of them is put away.
    asked = [
        one
        for one in inputs
        if one.is_required or one.name in wrong or one.name in _ALWAYS or not step.profile
    ]
    return render_template(
        "work/event.html",
        code=ground.text,
        name=_name(ground.known),
        recalled=ground.recalled,
        step=step,
        form=form,
        is_told=is_told,
        blocks=[(block, row_count(form, block)) for block in blocks_of(step.sheet)],
        asked=asked,
        others=[one for one in inputs if one not in asked],
        sites=ground.sites,
        products=ground.products,
        units=_units(),
        partners=ground.partners,
        choices={key: [(one.uri, one.text) for one in some] for key, some in choices.items()},
        unit_of={block.name: _unit_of(step, block) for block in blocks_of(step.sheet)},
        rows_max=rows_max(),
        is_zh=chosen_lang() == "zh",
    )


def _preview_page(
    ground: _Ground, step: EventStep, form: Form, warnings: list[str], recalled: list[str]
) -> str:
    return render_template(
        "work/event_preview.html",
        name=_name(ground.known),
        step=step,
        form=form,
        goods=[(block, _goods_said(ground, form, block)) for block in blocks_of(step.sheet)],
        said=list(said_of(form, step, {**ground.sites, **_partner_texts(form, step)})),
        warnings=warnings,
        recalled=recalled,
        values={key: value for key, value in form.values.items() if key not in _OF_THE_PAGE},
        is_zh=chosen_lang() == "zh",
    )


def _partner_texts(form: Form, step: EventStep) -> dict[str, str]:
    uris = [form.text(name) for name in partners_in(step) if form.text(name)]
    with reading(services().engine) as connection:
        return texts_of(connection, uris)


_OF_THE_PAGE: Final = frozenset({"csrf_token", "act"})


def _receipt_page(connection: Connection, actor: Actor, capture: Capture, event: ReadEvent) -> str:
    uris = _uris_of(event)
    uri = uris[0] if uris else ""
    products = products_by_uri(connection, register_uris(uri)) if uri else {}
    product: ProductCard | None = next(iter(products.values()), None)
    path = entry_path(uri) if uri.startswith(_DIGITAL_LINK) else ""
    advice = [one for one in capture.problems if is_advice(one)]
    recalled = [_told(one) for one in advice if is_recalled(one)]
    address = f"{services().settings.effective_public_url}{path}" if path else ""
    return render_template(
        "work/event_done.html",
        event=event.event,
        uri=uri,
        text=code_text(uri),
        count=len(uris),
        product=product,
        is_own=product is not None and product.party_id == actor.party_id,
        path=path,
        # What the library draws holds nothing that somebody typed but the escaped title.
        qr=Markup(svg(address)) if address else "",  # noqa: S704 -- as said above
        address=address,
        seq=capture.first_seq,
        recalled=recalled,
        advice=[_told(one) for one in advice if not is_recalled(one)],
        advice_count=capture.counts.advice - len(recalled),
        at=when(event.recorded_at),
    )


def _told(problem: Problem) -> str:
    return zh_of(problem) if chosen_lang() == "zh" else problem.message


def _uris_of(event: ReadEvent) -> list[str]:
    """Return the codes that an event is about, as they are known everywhere."""
    items, lots = goods_lists(str(event.event.get("type")))
    named = event.event.get(items)
    texts = [one for one in named if isinstance(one, str)] if isinstance(named, list) else []
    texts += [str(lot.get("epcClass")) for lot in objects(event.event.get(lots))]
    parent = event.event.get("parentID")
    return [uri_of_text(text) for text in ([parent] if isinstance(parent, str) else []) + texts]


def _is_own(known: KnownCode) -> bool:
    return known.product is not None and known.product.party_id == page_actor().party_id


def _name(known: KnownCode | None) -> str:
    return "" if known is None or known.product is None else name_of(known.product)


def _units() -> tuple[tuple[str, str], ...]:
    known, is_zh = catalogue().shared.library.units, chosen_lang() == "zh"
    named = [known[code] for code in UNITS]
    return tuple((unit.code, unit.label.zh if is_zh else unit.label.en) for unit in named)


def _unit_of(step: EventStep, block: GoodsBlock) -> str:
    """Return the unit that the profile asks for, "" for any."""
    found = [
        kde.unit.code
        for kde in step.sheet.way.kdes
        if kde.unit is not None and kde.path == f"{block.lots}[].quantity"
    ]
    return found[0] if found else ""


def _goods_said(ground: _Ground, form: Form, block: GoodsBlock) -> list[tuple[str, str]]:
    """Return what a block holds, in words: what, and how much of it."""
    unit = dict(_units_by_code()).get(form.text(f"{block.name}-unit"), "")
    if not block.is_made:
        rows = range(row_count(form, block))
        texts = [(form.text(f"{block.name}-{at}-code"), f"{block.name}-{at}-amount") for at in rows]
        return [
            (code_text(uri_typed(text)), _much(form, name, unit)) for text, name in texts if text
        ]
    product = ground.products.get(form.text(f"{block.name}-product"), "")
    lot = form.text(f"{block.name}-lot")
    said = [(f"{product} {lot}", _much(form, f"{block.name}-amount", unit))] if lot else []
    return said + [(line, "") for line in form.text(f"{block.name}-items").splitlines() if line]


def _much(form: Form, name: str, unit: str) -> str:
    amount = form.text(name)
    return f"{amount} {unit}".strip() if amount else ""


def _units_by_code() -> list[tuple[str, str]]:
    is_zh = chosen_lang() == "zh"
    units = catalogue().shared.library.units.values()
    return [(unit.code, unit.label.zh if is_zh else unit.label.en) for unit in units]
