"""The shapes of the register's requests and answers."""

from typing import Any, Final

import marshmallow as ma

from parties.tables import (
    LABEL_CHARS_MAX,
    LINK_CHARS_MAX,
    LOT_CHARS_MAX,
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    SPEC_CHARS_MAX,
    URI_CHARS_MAX,
    PartyKind,
    Role,
)
from web.api.fields import Day, DegreesText, StrictSchema, Uuid, WholeText, text

_OPTIONAL: dict[str, Any] = {"load_default": None, "allow_none": True}


LIMIT_WORDS: Final = "Rows of the page: at most `SUXIN_PAGE_SIZE_MAX` are given."


class PartyIn(StrictSchema):
    """A party to register; without a USCC (GB 32100) it needs a licence."""

    uscc = text(18, chars_min=18, **_OPTIONAL)
    name_zh = text(NAME_CHARS_MAX, chars_min=1, required=True)
    name_en = text(NAME_CHARS_MAX, load_default="")
    kind = ma.fields.Enum(PartyKind, by_value=ma.fields.String, required=True)
    licence_kind = text(NUMBER_CHARS_MAX, chars_min=1, **_OPTIONAL)
    licence_no = text(NUMBER_CHARS_MAX, chars_min=1, **_OPTIONAL)
    region = text(6, chars_min=6, metadata={"description": "GB/T 2260"}, **_OPTIONAL)


class SiteIn(StrictSchema):
    """A site to register, under a GLN or any other absolute URI."""

    party_id = Uuid(required=True)
    uri = text(URI_CHARS_MAX, chars_min=1, required=True)
    name_zh = text(NAME_CHARS_MAX, chars_min=1, required=True)
    name_en = text(NAME_CHARS_MAX, load_default="")
    region = text(6, chars_min=6, metadata={"description": "GB/T 2260"}, **_OPTIONAL)
    latitude = DegreesText(metadata={"description": "WGS 84"}, **_OPTIONAL)
    longitude = DegreesText(metadata={"description": "WGS 84"}, **_OPTIONAL)


class ProductIn(StrictSchema):
    """A class of goods to register, under a GTIN or any other absolute URI."""

    party_id = Uuid(required=True, metadata={"description": "The brand owner."})
    uri = text(URI_CHARS_MAX, chars_min=1, required=True)
    name_zh = text(NAME_CHARS_MAX, chars_min=1, required=True)
    name_en = text(NAME_CHARS_MAX, load_default="")
    spec_zh = text(SPEC_CHARS_MAX, load_default="")
    spec_en = text(SPEC_CHARS_MAX, load_default="")
    class_code = text(NUMBER_CHARS_MAX, load_default="")


class CertificateIn(StrictSchema):
    """A certificate of a party, of one of its products, or of one lot of a product."""

    party_id = Uuid(required=True)
    product_id = Uuid(**_OPTIONAL)
    lot = text(LOT_CHARS_MAX, chars_min=1, metadata={"description": "GS1 AI 10"}, **_OPTIONAL)
    kind = text(NUMBER_CHARS_MAX, chars_min=1, required=True)
    number = text(NUMBER_CHARS_MAX, chars_min=1, required=True)
    issuer = text(NAME_CHARS_MAX, chars_min=1, required=True)
    from_on = Day(required=True)
    until_on = Day(**_OPTIONAL)
    link = text(LINK_CHARS_MAX, load_default="")


class _RowOut(ma.Schema):
    id = ma.fields.UUID()
    created_at = ma.fields.AwareDateTime(format="iso")


class PartyOut(_RowOut):
    """A registered party."""

    uscc = ma.fields.String(allow_none=True)
    name_zh = ma.fields.String()
    name_en = ma.fields.String()
    kind = ma.fields.String()
    licence_kind = ma.fields.String(allow_none=True)
    licence_no = ma.fields.String(allow_none=True)
    region = ma.fields.String(allow_none=True)


class SiteOut(_RowOut):
    """A registered site; degrees are decimal strings."""

    party_id = ma.fields.UUID()
    uri = ma.fields.String()
    name_zh = ma.fields.String()
    name_en = ma.fields.String()
    region = ma.fields.String(allow_none=True)
    latitude = ma.fields.String(allow_none=True)
    longitude = ma.fields.String(allow_none=True)


class ProductOut(_RowOut):
    """A registered class of goods."""

    party_id = ma.fields.UUID()
    uri = ma.fields.String()
    name_zh = ma.fields.String()
    name_en = ma.fields.String()
    spec_zh = ma.fields.String()
    spec_en = ma.fields.String()
    class_code = ma.fields.String()


class CertificateOut(_RowOut):
    """A registered certificate."""

    party_id = ma.fields.UUID()
    product_id = ma.fields.UUID(allow_none=True)
    lot = ma.fields.String(allow_none=True)
    kind = ma.fields.String()
    number = ma.fields.String()
    issuer = ma.fields.String()
    from_on = ma.fields.Date()
    until_on = ma.fields.Date(allow_none=True)
    link = ma.fields.String()


class PageQuery(StrictSchema):
    """Which page of a list, and of whose rows."""

    after = Uuid(load_default=None, metadata={"description": "`next` of the page before."})
    limit = WholeText(load_default=50, metadata={"description": LIMIT_WORDS})


class PartyQuery(PageQuery):
    """Filters of the list of parties."""

    uscc = text(18)


class OwnedQuery(PageQuery):
    """Filters of the lists of sites and products."""

    party_id = Uuid()
    uri = text(URI_CHARS_MAX)


class CertificateQuery(PageQuery):
    """Filters of the list of certificates."""

    party_id = Uuid()
    product_id = Uuid()
    lot = text(LOT_CHARS_MAX)


class KeyIn(StrictSchema):
    """A key to grant; a producer's key names its party, no other key does."""

    label = text(LABEL_CHARS_MAX, chars_min=1, required=True)
    role = ma.fields.Enum(Role, by_value=ma.fields.String, required=True)
    party_id = Uuid(**_OPTIONAL)
    days = ma.fields.Integer(strict=True, load_default=365, validate=ma.validate.Range(1, 730))


class KeyOut(ma.Schema):
    """A granted key. `key` is shown this once; a repeated request gets null in its place."""

    id = ma.fields.UUID()
    role = ma.fields.Enum(Role, by_value=ma.fields.String)
    party_id = ma.fields.UUID(allow_none=True)
    expires_at = ma.fields.AwareDateTime(format="iso")
    key = ma.fields.String(attribute="text", allow_none=True)


class KeyCardOut(ma.Schema):
    """A key without what opens: nobody is shown that again."""

    id = ma.fields.UUID()
    label = ma.fields.String()
    role = ma.fields.Enum(Role, by_value=ma.fields.String)
    party_id = ma.fields.UUID(allow_none=True)
    created_at = ma.fields.AwareDateTime(format="iso")
    expires_at = ma.fields.AwareDateTime(format="iso")
    revoked_at = ma.fields.AwareDateTime(format="iso", allow_none=True)


class KeyPage(ma.Schema):
    """Some keys in the order in which they were granted."""

    items = ma.fields.List(ma.fields.Nested(KeyCardOut))
    next = ma.fields.UUID(allow_none=True)


class RevokedOut(ma.Schema):
    """A revoked key."""

    id = ma.fields.UUID()
    revoked_at = ma.fields.AwareDateTime(format="iso")


class MeOut(ma.Schema):
    """Who the key stands for and what it may do."""

    actor = ma.fields.String(metadata={"description": "The ledger's name of the actor."})
    role = ma.fields.String()
    party_id = ma.fields.UUID(allow_none=True)
    key_id = ma.fields.UUID(allow_none=True)
    rights = ma.fields.List(ma.fields.String())


class HealthOut(ma.Schema):
    """The state of the service."""

    status = ma.fields.String()
    version = ma.fields.String()
    database = ma.fields.String()
    entries = ma.fields.Integer(allow_none=True, metadata={"description": "Size of the ledger."})
