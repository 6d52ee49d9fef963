"""The public list of recalls: what was recalled, when and why, for everybody.

One rule: mock recalls are not on it, and it names goods and never who holds them.
"""

from dataclasses import dataclass
from datetime import datetime
from trace.recall.reading import Recall, RecallQuery, lines_of, list_recalls, newest_scope
from typing import Final

from flask import Blueprint, render_template, request
from sqlalchemy import Connection

from base.clock import CIVIL_ZONE
from base.db import reading
from codes.gs1.digital_link import CANONICAL_STEM
from parties.directory import products_by_uri, register_uris
from web.pages.recall_rows import printed, recall_row
from web.pages.work_blueprint import name_of
from web.services import services

_PAGE_ROWS: Final = 30
_LINES_READ: Final = 500
_CODES_SHOWN: Final = 30
_SEQ_DIGITS_MAX: Final = 18

blueprint = Blueprint("recalls_public", __name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Goods:
    """A product of a recall with some of its lots."""

    name: str
    codes: tuple[tuple[str, str], ...]


@blueprint.get("/recalls")
def recalls() -> str:
    """List the recalls that everybody may know of, newest first."""
    parts = services()
    after = request.args.get("after", "")
    is_seq = after.isascii() and after.isdigit() and len(after) <= _SEQ_DIGITS_MAX
    query = RecallQuery(
        rows_max=_PAGE_ROWS + 1, is_public=True, before=int(after) if is_seq else None
    )
    with reading(parts.engine) as connection:
        found = list_recalls(connection, parts.log, query)
        rows = [
            {"row": recall_row(recall), "goods": _goods_of(connection, parts.log, recall)}
            for recall in found[:_PAGE_ROWS]
        ]
    return render_template(
        "recalls/public.html",
        day=day,
        rows=rows,
        after=found[_PAGE_ROWS - 1].seq if len(found) > _PAGE_ROWS else None,
    )


def day(instant: datetime) -> str:
    """Return the civil day of an instant."""
    return instant.astimezone(CIVIL_ZONE).date().isoformat()


def _goods_of(connection: Connection, log: int, recall: Recall) -> list[Goods]:
    scope = newest_scope(connection, log, recall.id)
    lines = lines_of(connection, log, scope.id, rows_max=_LINES_READ)
    uris = list(dict.fromkeys(line.uri for line in lines if line.binds))
    cards = products_by_uri(connection, {register_uris(uri)[-1] for uri in uris})
    found: dict[str, list[str]] = {}
    for uri in uris:
        # Single things are told on their own pages; here lots stand for them.
        if "/21/" not in uri:
            found.setdefault(register_uris(uri)[-1], []).append(uri)
    return [
        Goods(
            name=name_of(cards[product]) if product in cards else "",
            codes=tuple((printed(uri), _path(uri)) for uri in codes[:_CODES_SHOWN]),
        )
        for product, codes in found.items()
    ]


def _path(uri: str) -> str:
    if uri.startswith(CANONICAL_STEM):
        return uri.removeprefix(CANONICAL_STEM)
    return f"/t/{uri}"
