"""The consumer's pages: the start page, and what a scanned code shows.

Which address leads to which code is read by `web.resolver`. The rule that must stay true: where
nothing is recorded a page says so and does not call the product a fake.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Final, TypeAlias
from urllib.parse import quote

from flask import Blueprint, Flask, Response, current_app, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from codes.gs1.digital_link import CANONICAL_STEM
from codes.gs1.element_string import element_text
from codes.model import CodeError, Scheme
from codes.telling import Telling
from parties.directory import register_uris
from parties.issuing.tags import Signature
from web.held_pages import HeldPages
from web.pages.chain_picture import LYING_RANKS_MAX, describe, draw_lying, draw_upright
from web.pages.code_words import refusal_words
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.model import PageSource, ScanView
from web.pages.regions import region_name
from web.pages.scan_view import build_scan_view, product_uri
from web.pages.unknown import UnknownCode, hides, refused_code, title_of, unknown_code
from web.pages.verify_words import verify_words
from web.pages.words import STAGES
from web.scan_log import note_bare_page, scan_marks, scanned_page

EXTENSION: Final = "suxin_pages"
HELD_EXTENSION: Final = "suxin_held_pages"
_SHOWN_CHARS_MAX: Final = 512
# What is wrong with the whole of a code and not with a character of it.
_STRUCTURE: Final = frozenset(
    {
        "attribute",
        "excluded_ai",
        "missing_ai",
        "no_key",
        "qualifiers",
        "repeated_ai",
        "too_long",
        "trailing_slash",
        "unknown_ai",
    }
)

Answer: TypeAlias = "WerkzeugResponse | tuple[str, int]"

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
    return render_template("home.html", links=page_source().ledger_links())


@blueprint.get("/favicon.ico")
def favicon() -> Response:
    """Return the mark for whoever asks for an icon without having read a page."""
    mark = Path(str(current_app.static_folder), "mark.svg").read_bytes()
    return Response(mark, mimetype="image/svg+xml", headers={"Cache-Control": "max-age=3600"})


def show_misread(
    code: str, refusal: CodeError | None, *, scheme: Scheme | None = None, status: int = 404
) -> Answer:
    """Say which rule a code breaks: that is another thing than a code nobody knows.

    Without a `refusal` its check digit is what is wrong; `scheme` is what it looks like.
    """
    if refusal is not None and refusal.rule != "check_digit":
        reason = refusal_words(refusal, chosen_lang())
        is_structure = refusal.rule in _STRUCTURE
        return show_missing(
            code, reason, is_mistyped=not is_structure, is_malformed=is_structure, status=status
        )
    if scheme is None:
        reason = _("Its check digit does not fit, so this is not the number on any product.")
    else:
        title = scheme.title_zh if chosen_lang() == "zh" else scheme.title_en
        reason = _(
            "It looks like this kind of code, but its check digit does not fit: %(kind)s.",
            kind=title,
        )
    return show_missing(code, reason, is_mistyped=True, status=status)


def show_refused(code: str, told: Telling) -> Answer:
    """Say what a typed text comes nearest to, and which rule it breaks at which place."""
    refusal = told.refusal
    if refusal is not None and refusal.rule == "check_digit":
        return show_misread("" if hides(told) else code, None, scheme=told.suspect)
    about = refused_code(code, told, chosen_lang())
    if about.fault is None:
        reason = _("It does not look like any kind of code that we can read.")
        return show_missing(code, reason)
    if about.fault.host:
        reason = _("It is the address of a web page, and no code that we can read is in it.")
        return show_missing(code, reason)
    is_mistyped = told.suspect is not None
    return show_missing(
        code, about.fault.reason, about=about, is_mistyped=is_mistyped, is_malformed=not is_mistyped
    )


def show_personal(subject: str, scheme: Scheme) -> Answer:
    """Say that a code is, or holds, the number of a person, and repeat nothing of it."""
    if scheme.name == "cn_id_number":
        reason = _("It is hidden here, not kept and not looked up. No goods bear such a number.")
        return show_missing("", reason, about=UnknownCode(is_personal=True))
    if view_of(subject)[0].is_known:
        return show_scan(subject)
    reason = _("Nothing is recorded under it here.")
    hidden = _("It holds the ID number of a person, which is shown nowhere.")
    about = UnknownCode(kind=title_of(scheme, chosen_lang()))
    return show_missing("", f"{reason} {hidden}", about=about)


def show_place(subject: str, *, shown: str) -> "Answer | None":
    """Return the page of a registered place of which nothing is recorded, None for any other."""
    source = page_source()
    directory = source.load_directory(source.load_history(subject))
    found = [directory.sites[uri] for uri in register_uris(subject) if uri in directory.sites]
    if not found:
        return None
    site, lang = found[0], chosen_lang()
    party = directory.parties.get(site.party_id)
    names = [(one.name_zh, one.name_en) if one else ("", "") for one in (site, party)]
    name, owner = (zh if lang == "zh" else en or zh for zh, en in names)
    about = unknown_code(subject, "", lang, year=source.today().year)
    html = render_template(
        "site.html",
        name=name,
        owner=owner,
        kind=about.kind,
        region=region_name(site.region, lang),
        number=shown or subject,
    )
    return html, 200


def held_scan(subject: str, *, shown: str = "", door: str = "") -> Response | None:
    """Return the page of a canonical URI where it is kept and nothing was recorded since.

    Pages of different doors are kept apart: what one shows, another may send elsewhere.
    """
    held = page_memory()
    # A page repeats the arguments of its request in its links; only the plain address is kept.
    if held is None or request.query_string:
        return None
    kept = held.get(_key(subject, shown, door))
    return None if kept is None else scanned_page(subject, kept)


def show_scan(
    subject: str, *, shown: str = "", door: str = "", signature: Signature = Signature.ABSENT
) -> Answer:
    """Make the page of a canonical URI and keep it; `shown` prints a code that is no GTIN.

    What a page says of the signature on a label is for whoever scanned that label: it is not kept.
    """
    view, size = view_of(subject, shown=shown, signature=signature)
    if not view.is_known:
        code = _looked_for(view) or shown
        return show_missing(code, _("Nothing is recorded under it here."), subject=subject)
    body = _scan_page(view).encode()
    held = page_memory()
    is_plain = not request.query_string and signature is Signature.ABSENT
    if held is not None and is_plain and not is_bare(view):
        held.put(_key(subject, shown, door), body, size=size)
    return scanned_page(subject, body)


def view_of(
    subject: str, *, shown: str = "", signature: Signature = Signature.ABSENT
) -> tuple[ScanView, int]:
    """Return what anybody may see of a canonical URI, and how many entries it was read from.

    Every answer about a code is made from this, so here the request counts as a miss where the code
    was made up: who guesses reads a link or a list as well as a page.
    """
    source = page_source()
    history = source.load_history(subject)
    directory = source.load_directory(history)
    view = build_scan_view(
        history, directory, chosen_lang(), source.today(), shown=shown, signature=signature
    )
    if is_bare(view):
        note_bare_page(subject)
    return view, history.size


def is_bare(view: ScanView) -> bool:
    """Return whether a view is that of a single thing of which nothing is recorded.

    It may be made up, which is asked anew each time: nothing that was made from it is kept.
    """
    return not view.stages and bool(scan_marks(view.subject))


def _key(subject: str, shown: str, door: str) -> tuple[str, ...]:
    return (chosen_lang(), page_source().today().isoformat(), subject, shown, door)


def _looked_for(view: ScanView) -> str:
    identity = view.identity
    if not identity.lot and not identity.serial:
        return identity.gtin
    return printed((("01", identity.gtin), ("10", identity.lot), ("21", identity.serial)))


def printed(elements: Iterable[tuple[str, str]]) -> str:
    """Return a whole code as GS1 prints it for people (GS1 General Specifications 4.14)."""
    return "".join(element_text(ai, value) for ai, value in elements if value)


def _scan_page(view: ScanView) -> str:
    links = page_source().ledger_links()
    chain = view.chain
    return render_template(
        "scan.html",
        view=view,
        links=links,
        missing=_what_is_missing(view),
        product_path=product_uri(view.subject).removeprefix(CANONICAL_STEM),
        bundle_url=f"{links.bundle}?code={quote(view.subject, safe='')}",
        stage_words={stage: words.of(view.lang) for stage, words in STAGES.items()},
        chain_words=describe(chain, view.lang),
        lying=draw_lying(chain, view.lang) if chain.ranks <= LYING_RANKS_MAX else None,
        upright=draw_upright(chain, view.lang),
        verify_words=verify_words(),
        scan_marks=scan_marks(view.subject),
    )


def _what_is_missing(view: ScanView) -> str:
    if view.is_unused:
        return _(
            "This code was given to the maker and is not in use yet: goods on sale should not "
            "carry it. Ask the seller, or report it."
        )
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


def show_missing(
    code: str,
    reason: str,
    *,
    subject: str = "",
    about: UnknownCode | None = None,
    is_mistyped: bool = False,
    is_malformed: bool = False,
    status: int = 404,
) -> Answer:
    """Say that a code leads to nothing here, which kind it is, and what that can mean.

    `subject` is its canonical URI where it has one, or `about` says what is told of it.
    """
    if about is None:
        year = page_source().today().year
        about = unknown_code(subject, code, chosen_lang(), year=year) if subject else UnknownCode()
    shown = code if len(code) <= _SHOWN_CHARS_MAX else code[:_SHOWN_CHARS_MAX] + "…"
    heading = _("This code was not read correctly") if is_mistyped or is_malformed else None
    if about.is_personal:
        heading = _("This is the ID number of a person")
    html = render_template(
        "missing.html",
        shown=shown,
        reason=reason,
        about=about,
        is_mistyped=is_mistyped,
        is_malformed=is_malformed,
        heading=heading or _("We know nothing about this code"),
    )
    return html, status


def page_memory() -> HeldPages | None:
    """Return where made pages are kept, None where they are not."""
    held: HeldPages | None = current_app.extensions[HELD_EXTENSION]
    return held


def page_source() -> PageSource:
    """Return what the pages are made from."""
    source: PageSource = current_app.extensions[EXTENSION]
    return source
