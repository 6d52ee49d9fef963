"""The words for who acts in the demonstration, where, and with what goods.

The rule that must stay true: every name is invented, every code is one that its norm accepts, and
nothing here depends on the clock, so that registering the world again changes nothing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from types import MappingProxyType
from typing import Protocol, TypeVar

from codes.gs1.digital_link import CANONICAL_STEM


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """An enterprise; `prefix` is its GS1 company prefix, `gln` names it as a party (AI 417)."""

    slug: str
    uscc: str
    prefix: str
    gln: str
    kind: str
    licence_kind: str
    licence_no: str
    region: str
    name_zh: str
    name_en: str

    @property
    def urn(self) -> str:
        """Return the party as an EPC URI (EPC Tag Data Standard 1.13 6.3.16)."""
        return f"urn:epc:id:pgln:{self.prefix}.{self.gln[len(self.prefix) : -1]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A place of a party; degrees are WGS 84, written as the register takes them."""

    slug: str
    party: str
    gln: str
    extension: str
    region: str
    latitude: str
    longitude: str
    name_zh: str
    name_en: str

    @property
    def uri(self) -> str:
        """Return the place as a Digital Link (AI 414, with AI 254 for a part of it)."""
        return f"{CANONICAL_STEM}/414/{self.gln}" + (
            f"/254/{self.extension}" if self.extension else ""
        )

    def urn(self, prefix: str) -> str:
        """Return the same place as an EPC URI, under its owner's company prefix."""
        return f"urn:epc:id:sgln:{prefix}.{self.gln[len(prefix) : -1]}.{self.extension or '0'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """A class of goods of a party, by its GTIN of 14 digits."""

    slug: str
    party: str
    gtin: str
    class_code: str
    name_zh: str
    name_en: str
    spec_zh: str
    spec_en: str

    @property
    def uri(self) -> str:
        """Return the class of goods as a Digital Link (AI 01)."""
        return f"{CANONICAL_STEM}/01/{self.gtin}"

    def lot(self, number: str) -> str:
        """Return one lot of it (AI 10)."""
        return f"{self.uri}/10/{number}"

    def item(self, serial: str) -> str:
        """Return one item of it (AI 21)."""
        return f"{self.uri}/21/{serial}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """A certificate of a party or, where `product` is named, of that product or lot of it alone."""

    party: str
    product: str | None
    kind: str
    number: str
    issuer: str
    from_on: date
    until_on: date | None
    lot: str | None = None


class _Named(Protocol):
    @property
    def slug(self) -> str: ...


T = TypeVar("T", bound=_Named)


def by_slug(rows: Iterable[T]) -> Mapping[str, T]:
    """Return rows by their slug; raises `ValueError` where one is used twice."""
    table: dict[str, T] = {}
    for row in rows:
        if row.slug in table:
            message = f"two rows for {row.slug}"
            raise ValueError(message)
        table[row.slug] = row
    return MappingProxyType(table)


def _named(kind: type[Party | Site | Product], row: tuple[str, ...]) -> dict[str, str]:
    return dict(zip((one.name for one in fields(kind)), row, strict=True))


def parties(*rows: tuple[str, ...]) -> Mapping[str, Party]:
    """Return parties from rows in the order of the fields of `Party`."""
    return by_slug(Party(**_named(Party, row)) for row in rows)


def sites(*rows: tuple[str, ...]) -> Mapping[str, Site]:
    """Return sites from rows in the order of the fields of `Site`."""
    return by_slug(Site(**_named(Site, row)) for row in rows)


def products(*rows: tuple[str, ...]) -> Mapping[str, Product]:
    """Return products from rows in the order of the fields of `Product`."""
    return by_slug(Product(**_named(Product, row)) for row in rows)
