"""A desk of recalls over the story of yoghurt, and its people."""

from trace.recall.model import Criteria, Line
from trace.recall.opening import OpenRequest, RecallDesk, open_recall
from trace.recall.reading import Notice, Recall, lines_of, newest_scope, notices_of
from trace.recall.selection import Bounds
from typing import Any
from uuid import UUID

from base.db import reading, transaction
from parties.actors import Actor, Role, actor_of_key
from parties.drafts import ProductDraft
from parties.register import register_product
from tests.instances import Installation

AUTHORITY = actor_of_key(key_id=UUID(int=99), role=Role.AUTHORITY, party_id=None)
BOUNDS = Bounds(events_max=10_000, items_max=10_000, depth_max=64)


def desk_of(installation: Installation) -> RecallDesk:
    return RecallDesk(
        journal=installation.desk.journal,
        clock=installation.clock,
        owners_of=installation.desk.owners.owners_of,
        bounds=BOUNDS,
        open_max=3,
    )


def own(installation: Installation, name: str, gtin: str) -> Actor:
    """Register a product of a party; return the party."""
    actor = installation.party(name)
    assert actor.party_id is not None
    uri = f"https://id.gs1.org/01/{gtin}"
    draft = ProductDraft(party_id=actor.party_id, uri=uri, name_zh=f"{name}的货")
    with transaction(installation.engine) as connection:
        register_product(connection, draft, now=installation.clock.now())
    installation.desk.owners.forget(uri)
    return actor


def opened(
    installation: Installation, *codes: str, actor: Actor = AUTHORITY, **changed: Any
) -> Recall:
    """Open a recall of class 1 of some codes."""
    criteria = changed.pop("criteria", Criteria(codes=codes))
    request = OpenRequest(domain="food", level=1, reason="检出单增李斯特菌", criteria=criteria)
    if changed.pop("is_mock", False):
        request = OpenRequest(
            domain="food", level=1, reason="演练", criteria=criteria, is_mock=True
        )
    return open_recall(desk_of(installation), actor, request, **changed)


def lines(installation: Installation, recall: Recall) -> list[Line]:
    with reading(installation.engine) as connection:
        scope = newest_scope(connection, 1, recall.id)
        return lines_of(connection, 1, scope.id)


def notices(installation: Installation, recall: Recall) -> dict[str, Notice]:
    """Return the newest notices by the names of the parties."""
    names = {actor.party_id: name for name, actor in installation.parties.items()}
    with reading(installation.engine) as connection:
        found = notices_of(connection, 1, recall.id)
    return {names[one.party_id]: one for one in found}
