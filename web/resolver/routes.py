"""The addresses of the resolver: every GS1 key, compressed links, `/t/`, and its description.

GS1-Conformant Resolver Standard 2.2 to 2.4. The rule that must stay true: what stands here answers
scripts of every origin (CORS), and nothing else of this service does; it reads no credential but
the language that was chosen, and changes nothing.
"""

from contextlib import suppress
from typing import Final
from urllib.parse import parse_qsl

import orjson
from flask import Blueprint, Flask, Response, abort, current_app, make_response, redirect, request
from werkzeug.exceptions import HTTPException, RequestURITooLarge
from werkzeug.routing import BaseConverter
from werkzeug.wrappers import Response as WerkzeugResponse

from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import CodeError
from codes.typed import path_of_item
from parties.issuing.tags import SIGNED
from web.pages.routes import held_scan, page_source, printed, show_misread
from web.resolver.answers import answer, own_page, query_text, wants_data, with_links
from web.resolver.description import PATH as DESCRIPTION_PATH
from web.resolver.description import describe_resolver
from web.resolver.entry import EXTENSION, Resolver, entry_path, resolver
from web.resolver.gathering import Asked
from web.resolver.list_page import code_of
from web.resolver.paths import (
    COMPRESSED_CHARS_MIN,
    KEYS,
    Named,
    check_query,
    read_path,
    read_slashed_path,
)
from web.resolver.typed import lead_to_typed, show_private, show_typed
from web.scan_log import note_miss
from web.signatures import signature_of

blueprint = Blueprint("resolver", __name__)

# Before the path of a code: the ledger's own page, wherever its owner wants the code to lead.
_OWN_PAGE: Final = "/page/"

# Said of every answer, in one pass over its headers: a page is made of little else.
_OPEN: Final = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS"),
    ("Access-Control-Expose-Headers", "Link, Location"),
    ("Vary", "Accept"),
)
_PREFLIGHT: Final = (
    ("Access-Control-Allow-Headers", "Accept, Accept-Language"),
    ("Access-Control-Max-Age", "86400"),
)


class _CompressedConverter(BaseConverter):
    """One segment that may be a compressed link; addresses with a name of their own come first."""

    regex = rf"[A-Za-z0-9_\-]{{{COMPRESSED_CHARS_MIN},}}"


def register_resolver(app: Flask, parts: Resolver) -> None:
    """Give the application its resolver; the pages must be registered too."""
    app.extensions[EXTENSION] = parts
    app.url_map.converters["compressed"] = _CompressedConverter
    app.register_blueprint(blueprint)


def by_link(**_parts: str) -> WerkzeugResponse:
    """Answer for the thing that the path names, or say which rule it breaks."""
    path = request.path
    if path.startswith(_OWN_PAGE):
        return _by_path(path.removeprefix(_OWN_PAGE.rstrip("/")), door="page")
    return _by_path(path)


# One view for all of them, so that whoever counts requests counts them together.
for _key in sorted(KEYS):
    blueprint.add_url_rule(f"/{_key}/<path:rest>", "by_link", by_link)
    blueprint.add_url_rule(f"{_OWN_PAGE}{_key}/<path:rest>", "by_link", by_link)
blueprint.add_url_rule("/<compressed:segment>", "by_link", by_link)


def _by_path(path: str, *, door: str = "") -> WerkzeugResponse:
    try:
        named = read_path(path)
    except CodeError as refusal:
        if path.count("/") == 1:
            abort(404)  # A word that is no compressed link is no address here.
        slashed = read_slashed_path(path)
        if slashed is None or not _is_recorded(slashed):
            return _refused(path, refusal)
        named = slashed
    return _answer(named, door=door)


def _answer(named: Named, *, door: str = "") -> WerkzeugResponse:
    # The page of a trade item prints its number in a way of its own.
    shown = "" if named.elements[0][0] == "01" else code_of(named.uri)
    if not request.query_string and not named.query and not wants_data():
        # The common case: somebody scans a code whose page was made a moment ago.
        kept = held_scan(named.uri, shown=shown, door=door)
        if kept is not None:
            return with_links(kept, named.path, named.path if named.is_compressed else "")
    query = query_text()
    if len(query) > resolver().query_chars_max:
        raise RequestURITooLarge
    lot = request.args.get("lot", "").strip() if query else ""
    if lot and len(named.elements) == 1 and named.elements[0][0] == "01":
        return _to_lot(named.elements[0][1], lot)
    try:
        check_query(named, query)
    except CodeError as refusal:
        return _refused(named.path, refusal)
    whole = "&".join(filter(None, (named.query, query)))
    arguments = dict(reversed(parse_qsl(whole, keep_blank_values=True)))
    signature = signature_of({**dict(named.elements), SIGNED: arguments.get(SIGNED, "")})
    if signature.is_wrong:
        note_miss()
    asked = Asked(
        uri=named.uri,
        levels=named.levels,
        path=named.path,
        query=whole,
        arguments=arguments,
        shown=shown,
        is_compressed=named.is_compressed,
        signature=signature,
    )
    return own_page(asked) if door else answer(asked)


def _to_lot(gtin: str, lot: str) -> WerkzeugResponse:
    """Lead from the form of a product's page to the lot that was typed into it."""
    path = path_of_item(gtin, lot)
    with suppress(CodeError):  # The address of a wrong one says which rule it breaks.
        path = entry_path(CANONICAL_STEM + path)
    return redirect(path, 303)


def _is_recorded(named: Named) -> bool:
    if page_source().load_history(named.uri).steps:
        return True
    return bool(resolver().links.links_of((named.uri,))[named.uri])


def _refused(path: str, refusal: CodeError) -> Response:
    """Answer 400 with the rule that is broken (2.4.1), as a page or as a problem document."""
    if wants_data():
        raise refusal
    parts = path.strip("/").split("/")
    is_plain = parts[0] == "01" and len(parts) == 2
    pairs = zip(parts[::2], parts[1::2], strict=False)
    shown = parts[1] if is_plain else printed(pairs) if len(parts) % 2 == 0 else path
    return make_response(show_misread(shown, refusal, status=400))


@blueprint.get("/t/")
def typed() -> WerkzeugResponse:
    """Lead from the form to the address of its code."""
    return lead_to_typed(request.args.get("code", ""))


@blueprint.post("/t/")
def post_typed() -> WerkzeugResponse:
    """Lead from the form to the address of its code; what must have no address is answered here."""
    return lead_to_typed(request.form.get("code", ""))


@blueprint.get("/private")
def private() -> WerkzeugResponse:
    """Say that the number of a person is not looked up; it is no part of this address."""
    return show_private()


def by_code(code: str) -> WerkzeugResponse:
    """Show whatever a typed or scanned text names; ask where it may name several things."""
    return show_typed(code, door="page" if request.path.startswith(_OWN_PAGE) else "")


# Labels are written in capitals, for which a QR code has a mode of its own.
for _rule in ("/t/<path:code>", "/T/<path:code>", f"{_OWN_PAGE}t/<path:code>"):
    blueprint.add_url_rule(_rule, "by_code", by_code)


@blueprint.get(DESCRIPTION_PATH)
def description() -> Response:
    """Return what this resolver can do."""
    document = describe_resolver(resolver().root, operator=resolver().operator)
    return Response(orjson.dumps(document), content_type="application/json")


@blueprint.after_request
def _open_to_every_origin(response: Response) -> Response:
    response.headers.extend(_OPEN)
    if request.method == "OPTIONS":
        response.headers.extend(_PREFLIGHT)
    return response


@blueprint.after_app_request
def _open_refused_methods(response: Response) -> Response:
    """Let scripts read that a method is refused: no view answers then, and so none of ours."""
    if response.status_code == 405 and _is_ours():
        response.headers.extend(_OPEN)
    return response


def _is_ours() -> bool:
    try:
        endpoint, _parts = current_app.create_url_adapter(request).match(method="GET")  # type: ignore[union-attr]  # Inside a request there is one.
    except HTTPException:
        return False
    return request.blueprint is None and str(endpoint).startswith(f"{blueprint.name}.")
