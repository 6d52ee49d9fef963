"""`/t/`: whatever somebody typed, or scanned from a label that is no Digital Link.

The rule that must stay true: a text that may mean several things becomes a question, never a guess;
and whoever asks this ledger about a code is not sent away from it.
"""

from urllib.parse import quote, urlencode

from flask import Response, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as WerkzeugResponse

from codes import registry
from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import Candidate, Category, CodeError
from codes.telling import holds_person, is_private, tell
from codes.typed import read_loosely
from web.pages.code_hints import hint_of
from web.pages.languages import chosen_lang
from web.pages.routes import held_scan, page_source, show_personal, show_refused
from web.pages.unknown import title_of
from web.resolver.answers import answer, own_page, query_text, wants_data, with_links
from web.resolver.entry import entry_address, entry_path, leads_elsewhere
from web.resolver.gathering import Asked
from web.resolver.paths import named_of
from web.scan_log import note_bare_page


def lead_to_typed(text: str) -> WerkzeugResponse:
    """Lead to the address of a text that was typed into the form.

    The number of a person gets no address: it would stand in the browser's history, and whoever
    keeps a log of addresses on the way would keep it. It is answered without repeating it.
    """
    code = text.strip().lstrip("/")
    if not code:
        return redirect(url_for("pages.home"), 303)
    told = tell(code)
    if request.method == "POST" and holds_person(told):
        return show_typed(code)
    if is_private(told):
        # An older page sent it as a part of the address, which the next address takes away.
        return redirect(url_for("resolver.private"), 303)
    path = url_for("resolver.by_code", code=code)
    # A browser that sent a form follows it to no other host (Content-Security-Policy, form-action).
    uris = {reading.code.uri for reading in registry.detect(code) if not reading.code.is_personal}
    is_led_away = any(leads_elsewhere(_levels_of(uri)) for uri in uris)
    return redirect(f"/page{path}" if is_led_away else path, 303)


def show_private() -> WerkzeugResponse:
    """Say that what was asked for is the number of a person, which is shown to nobody."""
    return make_response(show_personal("", registry.get("cn_id_number")))


def show_typed(code: str, *, door: str = "") -> WerkzeugResponse:
    """Show what a text names, lead to the address of its Digital Link, or ask which it is."""
    # A Digital Link in the path brings its own query; the resolver's one is not part of the code.
    wish = request.args.get("as", "")
    readings = _readings_of(code, wish)
    if wish and "linkType" not in request.args:
        door = "page"  # Only pages of this ledger ask so, and they lead to its page.
    if not readings:
        return _by_parts(code)
    likeliest = [reading for reading in readings if reading.rank == readings[0].rank]
    if len({reading.code.uri for reading in likeliest}) > 1:
        return Response(_choice(code, likeliest, door))
    return _by_reading(readings[0], door)


def _readings_of(code: str, wish: str) -> tuple[Candidate, ...]:
    """Return the readings of a text, or the one by the scheme that its address names.

    Some codes look like nothing in particular, and detection offers them to nobody: a seed's unit
    code is read only by who knows that it is one.
    """
    readings = tell(code).readings
    if not wish:
        return readings
    named = tuple(reading for reading in readings if reading.scheme.name == wish)
    if named:
        return named
    try:
        return (Candidate(scheme=registry.get(wish), code=registry.parse(wish, code), rank=1),)
    except CodeError:
        return ()


def _by_parts(code: str) -> WerkzeugResponse:
    """Show a bar code number with a lot or serial beside it; say what is wrong with anything else.

    What stands beside the number may be a lot or a serial: it is what is recorded.
    """
    loose = read_loosely(code)
    uris = loose.uris
    if not uris:
        told = tell(loose.gtin or code)
        return make_response(show_refused(code, told))
    is_recorded = page_source().load_history
    recorded = [uri for uri in uris if len(uris) > 1 and is_recorded(uri).steps]
    if len(uris) > 1 and not recorded:
        # Where one is led tells whether there is such a serial.
        for uri in uris:
            note_bare_page(uri)
    return redirect(entry_path((*recorded, *uris)[0]), 307)


def _by_reading(reading: Candidate, door: str) -> WerkzeugResponse:
    uri = reading.code.uri
    if uri.startswith(f"{CANONICAL_STEM}/01/"):
        return redirect(entry_address(reading.code), 307)
    if reading.code.is_personal:
        # The number of a person is repeated nowhere, so nothing of its address is.
        return make_response(show_personal(uri, reading.scheme))
    # The code of a party may be that of a person, and a person's number is shown to nobody.
    shown = "" if reading.scheme.category is Category.PARTY else reading.code.printed
    path = f"/t/{quote(reading.code.text, safe='')}"
    if _is_gs1(uri):
        path = named_of(uri).path
    kept = None if wants_data() else held_scan(uri, shown=shown, door=door)
    if kept is not None:
        return with_links(kept, path)
    asked = Asked(
        uri=uri,
        levels=_levels_of(uri),
        path=path,
        query=query_text(),
        arguments=request.args.to_dict(),
        shown=shown,
    )
    return own_page(asked) if door else answer(asked)


def _is_gs1(uri: str) -> bool:
    return uri.startswith(f"{CANONICAL_STEM}/")


def _levels_of(uri: str) -> tuple[str, ...]:
    return named_of(uri).levels if _is_gs1(uri) else (uri,)


def _choice(code: str, readings: list[Candidate], door: str) -> str:
    lang = chosen_lang()
    path = ("/page" if door else "") + url_for("resolver.by_code", code=code)
    choices = [
        (
            title_of(reading.scheme, lang),
            f"{path}?{urlencode({'as': reading.scheme.name})}",
            hint_of(reading.scheme.name, lang),
        )
        for reading in readings
    ]
    return render_template("choose.html", choices=choices, shown=readings[0].code.text)
