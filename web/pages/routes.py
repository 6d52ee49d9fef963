"""The addresses a consumer reaches: the Digital Link of a code, `/t/<code>`, and the start page.

The rule that must stay true: an address is read strictly by `codes`, and a text that may mean
several things becomes a question, never a guess. Where nothing is recorded the page says so and
does not call the product a fake.
"""

from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote, urlencode

from flask import (
    Blueprint,
    Flask,
    Response,
    current_app,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as WerkzeugResponse

from codes import registry
from codes.canonical import canonical_uri
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import Candidate, Category, CodeError, Scheme
from web.held_pages import HeldPages
from web.pages.chain_picture import LYING_RANKS_MAX, describe, draw_lying, draw_upright
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.model import PageSource, ScanView
from web.pages.scan_view import build_scan_view, product_uri
from web.pages.typed import ailment_of, path_of_item, read_loosely
from web.pages.verify_words import verify_words
from web.pages.words import STAGES

EXTENSION: Final = "suxin_pages"
HELD_EXTENSION: Final = "suxin_held_pages"
_SHOWN_CHARS_MAX: Final = 512

_Answer: TypeAlias = "WerkzeugResponse | tuple[str, int]"

blueprint = Blueprint("pages", __name__)


def register_pages(app: Flask, source: PageSource, *, held: HeldPages | None = None) -> None:
    """Give the application the consumer's pages, which read everything through `source`.

    `held` keeps made pages; without it each request makes its own.
    """
    app.extensions[EXTENSION] = source
    app.extensions[HELD_EXTENSION] = held
    app.register_blueprint(blueprint)


@blueprint.get("/")
def home() -> str:
    """Say what this is, and take a code."""
    return render_template("home.html", links=_source().ledger_links())


@blueprint.get("/01/<gtin>")
@blueprint.get("/01/<gtin>/10/<lot>")
@blueprint.get("/01/<gtin>/21/<serial>")
@blueprint.get("/01/<gtin>/10/<lot>/21/<serial>")
def digital_link(gtin: str, lot: str = "", serial: str = "") -> _Answer:
    """Show the product, lot or item of a Digital Link (GS1 Digital Link 1.6, keys 01, 10, 21)."""
    asked = request.args.get("lot", "").strip()
    if asked and not lot and not serial:
        return redirect(_own_path(path_of_item(gtin, asked)), 303)
    try:
        subject = canonical_uri(CANONICAL_STEM + path_of_item(gtin, lot, serial))
    except CodeError as refusal:
        return _misread(_printed(gtin, lot, serial), refusal.rule)
    return _scan(subject)


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Return the mark for whoever asks for an icon without having read a page."""
    mark = Path(str(current_app.static_folder), "mark.svg").read_bytes()
    return Response(mark, mimetype="image/svg+xml", headers={"Cache-Control": "max-age=3600"})


@blueprint.get("/t/")
def typed() -> WerkzeugResponse:
    """Lead from the form to the address of its code."""
    code = request.args.get("code", "").strip().lstrip("/")
    if not code:
        return redirect(url_for("pages.home"), 303)
    return redirect(url_for("pages.by_code", code=code), 303)


@blueprint.get("/t/<path:code>")
def by_code(code: str) -> _Answer:
    """Show whatever a typed or scanned text names; ask where it may name several things."""
    # A Digital Link in the path brings its own query; the resolver's one is not part of the code.
    readings = registry.detect(code)
    wish = request.args.get("as", "")
    if wish:
        readings = tuple(reading for reading in readings if reading.scheme.name == wish)
    if not readings:
        return _by_parts(code)
    likeliest = [reading for reading in readings if reading.rank == readings[0].rank]
    if len({reading.code.uri for reading in likeliest}) > 1:
        return Response(_choice(code, likeliest))
    return _by_reading(readings[0])


def _by_parts(code: str) -> _Answer:
    """Show a bar code number with a lot or serial beside it; say what is wrong with anything else.

    What stands beside the number may be a lot or a serial: it is what is recorded.
    """
    loose = read_loosely(code)
    uris = loose.uris
    if not uris:
        ailment, scheme = ailment_of(loose.gtin or code)
        if ailment == "check_digit" and scheme is not None:
            return _misread(code, ailment, scheme=scheme)
        return _missing(code, _("It does not look like any kind of code that we can read."))
    is_recorded = _source().load_history
    recorded = [uri for uri in uris if len(uris) > 1 and is_recorded(uri).steps]
    return redirect(_own_path((*recorded, *uris)[0]), 302)


def _misread(code: str, rule: str, *, scheme: Scheme | None = None) -> _Answer:
    """Say that a code cannot be right: that is another thing than one nobody knows."""
    if rule != "check_digit":
        return _missing(
            code, _("It is not a complete bar code number: its check digit or length is wrong.")
        )
    if scheme is None:
        reason = _("Its check digit does not fit, so this is not the number on any product.")
    else:
        title = scheme.title_zh if chosen_lang() == "zh" else scheme.title_en
        reason = _(
            "It looks like this kind of code, but its check digit does not fit: %(kind)s.",
            kind=title,
        )
    return _missing(code, reason, is_mistyped=True)


def _printed(gtin: str, lot: str, serial: str) -> str:
    """Return a whole code as GS1 prints it for people (GS1 General Specifications 4.14)."""
    tail = (f"({key}){value}" for key, value in (("10", lot), ("21", serial)) if value)
    return f"(01){gtin}{''.join(tail)}" if lot or serial else gtin


def _own_path(uri: str) -> str:
    return uri.removeprefix(CANONICAL_STEM)


def _by_reading(reading: Candidate) -> _Answer:
    subject = reading.code.uri
    if subject.startswith(f"{CANONICAL_STEM}/01/"):
        return redirect(_own_path(subject), 302)
    # The code of a party may be that of a person, and a person's number is shown to nobody.
    return _scan(
        subject, shown="" if reading.scheme.category is Category.PARTY else reading.code.printed
    )


def _choice(code: str, readings: list[Candidate]) -> str:
    is_zh = chosen_lang() == "zh"
    choices = [
        (
            reading.scheme.title_zh if is_zh else reading.scheme.title_en,
            f"{url_for('pages.by_code', code=code)}?{urlencode({'as': reading.scheme.name})}",
        )
        for reading in readings
    ]
    return render_template("choose.html", choices=choices)


def _scan(subject: str, *, shown: str = "") -> _Answer:
    source, held = _source(), _held()
    lang = chosen_lang()
    key = (lang, source.today().isoformat(), subject, shown)
    # A page repeats the arguments of its request in its links; only the plain address is kept.
    kept = held.get(key) if held is not None and not request.args else None
    if kept is not None:
        return _page_response(kept)
    history = source.load_history(subject)
    directory = source.load_directory(history)
    view = build_scan_view(history, directory, lang, source.today(), shown=shown)
    if not view.is_known:
        return _missing(_looked_for(view) or shown, _("Nothing is recorded under it here."))
    body = _scan_page(view).encode()
    if held is not None and not request.args:
        held.put(key, body, size=history.size)
    return _page_response(body)


def _looked_for(view: ScanView) -> str:
    identity = view.identity
    return _printed(identity.gtin, identity.lot, identity.serial) if identity.gtin else ""


def _page_response(body: bytes) -> Response:
    return Response(body, headers={"Cache-Control": "no-cache"})


def _scan_page(view: ScanView) -> str:
    links = _source().ledger_links()
    chain = view.chain
    return render_template(
        "scan.html",
        view=view,
        links=links,
        missing=_what_is_missing(view),
        product_path=_own_path(product_uri(view.subject)),
        bundle_url=f"{links.bundle}?code={quote(view.subject, safe='')}",
        stage_words={stage: words.of(view.lang) for stage, words in STAGES.items()},
        chain_words=describe(chain, view.lang),
        lying=draw_lying(chain, view.lang) if chain.ranks <= LYING_RANKS_MAX else None,
        upright=draw_upright(chain, view.lang),
        verify_words=verify_words(),
    )


def _what_is_missing(view: ScanView) -> str:
    if view.identity.serial:
        return _(
            "We know this product, but nothing is recorded for this single item. That does not "
            "make it a fake: compare the serial number with the label, or look up the lot here."
        )
    if view.identity.lot:
        return _(
            "We know this product, but nothing is recorded for this lot. That does not make it "
            "a fake: compare the lot number with the label."
        )
    return _(
        "This is the page of the product as a whole. Scan the code on one item, or look up its "
        "lot here, to see where it came from."
    )


def _missing(code: str, reason: str, *, is_mistyped: bool = False) -> _Answer:
    shown = code if len(code) <= _SHOWN_CHARS_MAX else code[:_SHOWN_CHARS_MAX] + "…"
    heading = _("This code was not read correctly") if is_mistyped else None
    html = render_template(
        "missing.html",
        shown=shown,
        reason=reason,
        is_mistyped=is_mistyped,
        heading=heading or _("We know nothing about this code"),
    )
    return html, 404


def _held() -> HeldPages | None:
    held: HeldPages | None = current_app.extensions[HELD_EXTENSION]
    return held


def _source() -> PageSource:
    source: PageSource = current_app.extensions[EXTENSION]
    return source
