"""Which codes are on record here at all, so that made-up ones leave nothing behind.

One rule: a summary outlives its scans, so a row is begun only for a code that an event names or
that this ledger issued; anybody could fill a disk with others.
"""

from collections.abc import Callable, Mapping, Sequence
from trace.identifiers import find_ids, key_of
from trace.scans.subjects import Subject
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import Connection, select

from base.installation_secret import InstallationSecret
from parties.issuing.kinds import place_of
from parties.issuing.series import find_series
from parties.issuing.state import states_of
from parties.tables import PRODUCT

LookUp: TypeAlias = Callable[[Connection, Sequence[Subject]], Mapping[str, int]]
"""Returns, by URI, the number of the product of each code that is on record, and no other."""


def known_codes(secret: InstallationSecret, log: int) -> LookUp:
    """Return what looks codes up in the event index and among the issued ones."""

    def look_up(connection: Connection, subjects: Sequence[Subject]) -> Mapping[str, int]:
        recorded = find_ids(connection, log, [one.uri for one in subjects])
        # The product of a code with a GTIN stands in it; of another one only its block tells.
        asked = [
            one.uri for one in subjects if one.uri not in recorded or one.product_uri == one.uri
        ]
        states = states_of(connection, secret, log, asked) if asked else {}
        products = _product_keys(connection, {state.product_id for state in states.values()})
        of_product = {uri: products.get(state.product_id) for uri, state in states.items()}
        return {
            one.uri: of_product.get(one.uri) or one.product
            for one in subjects
            if one.uri in recorded or one.uri in states
        }

    return look_up


def is_made_up(connection: Connection, secret: InstallationSecret, log: int, uri: str) -> bool:
    """Return whether a code has the form of those issued here for its product, and is none of them.

    A maker who records lots alone has no such codes, and none of his is made up.
    """
    place = place_of(uri)
    if place is None or not find_series(connection, secret, [(place.kind, place.scope)]):
        return False
    return uri not in states_of(connection, secret, log, [uri])


def _product_keys(connection: Connection, ids: set[UUID | None]) -> dict[UUID | None, int]:
    wanted = [one for one in ids if one is not None]
    if not wanted:
        return {}
    statement = select(PRODUCT.c.id, PRODUCT.c.uri).where(PRODUCT.c.id.in_(wanted))
    return {row.id: key_of(row.uri) for row in connection.execute(statement)}
