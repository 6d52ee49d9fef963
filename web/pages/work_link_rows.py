"""Links as lists and forms show them: what their codes are called, their types in words."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit
from uuid import UUID

from sqlalchemy import Connection

from codes.gs1.link_types import LINK_TYPES
from codes.labels.hri import hri_of
from parties.directory import products_by_uri, register_uris, sites_by_uri
from parties.link_drafts import RESERVED_TYPES
from parties.register import Page
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.work_blueprint import when
from web.pages.work_label_form import Choice

# What owners of goods keep most; the other types follow in the order of their titles.
_USUAL: Final = (
    "pip", "homepage", "instructions", "recipeInfo", "certificationInfo", "nutritionalInfo",
    "allergenInfo", "relatedVideo", "promotion", "socialMedia", "support", "hasRetailers",
)  # fmt: skip

MEDIA_TYPES: Final = ("text/html", "application/pdf", "image/jpeg", "video/mp4", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A link as a list shows it; `code` is what its code is called."""

    id: UUID
    uri: str
    code: str
    kind: str
    title: str
    href: str
    host: str
    language: str
    media_type: str
    is_default: bool
    is_own: bool
    ended: str


def link_rows(connection: Connection, page: Page, party_id: UUID) -> list[LinkRow]:
    """Return some links as a party sees them."""
    rows = [dict(row._mapping) for row in page.rows]  # noqa: SLF001 -- the public name of a row's mapping in SQLAlchemy
    names = names_of(connection, {row["uri"] for row in rows})
    return [
        LinkRow(
            id=row["id"],
            uri=row["uri"],
            code=" ".join((names[row["uri"]], *hri_of(row["uri"])[1:])),
            kind=_type(row["link_type"]).title,
            title=row["title"],
            href=row["href"],
            host=urlsplit(row["href"]).netloc,
            language=row["language"],
            media_type=row["media_type"],
            is_default=row["is_default"],
            is_own=row["party_id"] == party_id,
            ended=when(row["ended_at"]) if row["ended_at"] else "",
        )
        for row in rows
    ]


def names_of(connection: Connection, uris: Collection[str]) -> Mapping[str, str]:
    """Return what each code is called: by the register, else by itself."""
    wanted = {uri: register_uris(uri) for uri in uris}
    registered = [name for names in wanted.values() for name in names]
    is_zh = chosen_lang() == "zh"
    called = {
        card.uri: card.name_zh if is_zh else card.name_en or card.name_zh
        for cards in (products_by_uri, sites_by_uri)
        for card in cards(connection, registered).values()
    }
    return {
        uri: next((called[name] for name in names if name in called), uri)
        for uri, names in wanted.items()
    }


def _type(name: str) -> Choice:
    kind = LINK_TYPES[name]
    return Choice(value=name, title=kind.title_zh if chosen_lang() == "zh" else kind.title_en)


def usual_types() -> list[Choice]:
    """Return the types that owners of goods keep most."""
    return [_type(name) for name in _USUAL]


def other_types() -> list[Choice]:
    """Return the types that an owner may keep beside the usual ones, by their titles."""
    names = [
        kind.name
        for kind in LINK_TYPES.values()
        if kind.is_kept and kind.name not in RESERVED_TYPES and kind.name not in _USUAL
    ]
    return sorted((_type(name) for name in names), key=lambda choice: choice.title)


def media_types() -> list[Choice]:
    """Return the kinds of file that a link may be said to lead to."""
    titles = {
        "text/html": _("Web page"),
        "application/pdf": _("PDF file"),
        "image/jpeg": _("Picture (JPEG)"),
        "video/mp4": _("Video (MP4)"),
        "": _("Something else"),
    }
    return [Choice(value=value, title=titles[value]) for value in MEDIA_TYPES]
