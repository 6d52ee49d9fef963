"""Getting codes: choose what they are for, of which kind, how many; then the block is there.

The rule that must stay true: a form that is sent twice makes one block.
"""

import hashlib
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from flask import redirect, render_template, request
from sqlalchemy import Connection
from werkzeug.wrappers import Response as WerkzeugResponse

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import AppError, NotFound
from ledger.batch import Idempotency
from parties.access import Action
from parties.directory import ProductCard, certificates_of, parties_by_id, products_by_id
from parties.issuing.blocks import BlockRequest, issue_block
from parties.issuing.prefixes import open_prefixes
from parties.issuing.tag_keys import list_tag_keys
from web.issuing import issuer_of, party_of
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint
from web.pages.work_finding import products_asked
from web.pages.work_forms import Form, blank, once_of, typed
from web.pages.work_kinds import Offer, offers_for, offers_of, registrations_of
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires

# As many as are on the sheet that is sold most.
_COUNT_DEFAULT: Final = 24
_PREFIX_KINDS: Final = ("sscc", "gtin", "gln")
_PRODUCTIONS: Final = ("1", "2", "3")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What codes are made on: a product or a prefix, with what is offered for it."""

    product: ProductCard | None
    prefix: str
    offers: list[Offer]
    registrations: list[str]
    can_sign: bool


@blueprint.get("/codes")
@page_requires(Action.ISSUE_CODES)
def codes() -> str:
    """Ask what codes are for; then of which kind and how many."""
    parts = services()
    party_id = party_of(page_actor(), Action.ISSUE_CODES)
    with reading(parts.engine) as connection:
        ground = _ground(connection, party_id, request.args.to_dict())
        if ground is None:
            return _choose(connection, party_id)
    form = blank("codes", count=_COUNT_DEFAULT, kind=ground.offers[0].kind.name, production="1")
    return _page(ground, form)


@blueprint.post("/codes")
@page_requires(Action.ISSUE_CODES, keeps_typed=True)
def issue() -> WerkzeugResponse | tuple[str, int] | str:
    """Issue a block and show it."""
    parts, actor = services(), page_actor()
    party_id = party_of(actor, Action.ISSUE_CODES)
    form = typed("codes")
    with reading(parts.engine) as connection:
        ground = _ground(connection, party_id, dict(form.values))
        if ground is None:
            return _choose(connection, party_id), 400
    wanted = _read(form, ground)
    if form.is_good:
        try:
            block = issue_block(issuer_of(parts), actor, wanted, idempotency=_once(form, wanted))
        except AppError as refusal:
            _refuse(form, refusal, wanted)
        else:
            return redirect(f"/work/blocks/{block.id}?done=issued", 303)
    return _page(ground, form), 400


def _ground(connection: Connection, party_id: UUID, asked: dict[str, str]) -> _Ground | None:
    """Return what was chosen; None where nothing was. Raises `NotFound` for what is not one's own.

    The choice is in the address and in the form, so that a page can be kept as a bookmark.
    """
    parts = services()
    if asked.get("prefix"):
        claims = open_prefixes(connection, party_id)
        confirmed = {row.prefix for row in claims if row.confirmed_at}
        if asked["prefix"] not in confirmed:
            raise NotFound("This prefix is not confirmed for your party.")
        return _Ground(
            product=None,
            prefix=asked["prefix"],
            offers=offers_of(_PREFIX_KINDS),
            registrations=[],
            can_sign=False,
        )
    if not asked.get("product"):
        return None
    product = _own_product(connection, party_id, asked["product"])
    party = parties_by_id(connection, [party_id])[party_id]
    papers = certificates_of(connection, party_ids=[party_id], product_ids=[product.id])
    today = parts.clock.now().astimezone(CIVIL_ZONE).date()
    return _Ground(
        product=product,
        prefix="",
        offers=offers_for(product, party, papers, today),
        registrations=registrations_of(product, papers, today),
        can_sign=any(key.state == "signing" for key in list_tag_keys(connection)),
    )


def _own_product(connection: Connection, party_id: UUID, text: str) -> ProductCard:
    product_id = Form(name="", values={"product": text}).id("product")
    found = products_by_id(connection, [product_id] if product_id else [])
    product = next(iter(found.values()), None)
    if product is None or product.party_id != party_id:
        raise NotFound("There is no product with that id.")
    return product


def _read(form: Form, ground: _Ground) -> BlockRequest:
    kind = form.choice("kind", {offer.kind.name: offer for offer in ground.offers})
    is_pesticide = kind == "pesticide_unit"
    more: dict[str, Any] = {}
    if is_pesticide:
        more["registration"] = form.code("registration")
        more["production"] = form.choice("production", dict.fromkeys(_PRODUCTIONS))
        more["spec"] = form.code("spec")
    if ground.prefix and form.code("first"):
        more["first"] = form.whole("first")
        more["confirm_first"] = form.is_ticked("confirm_first")
    return BlockRequest(
        kind=kind,
        count=form.whole("count"),
        product_id=ground.product.id if ground.product else None,
        prefix=ground.prefix,
        is_signed=kind == "gs1_serial" and form.is_ticked("is_signed"),
        **more,
    )


def _refuse(form: Form, refusal: AppError, wanted: BlockRequest) -> None:
    """Note what was refused; a high first number brings a box to tick, which says what it costs."""
    if any(problem.code == "confirm_first" for problem in refusal.problems):
        said = _(
            "Numbers that would be given up for ever: %(count)s. Tick this if that is meant.",
            count=f"{wanted.first:,}",
        )
        form.wrong("confirm_first", said)
        return
    form.refuse(refusal, Refusals(most=services().settings.codes_block_max))


def _once(form: Form, wanted: BlockRequest) -> Idempotency | None:
    once = once_of(form)
    if once is None:
        return None
    # The same form with something else in it is another request.
    digest = hashlib.sha256(repr(wanted).encode())
    return Idempotency(key=f"page:{once}:{digest.hexdigest()[:32]}", request_hash=digest.digest())


def _choose(connection: Connection, party_id: UUID) -> str:
    claims = open_prefixes(connection, party_id)
    return render_template(
        "work/choose.html",
        found=products_asked(connection, party_id),
        prefixes=[row.prefix for row in claims if row.confirmed_at],
    )


def _page(ground: _Ground, form: Form) -> str:
    return render_template(
        "work/codes.html",
        ground=ground,
        form=form,
        most=services().settings.codes_block_max,
        productions=_PRODUCTIONS,
    )
