"""An issuing desk on a fresh installation, with products, prefixes and certificates."""

from datetime import date
from typing import Any
from uuid import UUID

from base.db import transaction
from parties.actors import Actor
from parties.drafts import CertificateDraft, ProductDraft
from parties.issuing.blocks import Issuer
from parties.issuing.prefixes import claim_prefix, confirm_prefix
from parties.register import register_certificate, register_product
from tests.instances import Installation
from tests.parties.samples import gtin_uri

BLOCK_MAX = 1_000_000
PREFIX = "69212345"


def issuer_of(place: Installation) -> Issuer:
    return Issuer(
        journal=place.desk.journal, secret=place.secret, clock=place.clock, block_max=BLOCK_MAX
    )


def party_id_of(actor: Actor) -> UUID:
    if actor.party_id is None:
        raise TypeError("not a producer")
    return actor.party_id


def new_product(place: Installation, name: str, uri: str = gtin_uri(1)) -> UUID:
    """Register a product of a party, and the party where it is new."""
    draft = ProductDraft(party_id=party_id_of(place.party(name)), uri=uri, name_zh=f"{name}的产品")
    with transaction(place.engine) as connection:
        row_id = register_product(connection, draft, now=place.clock.now()).id
    place.desk.owners.forget(uri)
    return row_id


def new_certificate(
    place: Installation, name: str, number: str, *, until_on: date | None = None
) -> None:
    draft = CertificateDraft(
        party_id=party_id_of(place.party(name)),
        kind="pesticide_registration",
        number=number,
        issuer="农业农村部",
        from_on=date(2020, 1, 1),
        until_on=until_on,
    )
    with transaction(place.engine) as connection:
        register_certificate(connection, draft, now=place.clock.now())


def claimed(place: Installation, name: str, prefix: str = PREFIX, **options: Any) -> UUID:
    party_id = party_id_of(place.party(name))
    with transaction(place.engine) as connection:
        return claim_prefix(
            connection,
            party_id,
            prefix,
            evidence="厂商识别代码证书",
            claims_max=options.pop("claims_max", 50),
            now=place.clock.now(),
        ).id


def confirmed(place: Installation, name: str, prefix: str = PREFIX) -> UUID:
    row_id = claimed(place, name, prefix)
    confirm_prefix(place.engine, row_id, now=place.clock.now(), record=lambda *_: None)
    return row_id
