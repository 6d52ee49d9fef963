"""Records for an authority, on a page: choose what and since when, and keep the workbook.

One rule: a producer gets its own records and nobody else's; the page only asks what the interface
for software asks too.
"""

from trace.submissions.keeping import FSMA
from typing import Final

from flask import Response, render_template, request

from base.errors import AppError
from codes.typed import uri_typed
from parties.access import Action, has_role_for
from schemas.profiles.registry import catalogue
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.sheet_words import label_of
from web.pages.work_blueprint import blueprint
from web.pages.work_forms import Form
from web.pages.work_refusals import Refusals
from web.services import services
from web.session import page_actor, page_requires
from web.submissions import fsma_file, records_file, wanted_of

_FIELDS: Final = frozenset({"what", "since", "until", "lots", "party"})


@blueprint.get("/records")
@page_requires(Action.QUERY)
def records() -> str:
    """Ask which records are wanted."""
    return _page(_asked())


@blueprint.get("/records/file")
@page_requires(Action.QUERY)
def records_download() -> Response | tuple[str, int]:
    """Give out the workbook, or the form again with what is wrong."""
    form, actor, parts = _asked(), page_actor(), services()
    what = form.choice("what", {FSMA: "", **dict.fromkeys(catalogue().names(), "")})
    since_on, until_on = form.day("since"), form.day("until")
    lots = form.text("lots").replace("\n", ",")
    _check_lots(form, lots)
    if not form.is_good:
        return _page(form), 400
    try:
        wanted = wanted_of(
            parts,
            actor,
            lots=lots,
            since_on=since_on,
            until_on=until_on,
            party=form.text("party"),
        )
        if what == FSMA:
            return fsma_file(parts, actor, wanted)
        return records_file(parts, actor, catalogue().profile(what), wanted, chosen_lang())
    except AppError as refusal:
        form.refuse(refusal, Refusals())
        return _page(form), 400


def _asked() -> Form:
    values = {key: value for key, value in request.args.items() if key in _FIELDS}
    return Form(name="records", values=values)


def _check_lots(form: Form, lots: str) -> None:
    for text in (one.strip() for one in lots.split(",")):
        try:
            if text:
                uri_typed(text)
        except AppError:
            form.wrong("lots", _("This is no code that can be read: %(text)s", text=text[:60]))


def _page(form: Form) -> str:
    profiles = sorted(catalogue().newest(), key=lambda one: label_of(one.label))
    return render_template(
        "work/records.html",
        form=form,
        choices=[
            *({"value": one.name, "title": label_of(one.label)} for one in profiles),
            {"value": FSMA, "title": _("FSMA 204 (United States), seven sheets")},
        ],
        asks_party=has_role_for(page_actor(), Action.BROWSE),
    )
