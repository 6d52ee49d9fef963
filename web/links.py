"""Links of one's own products, lots and things as the doors offer them: interface and pages alike.

The rule that must stay true: who keeps, chooses or ends a link is the present owner of its code,
whoever kept it; what is nobody's any more is still its keeper's.
"""

from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from base.db import reading, transaction
from base.errors import Conflict, NotFound
from parties.access import Action, Subject, require
from parties.actors import Actor
from parties.link_drafts import LinkDraft, checked_link
from parties.links import (
    LinkLimits,
    add_link,
    end_link,
    link_of_request,
    lock_links,
    set_default,
)
from parties.register import Registered, one_of, remember_request
from parties.tables import PRODUCT_LINK
from web.idempotency import request_hash
from web.services import Services


def checked(parts: Services, draft: LinkDraft) -> LinkDraft:
    """Return a draft with every field in its one spelling; raises `InvalidInput`."""
    return checked_link(draft, own_root=parts.settings.effective_public_url)


def keep(parts: Services, actor: Actor, draft: LinkDraft, *, key: str | None) -> Registered:
    """Keep a checked link of one's own code; the same request under the same key is one.

    Raises `NotFound` where the code is nobody's, `Forbidden` where it is another's, and `Conflict`.
    """
    owner = parts.owners.owners_of((draft.uri,))[draft.uri]
    if owner is None:
        raise NotFound("Nobody has registered this product or place, or issued this code.")
    require(actor, Action.MANAGE_LINKS, Subject(party_ids=frozenset({owner})))
    with transaction(parts.engine) as connection:
        lock_links(connection, owner)
        kept = _kept(connection, parts, actor, owner, draft, key)
    parts.links.forget(draft.uri)
    return kept


def _kept(
    connection: Connection,
    parts: Services,
    actor: Actor,
    owner: UUID,
    draft: LinkDraft,
    key: str | None,
) -> Registered:
    asked = request_hash(draft)
    if key is not None:
        made = link_of_request(connection, actor=actor.id, idempotency_key=key, request_hash=asked)
        if made is not None:
            return Registered(id=made, is_new=False)
    limits = LinkLimits(
        anchor_max=parts.settings.links_anchor_max, party_max=parts.settings.links_party_max
    )
    now = parts.clock.now()
    kept = add_link(connection, owner, draft, now=now, limits=limits)
    if key is not None:
        remember_request(
            connection,
            actor=actor.id,
            idempotency_key=key,
            request_hash=asked,
            row_id=kept.id,
            now=now,
        )
    return kept


def choose_default(
    parts: Services, actor: Actor, link_id: UUID, *, is_default: bool
) -> dict[str, Any]:
    """Make a link the one default of its code, or leave the code to the ledger's page.

    Returns the link; raises `NotFound`, `Forbidden`, and `Conflict` for one that has ended or that
    a former owner kept.
    """
    link, owner = _own_link(parts, actor, link_id)
    if is_default and link["party_id"] != owner:
        raise Conflict("A former owner kept this link: end it, and keep one of your own.")
    with transaction(parts.engine) as connection:
        lock_links(connection, owner)
        set_default(connection, link_id, is_default=is_default)
        row = link_row(connection, link_id)
    parts.links.forget(row["uri"])
    return row


def end(parts: Services, actor: Actor, link_id: UUID) -> dict[str, Any]:
    """End a link for ever, a former owner's too, and return it; again changes nothing."""
    _, owner = _own_link(parts, actor, link_id)
    with transaction(parts.engine) as connection:
        lock_links(connection, owner)
        end_link(connection, link_id, now=parts.clock.now())
        row = link_row(connection, link_id)
    parts.links.forget(row["uri"])
    return row


def link_row(connection: Connection, link_id: UUID) -> dict[str, Any]:
    """Return one link, also one that has ended; raises `NotFound`."""
    return dict(one_of(connection, PRODUCT_LINK, link_id)._mapping)  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy


def _own_link(parts: Services, actor: Actor, link_id: UUID) -> tuple[dict[str, Any], UUID]:
    """Return a link of a code that is the actor's now, and whose that is.

    Raises `NotFound`, and `Forbidden` where the code is another's, whoever kept the link.
    """
    with reading(parts.engine) as connection:
        link = link_row(connection, link_id)
    owner: UUID = parts.owners.owners_of((link["uri"],))[link["uri"]] or link["party_id"]
    require(actor, Action.MANAGE_LINKS, Subject(party_ids=frozenset({owner})))
    return link, owner
