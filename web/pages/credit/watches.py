"""My watches: the parties that one wants to be told of, and what changed since one last looked.

The rule that must stay true: looking at the page moves nothing; what changed stays there until its
reader says that it was looked at. A list of codes is taken whole or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from flask import redirect, render_template, request
from werkzeug.wrappers import Response as WerkzeugResponse

from base.errors import AppError, InvalidInput, NotFound
from credit.checking import article_of
from credit.feeds.model import FactKind
from credit.rulebook.lists import CreditList, ListKind, credit_lists
from credit.rulebook.model import Measure
from credit.watching.feed import ToLift
from credit.watching.history import ChangeKind, FactRow
from credit.watching.keeping import Added
from credit.watching.limits import limit_on
from credit.watching.tables import PURPOSE_CHARS_MAX
from credit.watching.telling import Told
from parties.access import Action, has_role_for
from web.credit import book_of, today
from web.credit_watches import (
    changes_for,
    look_for,
    looked_for,
    unwatch_for,
    watch_file_for,
    watch_for,
    watch_kept,
    watches_for,
)
from web.pages.credit import watch_words, words
from web.pages.languages import say as _
from web.pages.work_blueprint import blueprint, page_rows
from web.pages.work_forms import Form, blank, typed
from web.services import services
from web.session import page_actor, page_requires

_HERE: Final = "/work/credit/watches"
_ADD: Final = "watch"
_UPLOAD: Final = "list"
_FILE: Final = "file"
_CODE_CHARS_MAX: Final = 40
_COUNT_DIGITS_MAX: Final = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeView:
    """A change as the page tells it; of measures all that stand on one article, as one change."""

    told: Told
    what: str
    tone: str
    why: str
    credit_list: CreditList | None
    measures: tuple[Measure, ...]
    kind: str
    article: str
    to_lift: ToLift

    def joins(self, other: "ChangeView") -> bool:
        """Return whether two changes are told as one."""
        return (
            bool(self.measures and other.measures)
            and (self.what, self.article) == (other.what, other.article)
            and not any(one.to_lift.applications or one.to_lift.is_cut for one in (self, other))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """What came about of one party at one moment, and where more of the party stands."""

    told: Told
    href: str
    changes: Sequence[ChangeView]


@blueprint.context_processor
def _watch_rights() -> dict[str, object]:
    """Tell every page of the workbench whether its reader may watch parties."""
    return {"watches_credit": has_role_for(page_actor(), Action.WATCH_CREDIT)}


@blueprint.get("/credit/watches")
@page_requires(Action.WATCH_CREDIT)
def credit_watches() -> str | tuple[str, int]:
    """Show what changed since one last looked, and whom one watches."""
    code = request.args.get("code", "")[:_CODE_CHARS_MAX]
    try:
        return _page(blank(_ADD, code=code), blank(_UPLOAD))
    except InvalidInput as refusal:
        raise NotFound("There is no such page.") from refusal


@blueprint.get("/credit/watches/file")
@blueprint.get("/credit/watches/looked")
@blueprint.get("/credit/watches/removed")
@page_requires(Action.WATCH_CREDIT)
def credit_watches_again() -> WerkzeugResponse:
    """Lead whoever signed in anew back to the watches."""
    return redirect(_HERE, 303)


@blueprint.post("/credit/watches")
@page_requires(Action.WATCH_CREDIT, keeps_typed=True)
def credit_watch_add() -> WerkzeugResponse | tuple[str, int]:
    """Watch one party."""
    form = typed(_ADD)
    code, purpose = form.code("code"), _purpose_of(form)
    if not code:
        form.wrong("code", _("This is needed."))
    added = _added(form, "code", lambda: watch_for(services(), page_actor(), [code], purpose))
    return (_page(form, blank(_UPLOAD)), 400) if added is None else _done(added)


@blueprint.post("/credit/watches/file")
@page_requires(Action.WATCH_CREDIT)
def credit_watch_file() -> WerkzeugResponse | tuple[str, int]:
    """Watch the parties of a file, all of them or none."""
    parts, form = services(), typed(_UPLOAD)
    sent, most = request.files.get(_FILE), parts.settings.sheet_bytes_max
    body = b"" if sent is None else sent.stream.read(most + 1)
    purpose = _purpose_of(form)
    if not body:
        form.wrong(_FILE, _("Choose the file with the codes."))
    elif len(body) > most:
        form.wrong(_FILE, _("A file has at most %(most)s MB.", most=str(most >> 20)))
    added = _added(form, _FILE, lambda: watch_file_for(parts, page_actor(), body, purpose))
    return (_page(blank(_ADD), form), 400) if added is None else _done(added)


@blueprint.post("/credit/watches/removed")
@page_requires(Action.WATCH_CREDIT)
def credit_watch_remove() -> WerkzeugResponse:
    """Give up a watch; pressed twice it is given up once."""
    code = typed("removed").code("code")
    try:
        unwatch_for(services(), page_actor(), code)
    except NotFound:
        return redirect(_HERE, 303)
    return redirect(f"{_HERE}?done=removed", 303)


@blueprint.post("/credit/watches/looked")
@page_requires(Action.WATCH_CREDIT)
def credit_watch_looked() -> WerkzeugResponse:
    """Keep that the changes of a page were looked at; those behind them are shown next."""
    form = typed("looked")
    try:
        looked_for(services(), page_actor(), after=form.text("after"), upto=form.text("upto"))
    except InvalidInput as refusal:
        raise NotFound("There is no such page.") from refusal
    return redirect(_HERE, 303)


def _purpose_of(form: Form) -> str:
    purpose = form.text("purpose")
    if not purpose:
        form.wrong("purpose", _("Say why."))
    elif len(purpose) > PURPOSE_CHARS_MAX:
        form.wrong("purpose", _("At most %(most)s characters.", most=str(PURPOSE_CHARS_MAX)))
    return purpose


def _added(form: Form, field: str, add: Callable[[], Added]) -> Added | None:
    """Return what came of adding, None where something was wrong, which is noted."""
    if not form.is_good:
        return None
    try:
        return add()
    except AppError as refusal:
        watch_words.refuse(form, refusal, field=field)
        return None


def _done(added: Added) -> WerkzeugResponse:
    return redirect(f"{_HERE}?added={added.added}&known={added.known}", 303)


def _page(form: Form, upload: Form) -> str:
    parts, actor = services(), page_actor()
    look = look_for(parts, actor)
    # Whoever asks for it sees again what it has looked at, from when each watch began.
    again = request.args.get("again")
    after = look.seen if again is None else again
    changes = changes_for(parts, actor, after=after, rows_max=page_rows())
    watches = watches_for(
        parts, actor, after=request.args.get("from", "")[:_CODE_CHARS_MAX], rows_max=page_rows()
    )
    code = form.code("code")
    return render_template(
        "credit/watches/list.html",
        form=form,
        upload=upload,
        kept=watch_kept(parts, actor, code) if code else None,
        moments=_moments([_view(told, due) for told, due in changes.to_lift]),
        feed=changes.feed,
        look=look,
        after=after,
        is_again=again is not None,
        watches=watches,
        limit=limit_on(actor.role, today(parts)),
        purpose_max=PURPOSE_CHARS_MAX,
        added=_count("added"),
        known=_count("known"),
        is_removed=request.args.get("done") == "removed",
    )


def _count(name: str) -> int | None:
    text = request.args.get(name, "")
    is_count = text.isascii() and text.isdigit() and len(text) <= _COUNT_DIGITS_MAX
    return int(text) if is_count else None


def _moments(views: Sequence[ChangeView]) -> list[Moment]:
    """Return changes by the moment and the party, in their order."""

    def moment(view: ChangeView) -> tuple[object, ...]:
        place = view.told.change.place
        return place.day, place.rank, place.seq, view.told.code

    found: list[Moment] = []
    for _key, group in groupby(views, key=moment):
        changes: list[ChangeView] = []
        for one in group:
            if changes and changes[-1].joins(one):
                measures = changes[-1].measures + one.measures
                changes[-1] = replace(changes[-1], measures=measures)
            else:
                changes.append(one)
        href = next((href for one in changes if (href := _href(one))), "")
        found.append(Moment(told=changes[0].told, href=href, changes=changes))
    return found


def _article(record: FactRow) -> str:
    return article_of(record.body, record.list, record.starts_on or record.decided_on)


def _view(told: Told, due: ToLift) -> ChangeView:
    change, record = told.change, told.record
    credit_list = credit_lists().get(change.list_id)
    measure = book_of(services()).measures.get(change.item)
    what = watch_words.ON_LISTS.get(change.kind) if credit_list is not None else None
    if measure is not None:
        article = words.cited(measure.norm, measure.article)
    else:
        article = "" if record is None else _article(record)
    return ChangeView(
        told=told,
        what=(what or watch_words.KINDS[change.kind])(),
        tone=_tone(change.kind, credit_list, measure),
        why="" if change.why is None else watch_words.WHYS[change.why](),
        credit_list=credit_list,
        measures=() if measure is None else (measure,),
        kind="" if record is None else words.FACT_KINDS[FactKind(record.kind)](),
        article=article,
        to_lift=due,
    )


def _tone(kind: str, credit_list: CreditList | None, measure: Measure | None) -> str:
    if kind == ChangeKind.GRADE_CHANGED:
        return "warn"
    is_good = credit_list is not None and credit_list.kind is ListKind.REWARD
    is_good = is_good or (measure is not None and measure.is_reward)
    begins = kind in (ChangeKind.RECORD_BEGUN, ChangeKind.MEASURE_BEGUN)
    if kind == ChangeKind.RECORD_CHANGED:
        return ""
    if credit_list is not None and begins:
        return words.LIST_TONES[credit_list.kind]
    return "good" if begins == is_good else "warn"


def _href(view: ChangeView) -> str:
    """Return where more of the party stands that its watcher may read."""
    code, credit_list = view.told.code, view.credit_list
    if has_role_for(page_actor(), Action.CHECK_CREDIT):
        return f"/work/credit/parties/{code}"
    return "" if credit_list is None else f"/credit/lists/{credit_list.id}?q={code}"
