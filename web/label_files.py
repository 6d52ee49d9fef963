"""Files of labels as the doors give them out: made at once, or by a worker and fetched later.

One rule: nothing of a file is kept by whoever hands it on; it holds codes that are not in use yet.
"""

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from trace.sheets.capturing import SHEET
from typing import Final
from uuid import UUID

from flask import Response, send_file

from base.db import transaction
from base.errors import InvalidInput, NotFound, Problem
from parties.actors import Actor
from parties.issuing.blocks import Block
from parties.issuing.label_orders import desk_of, task_of
from parties.issuing.labels import FORMATS, LabelDesk, LabelOrder, check_order, write_order
from parties.tasks import Task, TaskState, create_task
from web.issuing import hand_over
from web.services import Services
from web.sheets import report_file

SHORTENED_HEADER: Final = "Labels-Shortened"
"""Says on how many labels of a file text had to be shortened."""

LEFT_OUT_HEADER: Final = "Labels-Left-Out"
"""Says how many codes of an order have no label, because they are void."""

_NOT_KEPT: Final = "no-store"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelFile:
    """A file that was made while its sender waited; text of `shortened` labels was cut.

    `left_out` void codes have no label in it.
    """

    name: str
    media_type: str
    data: bytes
    shortened: int
    left_out: int


def order_labels(
    parts: Services, actor: Actor, block: Block, order: LabelOrder, *, task_id: UUID | None
) -> LabelFile | Task:
    """Make a short file of labels at once, or a task for a worker; raises `InvalidInput`."""
    if order.count <= parts.settings.codes_direct_max:
        return file_now(parts, block, order)
    check_order(label_desk(parts, block), block, order)
    with transaction(parts.engine) as connection:
        task = create_task(
            connection,
            actor,
            task_of(block, order, task_id=task_id),
            waiting_max=parts.settings.tasks_waiting_party_max,
            now=parts.clock.now(),
        )
    if task.state is TaskState.WAITING:
        hand_over(parts, task)
    return task


def label_desk(parts: Services, block: Block) -> LabelDesk:
    """Return what the labels of a block are made with."""
    return desk_of(parts.engine, parts.settings, parts.secret, block)


def file_now(parts: Services, block: Block, order: LabelOrder) -> LabelFile:
    """Make a short file at once; raises `InvalidInput`, also where it is not short."""
    desk, out = label_desk(parts, block), BytesIO()
    check_order(desk, block, order)
    most = parts.settings.codes_direct_max
    if order.count > most:
        message = (
            f"at most {most} codes at once; POST /api/v1/code-blocks/{block.id}/labels"
            f' with "format": "{order.file_format}" makes a longer file'
        )
        problem = Problem(path="last", code="too_many_at_once", message=message)
        raise InvalidInput(f"last: {message}", problems=(problem,))
    written = write_order(desk, block, order, out)
    form = FORMATS[order.file_format]
    return LabelFile(
        name=file_name(block.id, order.first, order.last, form.suffix),
        media_type=form.media_type,
        data=out.getvalue(),
        shortened=written.shortened,
        left_out=written.left_out,
    )


def file_name(block_id: UUID, first: int, last: int, suffix: str) -> str:
    """Return the name under which somebody keeps a file of a block."""
    return f"suxin-{block_id.hex[-8:]}-{first}-{last}.{suffix}"


def file_response(made: LabelFile) -> Response:
    """Return a file that was made while its sender waited."""
    response = Response(made.data, content_type=made.media_type, headers=_kept_as(made.name))
    if made.shortened:
        response.headers[SHORTENED_HEADER] = str(made.shortened)
    if made.left_out:
        response.headers[LEFT_OUT_HEADER] = str(made.left_out)
    return response


def task_file_response(parts: Services, task: Task) -> Response:
    """Return the file of a task; raises `NotFound` where there is none."""
    path, name, media_type = _file_of(parts, task)
    response = send_file(path, mimetype=media_type, as_attachment=True, download_name=name)
    response.headers["Cache-Control"] = _NOT_KEPT
    return response


def _kept_as(name: str) -> dict[str, str]:
    """Return the headers of a file that a browser saves under `name`."""
    return {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": _NOT_KEPT}


def _file_of(parts: Services, task: Task) -> tuple[Path, str, str]:
    """Return the path of a task's file, a name to keep it under and its media type.

    Raises `NotFound` where it has none, none yet, or none any more.
    """
    if not task.file_name:
        raise NotFound("This task has no file, or none yet.")
    path = parts.settings.effective_files_dir / task.file_name
    if not path.is_file():
        raise NotFound("This file was kept long enough; order it again.")
    if task.kind == SHEET:
        return report_file(parts, task)
    form = next(one for one in FORMATS.values() if path.suffix == f".{one.suffix}")
    first, last = task.arguments.get("first"), task.arguments.get("last")
    name = file_name(UUID(task.subject), _whole(first), _whole(last), form.suffix)
    return path, name, form.media_type


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise TypeError("a task's range is two numbers")
    return value
