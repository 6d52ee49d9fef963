"""Filled-in sheets as the doors take them: checked, handed back marked, recorded.

One rule: nothing is kept of a sheet before it could be read whole and its rows were checked.
"""

from dataclasses import dataclass
from functools import partial
from hashlib import sha256
from pathlib import Path
from trace.sheets.capturing import SheetOrder, WrongRows, drop_rows, plan_rows, run_rows
from trace.sheets.checked import CheckedSheet
from trace.sheets.checking import check_grid
from trace.sheets.choosing import Chosen
from trace.sheets.exported import ChangedRows, sheet_mark
from trace.sheets.grid import GridLimits
from trace.sheets.reading import read_grid
from typing import Final
from uuid import UUID

from base.config import Settings
from parties.access import Action, require
from parties.actors import Actor
from parties.tasks import Task, TaskState, attend
from web.issuing import hand_over, own
from web.services import Services

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV: Final = "text/csv; charset=utf-8"
MEDIA_TYPES: Final = {"xlsx": XLSX, "csv": CSV}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A sheet that was sent, what it is a sheet of, and how it is to be treated."""

    chosen: Chosen
    data: bytes
    wrong: WrongRows
    lang: str
    task_id: UUID | None = None


def limits_of(settings: Settings) -> GridLimits:
    """Return what one sheet may hold."""
    return GridLimits(
        rows_max=settings.sheet_rows_max,
        bytes_max=settings.sheet_bytes_max,
        unzipped_bytes_max=settings.sheet_unzipped_bytes_max,
    )


def check_sheet(
    parts: Services,
    actor: Actor,
    chosen: Chosen,
    data: bytes,
    *,
    changed: ChangedRows = ChangedRows.REFUSE,
) -> CheckedSheet:
    """Return what is said of each row, to be closed; raises `InvalidInput`, `InputTooLarge`."""
    require(actor, Action.CAPTURE, own(actor))
    limits = limits_of(parts.settings)
    # Of a workbook that was handed out the sheet of this step is meant, else the first.
    grid = read_grid(data, limits, sheet=sheet_mark(chosen.sheet))
    return check_grid(parts.desk, actor, chosen, grid, limits, changed=changed)


def record_sheet(parts: Services, actor: Actor, checked: CheckedSheet, sent: Sent) -> Task:
    """Record the rows of a checked sheet: a short one at once, a long one by a worker."""
    order = SheetOrder(
        digest=sha256(sent.data).hexdigest(),
        wrong=sent.wrong,
        lang=sent.lang,
        folder=parts.settings.effective_files_dir,
        tasks_waiting_max=parts.settings.tasks_waiting_party_max,
        task_id=sent.task_id,
    )
    task = plan_rows(parts.desk, actor, checked, order)
    if task.state is not TaskState.WAITING:
        return task
    if task.total > parts.settings.codes_direct_max:
        hand_over(parts, task)
        return task
    work = partial(
        run_rows,
        parts.desk,
        actor,
        folder=order.folder,
        rows_max=parts.settings.sheet_document_rows_max,
    )
    done = attend(parts.engine, task.id, parts.clock, work) or task
    drop_rows(done, order.folder)
    return done


def report_file(parts: Services, task: Task) -> tuple[Path, str, str]:
    """Return the path of a task's report, a name to keep it under and its media type."""
    path = parts.settings.effective_files_dir / task.file_name
    suffix = path.suffix.removeprefix(".")
    name = f"suxin-{task.subject.replace('/', '-')}-report.{suffix}"
    return path, name, MEDIA_TYPES[suffix]
