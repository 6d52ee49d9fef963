"""What the signed-in pages share: their blueprint, who is signed in, what is theirs.

The rule that must stay true: nothing of these pages is kept by anybody on the way, and no form of
theirs is taken that this very session did not make.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from flask import Blueprint, Response, request
from sqlalchemy import Connection

from base.clock import CIVIL_ZONE
from base.db import reading
from parties.access import Action, has_role_for
from parties.actors import Actor, Role
from parties.directory import PartyCard, ProductCard, parties_by_id, products_by_id
from parties.issuing.blocks import Block
from parties.issuing.label_orders import left_out_in, shortened_in
from parties.tasks import Task
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.sheet_words import sheet_title
from web.pages.sign_in import stale_form
from web.pages.work_forms import Form, fresh_once
from web.services import services
from web.session import guard_forms, page_actor, page_session

_PAGE_ROWS: Final = 50

blueprint = Blueprint("work", __name__, url_prefix="/work")
guard_forms(blueprint, stale_form)


@blueprint.after_request
def _keep_nothing(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.context_processor
def _shared() -> dict[str, Any]:
    """Give every page who is signed in, and what makes its forms one request each."""
    actor = page_actor()
    return {
        "me": me_words(actor),
        "person": "" if actor.is_anonymous else page_session().name,
        "may_issue": has_role_for(actor, Action.ISSUE_CODES),
        "reads_codes": has_role_for(actor, Action.READ_CODES),
        "supervises": actor.role is Role.AUTHORITY,
        "reads_records": has_role_for(actor, Action.QUERY),
        "sees_prefixes": actor.role in (Role.PRODUCER, Role.OPERATOR),
        "once": fresh_once,
        "when": when,
        "told_by": told_by,
        "name_of": name_of,
        "sheet_title": sheet_title,
    }


def me_words(actor: Actor) -> str:
    """Return the name of the party that is signed in, or the role of a key without one."""
    if actor.party_id is not None:
        with reading(services().engine) as connection:
            party = parties_by_id(connection, [actor.party_id]).get(actor.party_id)
        return "" if party is None else name_of(party)
    roles = {
        Role.AUTHORITY: _("Supervision"),
        Role.AUDITOR: _("Audit"),
        Role.OPERATOR: _("Operator"),
    }
    return "" if actor.role is None else roles.get(actor.role, "")


def name_of(card: PartyCard | ProductCard) -> str:
    """Return a name in the language of the request, the Chinese one where there is no other."""
    return card.name_zh if chosen_lang() == "zh" else card.name_en or card.name_zh


def page_rows() -> int:
    """Return how many rows a page of a list has."""
    rows_max: int = services().settings.page_size_max
    return min(_PAGE_ROWS, rows_max)


def id_asked(name: str) -> UUID | None:
    """Return an id in the address, None for nothing or anything else."""
    return Form(name="", values=request.args.to_dict()).id(name)


def when(instant: datetime) -> str:
    """Return an instant as clocks in China show it."""
    return instant.astimezone(CIVIL_ZONE).strftime("%Y-%m-%d %H:%M")


def told_by(task: Task) -> str:
    """Return what a finished task has to say of what it made, "" for nothing."""
    cut, void = shortened_in(task.message), left_out_in(task.message)
    said = [shortened_words(cut)] if cut else []
    if void:
        said.append(_("Void codes that were left out: %(count)s.", count=f"{void:,}"))
    return " ".join(said)


def shortened_words(count: int) -> str:
    """Return the sentence about labels whose text did not fit."""
    return _("Labels on which the text was too long and is cut: %(count)s.", count=f"{count:,}")


def products_of(connection: Connection, blocks: Sequence[Block]) -> Mapping[UUID, ProductCard]:
    """Return the products of some blocks."""
    return products_by_id(connection, {one.product_id for one in blocks if one.product_id})


def block_title(block: Block, products: Mapping[UUID, ProductCard]) -> str:
    """Return what a block is for: its product, or the kind of key that was made."""
    product = products.get(block.product_id) if block.product_id else None
    return kind_title(block) if product is None else name_of(product)


def kind_title(block: Block) -> str:
    """Return the name of a block's kind."""
    return block.kind.title_zh if chosen_lang() == "zh" else block.kind.title_en
