"""The scan page: camera, photo and typing lead to one list of what was read.

The rule that must stay true: nothing that is sent here is kept or logged, neither photo nor text,
and nothing changes by it. The script that reads symbols may compile WebAssembly, and it alone: it
runs in a worker under a policy of its own, so that the page keeps the strict one.
"""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from flask import Blueprint, Flask, Response, current_app, render_template, request

from base.config import Settings
from base.db import reading as read_only
from base.errors import InputTooLarge, InvalidInput, Problem
from web.form_file import file_of_form
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.photo import PhotoRefused, PhotoTrouble, can_read_photos, symbols_on
from web.pages.told import ToldView, told_of
from web.recall_marks import Badge, badges_for
from web.services import services
from web.session import page_actor

EXTENSION: Final = "suxin_photo_slots"

_WORKER: Final = "camera/worker.js"
_WORKER_POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)

# A symbol holds at most 2,953 characters; in a form one of them may take nine bytes.
_TEXT_BYTES_MAX: Final = 27_000

_STATUS_OF_TROUBLE: Final[dict[PhotoTrouble, int]] = {
    "missing": 400,
    "too_large": 413,
    "too_many_pixels": 413,
    "heic": 415,
    "not_a_photo": 415,
    "damaged": 400,
    "busy": 503,
    "no_reader": 501,
}

blueprint = Blueprint("camera", __name__)


def register_camera(app: Flask, settings: Settings) -> None:
    """Give the application the scan page."""
    # Each photo takes memory while it is unpacked; so many of them a process has.
    app.extensions[EXTENSION] = threading.BoundedSemaphore(settings.photo_readers_max)
    app.register_blueprint(blueprint)


@blueprint.get("/scan")
def scan() -> str:
    """Show the camera, and what works without one."""
    return _page(())


@blueprint.get("/scan/worker.js")
def worker() -> Response:
    """Return the script that reads symbols, under the one policy that lets it."""
    script = Path(str(current_app.static_folder), _WORKER).read_bytes()
    headers = {"Content-Security-Policy": _WORKER_POLICY, "Cache-Control": "max-age=3600"}
    return Response(script, content_type="text/javascript; charset=utf-8", headers=headers)


@blueprint.post("/scan/reading")
def reading() -> Response:
    """Return one list item for each `text` of a form, in their order.

    It is a POST because a text may be the number of a person, and addresses are logged.
    """
    texts = _texts()
    items = _told(texts)
    html = render_template("camera/items.html", items=items, recalls=_recalls(items))
    return Response(html, headers=_NOT_KEPT)


@blueprint.post("/scan/photo")
def photo() -> Response | tuple[Response, int]:
    """Read the symbols on a photo and show the page with what they are."""
    try:
        texts = _read(_photo())
    except PhotoRefused as refusal:
        body = _page((), trouble=refusal.trouble)
        return Response(body, headers=_NOT_KEPT), _STATUS_OF_TROUBLE[refusal.trouble]
    return Response(_page(_told(texts), is_photo=True), headers=_NOT_KEPT)


_NOT_KEPT: Final = {"Cache-Control": "no-store"}


def _page(
    items: tuple[ToldView, ...], *, is_photo: bool = False, trouble: PhotoTrouble | None = None
) -> str:
    settings = services().settings
    return render_template(
        "camera.html",
        items=items,
        recalls=_recalls(items),
        is_photo=is_photo,
        trouble=trouble,
        takes_photos=can_read_photos(),
        words=_words(),
        texts_max=settings.scan_texts_max,
        photo_bytes_max=settings.photo_bytes_max,
        photo_mb_max=settings.photo_bytes_max >> 20,
    )


def _told(texts: tuple[str, ...]) -> tuple[ToldView, ...]:
    lang, actor, year = chosen_lang(), page_actor(), services().clock.now().year
    return tuple(told_of(text, lang, actor, year=year) for text in texts)


def _recalls(items: Sequence[ToldView]) -> dict[str, list[Badge]]:
    """Return the recalls of what was read, by the text of its reading; none has no row."""
    readings = [one for item in items for one in item.readings if one.uris]
    if not readings:
        return {}
    parts = services()
    with read_only(parts.engine) as connection:
        uris = {uri for one in readings for uri in one.uris}
        found = badges_for(connection, parts.log, page_actor(), uris)
    told: dict[str, list[Badge]] = {}
    for one in readings:
        badges = {badge.number: badge for uri in one.uris for badge in found.get(uri, ())}
        if badges:
            told[one.text] = list(badges.values())
    return told


def _texts() -> tuple[str, ...]:
    texts_max = services().settings.scan_texts_max
    request.max_content_length = texts_max * _TEXT_BYTES_MAX
    request.max_form_memory_size = request.max_content_length
    request.max_form_parts = texts_max
    texts = tuple(request.form.getlist("text"))
    if not 1 <= len(texts) <= texts_max:
        problem = Problem(path="text", code="count", message=f"1 to {texts_max} texts are expected")
        raise InvalidInput(f"text: {problem.message}", problems=(problem,))
    return texts


def _photo() -> bytes:
    """Return the file of the form, which has been in memory alone."""
    bytes_max = services().settings.photo_bytes_max
    try:
        data = file_of_form(request, "photo", bytes_max)
    except InputTooLarge:
        raise PhotoRefused("too_large", f"a photo has at most {bytes_max} bytes") from None
    except InvalidInput:
        raise PhotoRefused("missing", "the body is no form that can be read") from None
    if not data:
        raise PhotoRefused("missing", "the form has no photo")
    return data


def _read(data: bytes) -> tuple[str, ...]:
    settings = services().settings
    slots: threading.BoundedSemaphore = current_app.extensions[EXTENSION]
    if not slots.acquire(timeout=settings.photo_wait_max_s):
        raise PhotoRefused("busy", "too many photos are being read")
    try:
        return symbols_on(data, pixels_max=settings.photo_pixels_max)
    finally:
        slots.release()


def _words() -> dict[str, str]:
    """Return the sentences that the script says."""
    return {
        "start": _("Open the camera"),
        "stop": _("Close the camera"),
        "starting": _("Opening the camera…"),
        "looking": _("Looking for a code…"),
        "read": _("Read. Hold the next code in front of the camera."),
        "copied": _("Copied"),
        "copy_list": _("Copy the list"),
        "full": _("The list is full. Copy it and clear it to go on."),
        "photo_reading": _("Reading the photo on your device…"),
        "photo_sending": _("Nothing was found on your device. Asking the service…"),
        "camera": _("Camera"),
    }
