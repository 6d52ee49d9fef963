"""The number of a natural person, typed where enterprises and organisations are searched for.

The rule that must stay true: no address of a page of credit holds one, so that neither the history
of a browser nor a log on the way keeps it; and it is searched for nowhere.
"""

from collections.abc import Iterable
from typing import Final
from urllib.parse import urlencode

from flask import Flask, g, redirect, request
from werkzeug.wrappers import Response

from web.pages.credit.asking import is_person_asked

_PAGES: Final = ("/credit/", "/work/credit/")
_LOOKING: Final = frozenset({"GET", "HEAD"})
_TOLD: Final = "person"


def install_person_numbers(app: Flask) -> None:
    """Let every page of credit lead away from an address with a person's number, and say why."""
    # Before a page asks who is signed in: where it then leads to holds its address.
    app.before_request(_lead_away)


def led_to(path: str, asked: Iterable[tuple[str, str]]) -> Response:
    """Lead to a page with what was asked of it, all but what may be the number of a person."""
    found = [(name, value) for name, value in asked if value]
    kept = [(name, value) for name, value in found if not is_person_asked(value)]
    if len(kept) < len(found):
        kept = [one for one in kept if one[0] != _TOLD] + [(_TOLD, "1")]
    return redirect(f"{path}?{urlencode(kept)}" if kept else path, 303)


def _lead_away() -> Response | None:
    if request.method not in _LOOKING or not request.path.startswith(_PAGES):
        return None
    asked = list(request.args.items(multi=True))
    if any(is_person_asked(value) for _name, value in asked):
        return led_to(request.path, asked)
    g.is_person_told = (_TOLD, "1") in asked
    return None
