"""The pages of whoever is signed in: the start, the list of blocks, and a code's next form.

One rule: each page here is for whoever is signed in alone and says so by `page_requires`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from flask import Flask, render_template, request
from sqlalchemy import Connection

from base.db import reading
from base.errors import AppError
from codes.gs1.digital_link import CANONICAL_STEM
from codes.typed import uri_typed
from parties.access import Action, has_role_for
from parties.directory import parties_by_id, products_by_id
from parties.issuing.blocks import Block, list_blocks, read_block
from parties.issuing.prefixes import open_prefixes, waiting_count
from parties.issuing.runs import Tally, tallies_of
from parties.issuing.state import CodeState, states_of
from parties.tasks import Task, list_tasks
from web.issuing import party_of
from web.pages import (
    alerts,
    drugs,
    monitoring,
    profile_docs,
    recall_acts,
    recall_public,
    recalls,
    sign_in,
    work_account,
    work_block,
    work_codes,
    work_document,
    work_event,
    work_links,
    work_prefixes,
    work_records,
    work_tasks,
    work_upload,
)
from web.pages.credit import batches as credit_batches
from web.pages.credit import case_opening as credit_case_opening
from web.pages.credit import cases as credit_cases
from web.pages.credit import counter as credit_counter
from web.pages.credit import draws as credit_draws
from web.pages.credit import feeds as credit_feeds
from web.pages.credit import grades as credit_grades
from web.pages.credit import in_use as credit_in_use
from web.pages.credit import inspections as credit_inspections
from web.pages.credit import list_files as credit_list_files
from web.pages.credit import lists as credit_lists
from web.pages.credit import name_codes as credit_name_codes
from web.pages.credit import names as credit_names
from web.pages.credit import party as credit_party
from web.pages.credit import public_draws as credit_public_draws
from web.pages.credit import public_lists as credit_public
from web.pages.credit import public_reports as credit_verification
from web.pages.credit import public_snapshots as credit_snapshot_verification
from web.pages.credit import reports as credit_reports
from web.pages.credit import snapshots as credit_snapshots
from web.pages.credit import statistics as credit_statistics
from web.pages.credit import waiting as credit_waiting
from web.pages.credit import warnings as credit_warnings
from web.pages.credit import watch_hook as credit_watch_hook
from web.pages.credit import watches as credit_watches
from web.pages.tracing import entry, findings_file, pages, search, sheet
from web.pages.work_blueprint import (
    block_title,
    blueprint,
    kind_title,
    name_of,
    products_of,
    when,
)
from web.pages.work_finding import products_asked, sites_asked
from web.pages.work_forms import Form, blank
from web.recalls import waiting_at
from web.services import Services, services
from web.session import on_typed_unsigned, page_actor, page_requires

# Each adds its pages to the blueprint when it is imported.
PAGES: Final = (
    work_account,
    work_block,
    work_codes,
    work_document,
    work_event,
    work_links,
    search,
    pages,
    entry,
    sheet,
    findings_file,
    work_prefixes,
    work_records,
    work_tasks,
    work_upload,
    alerts,
    drugs,
    recall_acts,
    recalls,
    monitoring,
    credit_batches,
    credit_case_opening,
    credit_cases,
    credit_counter,
    credit_feeds,
    credit_grades,
    credit_in_use,
    credit_party,
    credit_list_files,
    credit_lists,
    credit_reports,
    credit_snapshots,
    credit_statistics,
    credit_draws,
    credit_inspections,
    credit_waiting,
    credit_warnings,
    credit_watches,
    credit_watch_hook,
    credit_names,
    credit_name_codes,
)

_NEWEST: Final = 5
_PAGE_ROWS: Final = 50
_SEQ_DIGITS_MAX: Final = 18


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockRow:
    """A block as a list shows it; `party` is empty where all of them are one's own."""

    id: UUID
    title: str
    party: str
    kind: str
    count: int
    tally: Tally
    issued: str


def register_work(app: Flask) -> None:
    """Give the application signing in and the pages behind it."""
    app.register_blueprint(sign_in.blueprint)
    on_typed_unsigned(app, sign_in.ask_again)
    app.register_blueprint(blueprint)
    app.register_blueprint(recall_public.blueprint)
    app.register_blueprint(credit_public.blueprint)
    app.register_blueprint(credit_public_draws.blueprint)
    app.register_blueprint(credit_verification.blueprint)
    app.register_blueprint(credit_snapshot_verification.blueprint)
    app.register_blueprint(profile_docs.blueprint)


@blueprint.get("")
@page_requires(Action.READ_SELF)
def home() -> str:
    """Show what is one's own and what is to be done."""
    parts, actor = services(), page_actor()
    if not has_role_for(actor, Action.ISSUE_CODES):
        with reading(parts.engine) as connection:
            waiting = waiting_count(connection)
        return render_template("work/home.html", waiting=waiting)
    party_id = party_of(actor, Action.ISSUE_CODES)
    with reading(parts.engine) as connection:
        blocks = _blocks(connection, parts, party_id, before=None, rows_max=_NEWEST)
        tasks = _to_show(list_tasks(connection, party_id=party_id, before=None, rows_max=_NEWEST))
        return render_template(
            "work/home.html",
            found=products_asked(connection, party_id),
            blocks=_rows(connection, blocks),
            tasks=[task for task in tasks if not task.is_finished],
            files=[task for task in tasks if task.is_finished],
            prefixes=open_prefixes(connection, party_id),
            notices=waiting_at(parts, actor),
            now=parts.clock.now(),
        )


@blueprint.get("/blocks")
@page_requires(Action.READ_CODES)
def blocks() -> str:
    """List one's blocks, or everybody's for supervision, newest first, a page at a time."""
    parts, actor = services(), page_actor()
    party_id = None if actor.party_id is None else party_of(actor, Action.READ_CODES)
    rows_max = min(_PAGE_ROWS, parts.settings.page_size_max)
    after = request.args.get("after", "")
    before = (
        int(after)
        if after.isascii() and after.isdigit() and len(after) <= _SEQ_DIGITS_MAX
        else None
    )
    with reading(parts.engine) as connection:
        found = _blocks(connection, parts, party_id, before=before, rows_max=rows_max + 1)
        shown = found[:rows_max]
        return render_template(
            "work/blocks.html",
            blocks=_rows(connection, shown),
            after=shown[-1].seq if len(found) > rows_max else None,
        )


@blueprint.get("/activate")
@page_requires(Action.ISSUE_CODES)
def next_form() -> str:
    """Show what may be done next with a code of one's own that was scanned."""
    parts = services()
    party_id = party_of(page_actor(), Action.ISSUE_CODES)
    text = request.args.get("code", "")
    with reading(parts.engine) as connection:
        uri, state = _state(connection, parts, text)
        if state is None or state.party_id != party_id:
            return render_template("work/code.html", state=None)
        block = read_block(connection, parts.secret, parts.log, state.block_id)
        products = products_by_id(connection, [state.product_id] if state.product_id else [])
        form = _form_of(state)
        return render_template(
            "work/code.html",
            state=state,
            block=block,
            title=block_title(block, products),
            kind=kind_title(block),
            page=uri.removeprefix(CANONICAL_STEM) if uri.startswith(CANONICAL_STEM) else "",
            sites=sites_asked(connection, party_id, form),
            activation=form,
        )


def _state(connection: Connection, parts: Services, text: str) -> tuple[str, CodeState | None]:
    try:
        uri = uri_typed(text)
    except AppError:
        # What is no code is nobody's: the page says the same.
        return "", None
    return uri, states_of(connection, parts.secret, parts.log, [uri]).get(uri)


def _form_of(state: CodeState) -> Form:
    today = when(services().clock.now())[:10]
    return blank("activation", first=state.number, last=state.number, produced_on=today)


def _blocks(
    connection: Connection,
    parts: Services,
    party_id: UUID | None,
    *,
    before: int | None,
    rows_max: int,
) -> list[Block]:
    return list_blocks(
        connection,
        parts.secret,
        parts.log,
        party_id=party_id,
        before=before,
        rows_max=rows_max,
    )


def _rows(connection: Connection, found: Sequence[Block]) -> list[BlockRow]:
    products = products_of(connection, found)
    tallies = tallies_of(connection, services().log, found)
    is_own = page_actor().party_id is not None
    parties = {} if is_own else parties_by_id(connection, {one.party_id for one in found})
    return [
        BlockRow(
            id=one.id,
            title=block_title(one, products),
            party=name_of(parties[one.party_id]) if one.party_id in parties else "",
            kind=kind_title(one),
            count=one.count,
            tally=tallies[one.id],
            issued=when(one.recorded_at),
        )
        for one in found
    ]


def _to_show(tasks: Sequence[Task]) -> list[Task]:
    """Leave out what was done and left no file, and what was refused before it began."""
    return [task for task in tasks if not task.is_finished or task.file_name]
