"""What somebody wants to have registered, and the checks that need no database.

The rule that must stay true: a `checked_*` function returns a draft whose every field has its one
accepted spelling, or refuses with the path of every field that is wrong.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from base.errors import InvalidInput, Problem
from codes.canonical import uri_to_register
from codes.gs1.charset import first_outside_cset82
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import Category, CodeError
from codes.registry import parse
from parties.tables import (
    LINK_CHARS_MAX,
    LOT_CHARS_MAX,
    NAME_CHARS_MAX,
    NUMBER_CHARS_MAX,
    SPEC_CHARS_MAX,
    URI_CHARS_MAX,
    PartyKind,
)

# GB/T 2260-2007 3: province, prefecture and county, two digits each.
_REGION = re.compile(r"[1-9][0-9]{5}")
# GS1 General Specifications 3.2 and 3.7: AI 01 is a GTIN, 414 a GLN, 254 its extension.
_TRADE_ITEM = re.compile(r"01/[0-9]{14}")
_PLACE = re.compile(r"414/[0-9]{13}(?:/254/[^/]+)?")
_GS1_PREFIX: Final = CANONICAL_STEM + "/"
_EXAMPLES: Final = {
    Category.TRADE_ITEM: f"6901234567892 or {_GS1_PREFIX}01/06901234567892",
    Category.PLACE: f"6901234567892 or {_GS1_PREFIX}414/6901234567892",
}
_LATITUDE_MAX: Final = Decimal(90)
_LONGITUDE_MAX: Final = Decimal(180)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyDraft:
    """A party: a Chinese one has a unified social credit code, a foreign one a licence."""

    uscc: str | None = None
    name_zh: str
    name_en: str = ""
    kind: PartyKind
    licence_kind: str | None = None
    licence_no: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDraft:
    """A place where something happens; degrees are WGS 84, both or none."""

    party_id: UUID
    uri: str
    name_zh: str
    name_en: str = ""
    region: str | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductDraft:
    """A class of goods; the party is its brand owner."""

    party_id: UUID
    uri: str
    name_zh: str
    name_en: str = ""
    spec_zh: str = ""
    spec_en: str = ""
    class_code: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDraft:
    """A certificate of a party, of one of its products, or of one lot (AI 10) of a product.

    Both days count, None has no end.
    """

    party_id: UUID
    product_id: UUID | None = None
    lot: str | None = None
    kind: str
    number: str
    issuer: str
    from_on: date
    until_on: date | None = None
    link: str = ""


def refusal_words(refusal: CodeError, example: str = "") -> str:
    """Return what a code is refused for, where in it, and an example of what to write."""
    place = "" if refusal.position is None else f" (at character {refusal.position + 1})"
    return f"{refusal.message}{place}" + (f"; write it as {example}" if example else "")


class _Checks:
    """Collects everything that is wrong, so that a form is corrected once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, path: str, code: str, message: str) -> None:
        self.problems.append(Problem(path=path, code=code, message=message))

    def text(self, path: str, value: str | None, chars_max: int, *, chars_min: int = 0) -> None:
        if value is None:
            return
        if not chars_min <= len(value) <= chars_max:
            self.wrong(path, "length", f"has {chars_min} to {chars_max} characters")
        elif value != value.strip() or not value.isprintable():
            self.wrong(path, "characters", "has no control characters and no blanks at its ends")

    def region(self, value: str | None) -> None:
        if value is not None and not _REGION.fullmatch(value):
            self.wrong("region", "region", "is a code of GB/T 2260: six digits")

    def degrees(self, path: str, value: Decimal | None, limit: Decimal) -> None:
        if value is None:
            return
        if not value.is_finite() or abs(value) > limit:
            self.wrong(path, "range", f"lies between -{limit} and {limit} degrees")
        elif value.scaleb(6) != value.scaleb(6).to_integral_value():
            self.wrong(path, "decimals", "has at most six decimals")

    def by_code(
        self, path: str, read: Callable[[str], str], text: str, *, example: str = ""
    ) -> str:
        """Return what `read` makes of the text; its refusal is told under `path`."""
        try:
            return read(text)
        except CodeError as refusal:
            self.wrong(path, refusal.rule, refusal_words(refusal, example))
            return text

    def uri(self, value: str, category: Category, gs1_key: re.Pattern[str], shape: str) -> str:
        """Return the canonical URI; under a GS1 key it must have the one shape that fits."""
        example = _EXAMPLES[category]
        read = partial(uri_to_register, category=category)
        uri = self.by_code("uri", read, value, example=example)
        self.text("uri", uri, URI_CHARS_MAX, chars_min=1)
        if uri.startswith(_GS1_PREFIX) and not gs1_key.fullmatch(uri, len(_GS1_PREFIX)):
            message = f"is {_GS1_PREFIX}{shape} or has no GS1 key; write it as {example}"
            self.wrong("uri", "uri", message)
        return uri

    def finish(self) -> None:
        if self.problems:
            first = self.problems[0]
            message = f"{first.path}: {first.message}"
            raise InvalidInput(message, problems=self.problems)


def _uscc_of(text: str) -> str:
    return parse("cn_uscc", text).text


def checked_party(draft: PartyDraft) -> PartyDraft:
    """Return the draft with its credit code in the one spelling (GB 32100-2015)."""
    checks = _Checks()
    uscc = None if draft.uscc is None else checks.by_code("uscc", _uscc_of, draft.uscc)
    checks.text("name_zh", draft.name_zh, NAME_CHARS_MAX, chars_min=1)
    checks.text("name_en", draft.name_en, NAME_CHARS_MAX)
    checks.text("licence_kind", draft.licence_kind, NUMBER_CHARS_MAX, chars_min=1)
    checks.text("licence_no", draft.licence_no, NUMBER_CHARS_MAX, chars_min=1)
    checks.region(draft.region)
    if (draft.licence_kind is None) != (draft.licence_no is None):
        checks.wrong("licence_no", "licence", "comes together with licence_kind")
    if uscc is None and draft.licence_no is None:
        checks.wrong("uscc", "identity", "may be missing only where a licence names the party")
    checks.finish()
    return replace(draft, uscc=uscc)


def checked_site(draft: SiteDraft) -> SiteDraft:
    """Return the draft with its canonical URI and exact degrees."""
    checks = _Checks()
    uri = checks.uri(draft.uri, Category.PLACE, _PLACE, "414/<GLN>[/254/<extension>]")
    checks.text("name_zh", draft.name_zh, NAME_CHARS_MAX, chars_min=1)
    checks.text("name_en", draft.name_en, NAME_CHARS_MAX)
    checks.region(draft.region)
    checks.degrees("latitude", draft.latitude, _LATITUDE_MAX)
    checks.degrees("longitude", draft.longitude, _LONGITUDE_MAX)
    if (draft.latitude is None) != (draft.longitude is None):
        checks.wrong("longitude", "place", "comes together with latitude")
    checks.finish()
    return replace(
        draft, uri=uri, latitude=_micro(draft.latitude), longitude=_micro(draft.longitude)
    )


def _micro(degrees: Decimal | None) -> Decimal | None:
    return None if degrees is None else degrees.quantize(Decimal("0.000001"))


def checked_product(draft: ProductDraft) -> ProductDraft:
    """Return the draft with its canonical URI."""
    checks = _Checks()
    uri = checks.uri(draft.uri, Category.TRADE_ITEM, _TRADE_ITEM, "01/<GTIN of 14 digits>")
    checks.text("name_zh", draft.name_zh, NAME_CHARS_MAX, chars_min=1)
    checks.text("name_en", draft.name_en, NAME_CHARS_MAX)
    checks.text("spec_zh", draft.spec_zh, SPEC_CHARS_MAX)
    checks.text("spec_en", draft.spec_en, SPEC_CHARS_MAX)
    checks.text("class_code", draft.class_code, NUMBER_CHARS_MAX)
    checks.finish()
    return replace(draft, uri=uri)


def checked_certificate(draft: CertificateDraft) -> CertificateDraft:
    """Return the draft; a link is an https address, since people will click on it."""
    checks = _Checks()
    checks.text("kind", draft.kind, NUMBER_CHARS_MAX, chars_min=1)
    checks.text("number", draft.number, NUMBER_CHARS_MAX, chars_min=1)
    checks.text("issuer", draft.issuer, NAME_CHARS_MAX, chars_min=1)
    checks.text("link", draft.link, LINK_CHARS_MAX)
    if draft.lot is not None:
        checks.text("lot", draft.lot, LOT_CHARS_MAX, chars_min=1)
        if first_outside_cset82(draft.lot) is not None:
            checks.wrong("lot", "characters", "has letters, digits and signs of GS1 set 82 only")
        if draft.product_id is None:
            checks.wrong("lot", "lot", "is that of a product: product_id names it")
    if draft.until_on is not None and draft.until_on < draft.from_on:
        checks.wrong("until_on", "period", "is not before from_on")
    if draft.link and not _is_https(draft.link):
        checks.wrong("link", "link", "is an https address")
    checks.finish()
    return draft


def _is_https(link: str) -> bool:
    try:
        parts = urlsplit(link)
    except ValueError:
        return False
    return parts.scheme == "https" and bool(parts.hostname)
