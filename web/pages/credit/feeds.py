"""The pages of feeds: how each is doing, where it comes from, and a batch handed in by hand.

The rule that must stay true: nothing is taken before somebody has seen what would become of it.
"""

import re
from typing import Final
from uuid import UUID

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError, NotFound
from credit.casework.feeds import Timeliness
from credit.casework.trial import Trial
from credit.feeds.model import Feed
from parties.access import Action, has_role_for
from web.credit import today
from web.credit_doors import ask_soon, feed_doors
from web.credit_feed_desk import (
    feed_count,
    feed_quality,
    feed_rows,
    held_batches,
    take_file,
    try_file,
)
from web.credit_feeds import batches_page, feed_asked
from web.pages.credit import feed_words
from web.pages.credit.cases import year_before
from web.pages.credit.feed_pictures import Share, draw_batches, draw_shares
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint, page_rows
from web.pages.work_forms import Form, blank, typed
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires

_SHA256: Final = re.compile(r"[0-9a-f]{64}")
_UUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_FILE: Final = "file"
_ROWS_SHOWN: Final = 20
_NAME_CHARS_MAX: Final = 200


@blueprint.context_processor
def _feed_words() -> dict[str, object]:
    """Give the pages of the workbench the words of feeds."""
    actor = page_actor()
    return {
        "feed_words": feed_words,
        "hands_in": has_role_for(actor, Action.HAND_IN_CREDIT),
        "releases": has_role_for(actor, Action.RELEASE_CREDIT),
    }


@blueprint.get("/credit/feeds")
@page_requires(Action.READ_CREDIT_FEEDS)
def credit_feeds() -> str:
    """List the feeds with what came of their rows; what is held stands first."""
    parts = services()
    since = year_before(today(parts))
    return render_template(
        "credit/feeds/list.html",
        rows=feed_rows(parts, since=since),
        held=held_batches(parts),
        since=since,
    )


@blueprint.get("/credit/feeds/<name>")
@page_requires(Action.READ_CREDIT_FEEDS)
def credit_feed(name: str) -> str:
    """Show one feed: its batches, why rows wait, how late it reports, whom it is about."""
    return _feed_page(feed_asked(name), blank("upload"))


@blueprint.post("/credit/feeds/<name>")
@page_requires(Action.HAND_IN_CREDIT)
def credit_try_batch(name: str) -> str | tuple[str, int]:
    """Show what would become of a file; nothing is taken."""
    parts, feed, form = services(), feed_asked(name), typed("upload")
    sent = request.files.get(_FILE)
    body = b"" if sent is None else sent.stream.read(parts.settings.credit_push_bytes_max + 1)
    if not body:
        form.wrong(_FILE, _("Choose the file of the batch."))
    if len(body) > parts.settings.credit_push_bytes_max:
        most = parts.settings.credit_push_bytes_max >> 20
        form.wrong(_FILE, _("A file has at most %(most)s MB.", most=str(most)))
    if not form.is_good:
        return _feed_page(feed, form), 400
    try:
        trial = try_file(parts, page_actor(), feed, body, rows_max=_ROWS_SHOWN)
    except AppError as refusal:
        form.wrong(_FILE, feed_words.came_words(refusal.message))
        return _feed_page(feed, form), 400
    return _trial_page(feed, trial, "" if sent is None else sent.filename or "")


@blueprint.post("/credit/feeds/<name>/take")
@page_requires(Action.HAND_IN_CREDIT)
def credit_take_batch(name: str) -> WerkzeugResponse | tuple[str, int]:
    """Take a file that was tried out."""
    parts, feed, form = services(), feed_asked(name), typed("upload")
    sha256 = form.text("sha256")
    if not _SHA256.fullmatch(sha256):
        form.wrong(_FILE, _("Choose the file of the batch."))
        return _feed_page(feed, form), 400
    try:
        batch = take_file(parts, page_actor(), name, bytes.fromhex(sha256))
    except AppError as refusal:
        form.refuse(refusal, Refusals(fields={"": _FILE}))
        return _feed_page(feed, form), 400
    return redirect(f"/work/credit/batches/{batch.id}", 303)


@blueprint.get("/credit/feeds/<name>/take")
@page_requires(Action.READ_CREDIT_FEEDS)
def credit_feed_again(name: str) -> WerkzeugResponse:
    """Lead whoever signed in anew back to the feed."""
    return redirect(f"/work/credit/feeds/{feed_asked(name).id}", 303)


@blueprint.post("/credit/feeds/<name>/ask")
@page_requires(Action.HAND_IN_CREDIT)
def credit_ask_source(name: str) -> WerkzeugResponse | tuple[str, int]:
    """Let an address be asked before its time."""
    feed, form = feed_asked(name), typed("ask")
    source = form.text("source")
    try:
        if not _UUID.fullmatch(source):
            raise NotFound("There is no address with that id.")
        ask_soon(services(), feed, UUID(source))
    except AppError as refusal:
        form.wrong("", feed_words.came_words(refusal.message))
        return _feed_page(feed, form), 409
    return redirect(f"/work/credit/feeds/{feed.id}?done=asked#doors", 303)


@blueprint.get("/credit/feeds/<name>/ask")
@page_requires(Action.READ_CREDIT_FEEDS)
def credit_feed_asked(name: str) -> WerkzeugResponse:
    """Lead whoever signed in anew back to the feed."""
    return redirect(f"/work/credit/feeds/{feed_asked(name).id}", 303)


def _feed_page(feed: Feed, form: Form) -> str:
    parts = services()
    page = batches_page(
        parts, feed=feed.id, after=request.args.get("after", ""), count=min(20, page_rows())
    )
    quality, codes = feed_quality(parts, feed)
    named = [(feed_words.code_title(code), count, "quarantined", code) for code, count in codes]
    since = year_before(today(parts))
    return render_template(
        "credit/feeds/feed.html",
        feed=feed,
        count=feed_count(parts, feed, since=since),
        doors=feed_doors(parts, feed),
        done=request.args.get("done", "") if form.is_good else "",
        since=since,
        page=page,
        picture=draw_batches([one for one in page.batches if one.seq is not None]),
        codes=draw_shares(named),
        quality=quality,
        times=_times(quality.timeliness),
        form=form,
    )


def _times(timeliness: Timeliness | None) -> list[Share]:
    if timeliness is None or not timeliness.total:
        return []
    titles, before = [], 0
    for last in timeliness.upto:
        titles.append(_("%(first)s to %(last)s working days", first=str(before), last=str(last)))
        before = last + 1
    titles.append(_("more than %(last)s working days", last=str(before - 1)))
    rows = [
        (title, count, "accepted" if at == 0 else "quarantined", "")
        for at, (title, count) in enumerate(zip(titles, timeliness.counts, strict=True))
    ]
    return draw_shares(rows)


def _trial_page(feed: Feed, trial: Trial, name: str) -> str:
    return render_template(
        "credit/feeds/trial.html",
        feed=feed,
        trial=trial,
        batch=trial.batch,
        name=name[:_NAME_CHARS_MAX],
    )
