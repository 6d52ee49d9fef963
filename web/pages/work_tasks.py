"""Long work on pages: how far it is, and the file that came of it."""

from trace.sheets.capturing import SHEET
from uuid import UUID

from flask import Response, render_template

from base.db import reading
from parties.access import Action
from web.issuing import block_for, own_task
from web.label_files import task_file_response
from web.pages.languages import say as _
from web.pages.work_blueprint import block_title, blueprint, products_of
from web.services import services
from web.session import page_actor, page_requires


@blueprint.get("/tasks/<uuid:task_id>")
@page_requires(Action.ISSUE_CODES)
def task(task_id: UUID) -> str:
    """Show how far a task is."""
    parts, actor = services(), page_actor()
    with reading(parts.engine) as connection:
        found = own_task(connection, actor, task_id)
        if found.kind == SHEET:
            return render_template(
                "work/task.html",
                task=found,
                block=None,
                title=_("Record from a spreadsheet"),
                back=f"/work/upload?class={found.subject.partition('/')[0]}",
            )
        block = block_for(connection, parts, actor, Action.ISSUE_CODES, UUID(found.subject))
        title = block_title(block, products_of(connection, [block]))
    return render_template(
        "work/task.html", task=found, block=block, title=title, back=f"/work/blocks/{block.id}"
    )


@blueprint.get("/tasks/<uuid:task_id>/file")
@page_requires(Action.ISSUE_CODES)
def task_file(task_id: UUID) -> Response:
    """Give out the file of a task."""
    parts = services()
    with reading(parts.engine) as connection:
        found = own_task(connection, page_actor(), task_id)
    return task_file_response(parts, found)
