"""Two sites that are far apart."""

from datetime import UTC, datetime
from decimal import Decimal

from base.db import transaction
from parties.drafts import SiteDraft
from parties.register import register_site
from tests.instances import Installation
from tests.parties.samples import gln_uri


def sites_apart(
    installation: Installation, name: str, now: datetime = datetime(2024, 1, 1, tzinfo=UTC)
) -> tuple[str, str]:
    """Return a site in Beijing and one in Shanghai, a thousand kilometres apart at the least."""
    uris = (gln_uri(801), gln_uri(802))
    degrees = (("39.9", "116.4"), ("31.2", "121.5"))
    party_id = installation.party(name).party_id
    assert party_id is not None
    with transaction(installation.engine) as connection:
        for uri, (north, east) in zip(uris, degrees, strict=True):
            site = SiteDraft(
                party_id=party_id,
                uri=uri,
                name_zh="仓",
                latitude=Decimal(north),
                longitude=Decimal(east),
            )
            register_site(connection, site, now=now)
    return uris
