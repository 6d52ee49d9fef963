"""Where one's own codes lead: the links of a product, lot or item, kept on pages.

One rule: a code of somebody else is not there at all; what a page does goes the way of the
interface (`web.links`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.db import reading
from base.errors import AppError, Forbidden, NotFound
from codes.canonical import uri_of_text
from codes.gs1.digital_link import CANONICAL_STEM
from codes.gs1.link_types import LINK_TYPES
from codes.labels.hri import hri_of
from codes.model import CodeError
from parties.access import Action
from parties.directory import register_uris
from parties.link_drafts import LinkDraft
from parties.links import list_links
from web.issuing import party_of
from web.links import checked, choose_default, end, keep
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint, id_asked, page_rows
from web.pages.work_finding import products_asked
from web.pages.work_forms import Form, blank, once_of, typed
from web.pages.work_link_rows import (
    MEDIA_TYPES,
    link_rows,
    media_types,
    names_of,
    other_types,
    usual_types,
)
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires

_ENDED_SHOWN: Final = 20
_DONE: Final = ("kept", "default", "page", "ended")
_LANGUAGES: Final = ("zh-CN", "en", "zh-TW", "ja", "ko", "ru")


@dataclass(frozen=True, slots=True, kw_only=True)
class Anchor:
    """A code of one's own: its canonical URI, its name in the register, what it says for people.

    `path` is that of the ledger's page, "" where only the code itself leads there; a lot or an item
    is finer than what is registered.
    """

    uri: str
    name: str
    lines: tuple[str, ...]
    path: str
    is_finer: bool


@blueprint.get("/links")
@page_requires(Action.MANAGE_LINKS)
def links() -> str:
    """Show the links of a code, or ask of which; with those that were kept last."""
    code = request.args.get("code", "")
    if code:
        return _code_page(_own_anchor(code), _blank_link())
    return _start(blank("code"))


@blueprint.post("/links/choose")
@page_requires(Action.MANAGE_LINKS)
def choose_code() -> WerkzeugResponse | tuple[str, int]:
    """Lead to the links of a code that was typed."""
    form = typed("code")
    try:
        return redirect(_page_of(_own_anchor(form.text("code")).uri), 303)
    except AppError:
        # What is no code and what is another's are alike: neither has links to keep here.
        form.wrong("code", _("No product, lot, item or place of yours has this code."))
    return _start(form), 400


@blueprint.post("/links")
@page_requires(Action.MANAGE_LINKS, keeps_typed=True)
def keep_link() -> WerkzeugResponse | tuple[str, int]:
    """Keep a link of a code of one's own."""
    parts, form = services(), typed("link")
    anchor = _own_anchor(form.text("uri"))
    form.choice("link_type", dict.fromkeys(LINK_TYPES))
    form.choice("media_type", dict.fromkeys(MEDIA_TYPES))
    if form.is_good:
        draft = LinkDraft(
            uri=anchor.uri,
            link_type=form.text("link_type"),
            href=form.text("href"),
            title=form.text("title"),
            language=form.code("language"),
            media_type=form.text("media_type"),
            is_default=form.is_ticked("is_default"),
        )
        once = once_of(form)
        key = None if once is None else f"page:{once}"
        try:
            keep(parts, page_actor(), checked(parts, draft), key=key)
        except AppError as refusal:
            form.refuse(refusal, Refusals())
        else:
            return redirect(_page_of(anchor.uri, done="kept"), 303)
    return _code_page(anchor, form), 400


@blueprint.post("/links/<uuid:link_id>/default")
@page_requires(Action.MANAGE_LINKS)
def make_default(link_id: UUID) -> WerkzeugResponse:
    """Make a link the default of its code, or let the code lead to the ledger's page."""
    is_default = typed("default").is_ticked("is_default")
    uri = _hidden_if_not_own(choose_default, link_id, is_default=is_default)
    return redirect(_page_of(uri, done="default" if is_default else "page"), 303)


@blueprint.post("/links/<uuid:link_id>/end")
@page_requires(Action.MANAGE_LINKS)
def end_link(link_id: UUID) -> WerkzeugResponse:
    """End a link for ever."""
    uri = _hidden_if_not_own(end, link_id)
    return redirect(_page_of(uri, done="ended"), 303)


def _hidden_if_not_own(act: Callable[..., dict[str, Any]], link_id: UUID, **how: Any) -> str:
    """Do something to a link and return its code; another's link is not there at all."""
    try:
        return str(act(services(), page_actor(), link_id, **how)["uri"])
    except Forbidden:
        raise NotFound("There is no link of yours with that id.") from None


def _own_anchor(text: str) -> Anchor:
    """Return a code of one's own; raises `NotFound` for any other."""
    parts = services()
    party_id = party_of(page_actor(), Action.MANAGE_LINKS)
    try:
        uri = uri_of_text(text)
    except CodeError:
        raise NotFound("There is no code of yours like this.") from None
    if parts.owners.owners_of((uri,))[uri] != party_id:
        raise NotFound("There is no code of yours like this.")
    with reading(parts.engine) as connection:
        name = names_of(connection, [uri])[uri]
    is_gs1 = uri.startswith(CANONICAL_STEM)
    return Anchor(
        uri=uri,
        name=name,
        lines=hri_of(uri) or (uri,),
        path=f"/page{uri.removeprefix(CANONICAL_STEM)}" if is_gs1 else "",
        is_finer=register_uris(uri) != (uri,),
    )


def _page_of(uri: str, **more: str) -> str:
    return f"/work/links?{urlencode({'code': uri, **more})}"


def _blank_link() -> Form:
    return blank("link", link_type="pip", language="zh-CN", media_type="text/html", href="https://")


def _start(form: Form) -> str:
    party_id = party_of(page_actor(), Action.MANAGE_LINKS)
    with reading(services().engine) as connection:
        page = list_links(
            connection,
            {"party_id": party_id},
            is_ended=False,
            before=id_asked("older"),
            rows_max=page_rows(),
        )
        return render_template(
            "work/links.html",
            form=form,
            found=products_asked(connection, party_id),
            links=link_rows(connection, page, party_id),
            older=page.next_after,
        )


def _code_page(anchor: Anchor, form: Form) -> str:
    party_id = party_of(page_actor(), Action.MANAGE_LINKS)
    of_code: dict[str, object] = {"uri": anchor.uri}
    own_default = {**of_code, "party_id": party_id, "is_default": True}
    with reading(services().engine) as connection:
        standing = list_links(
            connection, of_code, is_ended=False, before=id_asked("older"), rows_max=page_rows()
        )
        default = list_links(connection, own_default, is_ended=False, before=None, rows_max=1)
        ended = list_links(connection, of_code, is_ended=True, before=None, rows_max=_ENDED_SHOWN)
        done = request.args.get("done", "")
        return render_template(
            "work/code_links.html",
            anchor=anchor,
            links=link_rows(connection, standing, party_id),
            older=standing.next_after,
            default=next(iter(link_rows(connection, default, party_id)), None),
            ended=link_rows(connection, ended, party_id),
            form=form,
            usual=usual_types(),
            others=other_types(),
            languages=_LANGUAGES,
            media_types=media_types(),
            done=done if done in _DONE else "",
        )
