"""What is done with issued codes: activations, voids, labels, and the tasks that long work is.

One rule: a POST under an idempotency key that was used before does nothing twice.
"""

from trace.issuing.events import Making
from typing import Any
from uuid import UUID

from flask import Response

from base.db import reading
from parties.access import Action
from parties.issuing.blocks import Block
from parties.issuing.labels import FORMATS, LabelOrder
from parties.issuing.ranges import RangeRequest
from parties.issuing.tables import RangeAction
from parties.tasks import Task, list_tasks
from web.api import issuing_shapes as shapes
from web.api.blueprint import ApiBlueprint
from web.api.bound_keys import key_bound_to, row_id_of_key
from web.api.issuing import next_link
from web.api.shapes import PageQuery
from web.auth import current_actor, requires
from web.issuing import activate, block_for, own_task, party_of, void
from web.label_files import LabelFile, file_response, order_labels, task_file_response
from web.services import services

BLUEPRINT = ApiBlueprint(
    "issuing_work", __name__, url_prefix="/api/v1", description="Codes: activated, void, printed."
)

_Answer = tuple[dict[str, Any], int, dict[str, str]]


@BLUEPRINT.route("/code-blocks/<uuid:block_id>/activations", methods=["POST"])
@requires(Action.ISSUE_CODES)
@BLUEPRINT.arguments(shapes.ActivationIn)
@BLUEPRINT.response(201, shapes.TaskOut)
@BLUEPRINT.alt_response(202, description="The range is recorded, its events are being recorded.")
def post_activation(values: dict[str, Any], block_id: UUID) -> _Answer:
    """Bind codes to a lot: the range is in the ledger at once, the events of its items follow."""
    parts, actor = services(), current_actor()
    request = RangeRequest(
        block_id=block_id,
        action=RangeAction.ACTIVATED,
        first=values["first"],
        last=values["last"],
        lot=values["lot"],
    )
    making = Making(
        site=values["site"],
        happened_at=values["happened_at"] or parts.clock.now(),
        lot=values["lot"],
        produced_on=values["produced_on"],
        expires_on=values["expires_on"],
    )
    task_id = row_id_of_key()
    with key_bound_to(values, task_id):
        return accepted(activate(parts, actor, request, making, task_id=task_id))


@BLUEPRINT.route("/code-blocks/<uuid:block_id>/voids", methods=["POST"])
@requires(Action.ISSUE_CODES)
@BLUEPRINT.arguments(shapes.VoidIn)
@BLUEPRINT.response(201, shapes.TaskOut)
@BLUEPRINT.alt_response(202, description="The range is recorded, its events are being recorded.")
def post_void(values: dict[str, Any], block_id: UUID) -> _Answer:
    """Take codes out of use for ever; those that were activated get an event that says so."""
    request = RangeRequest(block_id=block_id, action=RangeAction.VOIDED, **values)
    task_id = row_id_of_key()
    with key_bound_to(values, task_id):
        return accepted(void(services(), current_actor(), request, task_id=task_id))


@BLUEPRINT.route("/code-blocks/<uuid:block_id>/labels", methods=["POST"])
@requires(Action.ISSUE_CODES)
@BLUEPRINT.arguments(shapes.LabelsIn)
@BLUEPRINT.response(202, shapes.TaskOut)
@BLUEPRINT.alt_response(
    200,
    description="The file itself, where it is short; `Labels-Shortened` counts labels whose text"
    " was cut, `Labels-Left-Out` void codes, which have no label.",
)
def post_labels(values: dict[str, Any], block_id: UUID) -> Response | _Answer:
    """Order a file of labels: a short one is the answer, a long one is a task with a file."""
    parts, actor = services(), current_actor()
    with reading(parts.engine) as connection:
        block = block_for(connection, parts, actor, Action.ISSUE_CODES, block_id)
    task_id = row_id_of_key()
    with key_bound_to({**values, "lines": tuple(values["lines"])}, task_id):
        made = order_labels(parts, actor, block, _order_of(block, values), task_id=task_id)
    return file_response(made) if isinstance(made, LabelFile) else accepted(made)


@BLUEPRINT.route("/tasks", methods=["GET"])
@requires(Action.ISSUE_CODES)
@BLUEPRINT.arguments(PageQuery, location="query")
@BLUEPRINT.response(200, shapes.TaskPage)
def get_tasks(query: dict[str, Any]) -> _Answer:
    """List the tasks of one's own party, newest first."""
    parts = services()
    party_id = party_of(current_actor(), Action.ISSUE_CODES)
    rows_max = min(query["limit"], parts.settings.page_size_max)
    with reading(parts.engine) as connection:
        tasks = list_tasks(
            connection, party_id=party_id, before=query["after"], rows_max=rows_max + 1
        )
    items = [_task_json(task) for task in tasks[:rows_max]]
    if len(tasks) <= rows_max:
        return {"items": items, "next": None}, 200, {}
    after = tasks[rows_max - 1].id
    return (
        {"items": items, "next": after},
        200,
        next_link("/api/v1/tasks", {"limit": rows_max, "after": after}),
    )


@BLUEPRINT.route("/tasks/<uuid:task_id>", methods=["GET"])
@requires(Action.ISSUE_CODES)
@BLUEPRINT.response(200, shapes.TaskOut)
def get_task(task_id: UUID) -> dict[str, Any]:
    """Return a task of one's own party."""
    with reading(services().engine) as connection:
        return _task_json(own_task(connection, current_actor(), task_id))


@BLUEPRINT.route("/tasks/<uuid:task_id>/file", methods=["GET"])
@requires(Action.ISSUE_CODES)
@BLUEPRINT.response(200)
def get_task_file(task_id: UUID) -> Response:
    """Return the file that a task of one's own party made."""
    parts = services()
    with reading(parts.engine) as connection:
        task = own_task(connection, current_actor(), task_id)
    return task_file_response(parts, task)


def _order_of(block: Block, values: dict[str, Any]) -> LabelOrder:
    form = FORMATS.get(values["format"])
    # A file of one label is that of the first code, unless more is asked for and refused.
    last = values["first"] if form is not None and form.is_single else block.count
    named = {name: value for name, value in values.items() if name not in ("format", "lines")}
    return LabelOrder(
        **{**named, "last": values["last"] or last},
        file_format=values["format"],
        lines=tuple(values["lines"]),
    )


def accepted(task: Task) -> _Answer:
    """Answer with a task: 201 where it is finished already, else 202."""
    status = 201 if task.is_finished else 202
    return _task_json(task), status, {"Location": f"/api/v1/tasks/{task.id}"}


def _task_json(task: Task) -> dict[str, Any]:
    return {
        "id": task.id,
        "kind": task.kind,
        "block_id": task.subject,
        "state": task.state.value,
        "total": task.total,
        "done": task.done,
        "message": task.message,
        "file": f"/api/v1/tasks/{task.id}/file" if task.file_name else None,
        "created_at": task.created_at,
        "finished_at": task.finished_at,
    }
