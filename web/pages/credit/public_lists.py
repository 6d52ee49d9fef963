"""The public lists: who is on one, by which norm, and how one gets off it.

The rule that must stay true: only what `web.credit.page_of_list` gives is shown: lists that the law
lets be public, organisations, entries in force today. No day of the past can be asked for here,
since what was repaired since then would be told again.
"""

from dataclasses import replace
from typing import Final
from unicodedata import normalize

from flask import Blueprint, render_template, request
from werkzeug.wrappers import Response

from base.errors import InvalidInput
from credit.rulebook.list_rules import norm_named, rules_of_list
from credit.rulebook.lists import ListKind, credit_lists
from credit.rulebook.reading import rulebook
from web.credit import PublicAsked, book_of, page_of_list, public_list, today
from web.pages.credit import words
from web.pages.credit.asking import ASKED_CHARS_MAX
from web.pages.credit.person_numbers import led_to
from web.services import services

_TOKEN_CHARS_MAX: Final = 200
_PAGE_ROWS: Final = 50

blueprint = Blueprint("credit_public", __name__)


@blueprint.context_processor
def _shared() -> dict[str, object]:
    return {"credit_words": words, "credit_log": services().log}


@blueprint.get("/credit/lists")
def public_lists() -> str:
    """Name the lists that anybody may read."""
    lists = [one for one in credit_lists().values() if one.is_public]
    return render_template(
        "credit/public_lists.html",
        groups=[(kind, [one for one in lists if one.kind is kind]) for kind in ListKind],
        norms={one.id: norm_named(rulebook(), one.norm) for one in lists},
        today=today(services()),
    )


@blueprint.post("/credit/lists/<list_id>")
def public_list_asked(list_id: str) -> Response:
    """Take what was typed to its answer; a person's number gets into no address."""
    found = public_list(list_id)
    return led_to(f"/credit/lists/{found.id}", [("q", request.form.get("q", ""))])


@blueprint.get("/credit/lists/<list_id>")
def public_list_page(list_id: str) -> str | tuple[str, int]:
    """Show who is on a public list today, a page at a time."""
    parts, found = services(), public_list(list_id)
    after = request.args.get("after", "")[:_TOKEN_CHARS_MAX]
    words_asked = normalize("NFKC", request.args.get("q", "")).strip()[:ASKED_CHARS_MAX]
    asked = PublicAsked(words=words_asked, after=after, rows_max=_PAGE_ROWS)
    try:
        page = page_of_list(parts, found.id, asked)
    except InvalidInput:
        page = page_of_list(parts, found.id, replace(asked, after=""))
    return render_template(
        "credit/public_list.html",
        list=found,
        page=page,
        is_first=not after,
        words=words_asked,
        rules=rules_of_list(book_of(parts), found, today(parts)),
        today=page.day,
    )
