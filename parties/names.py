"""The URIs by which events name a party.

One rule: only names that the register gives to one party. EPCIS names a party as a location
(`414`), as a party (`417`, PGLN) or by its unified social credit code.
"""

from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from codes.gs1.digital_link import CANONICAL_STEM
from parties.tables import PARTY, SITE

_PLACE: Final = CANONICAL_STEM + "/414/"
_PARTY: Final = CANONICAL_STEM + "/417/"


def party_uris(connection: Connection, party_id: UUID) -> frozenset[str]:
    """Return every canonical URI that stands for the party: its sites, their PGLNs, its USCC."""
    uris: set[str] = set()
    for uri in connection.execute(select(SITE.c.uri).where(SITE.c.party_id == party_id)).scalars():
        uris.add(uri)
        if uri.startswith(_PLACE):
            uris.add(_PARTY + uri[len(_PLACE) :].partition("/")[0])
    uscc = connection.execute(select(PARTY.c.uscc).where(PARTY.c.id == party_id)).scalar()
    if uscc is not None:
        uris.add(f"urn:suxin:uscc:{uscc}")
    return frozenset(uris)
