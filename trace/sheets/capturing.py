"""Recording the rows of a checked sheet, as a task that may be broken off and taken up again.

The rule that must stay true: the events are in a file before the task is a row, and each document
of them has a key of its own; so a worker that dies loses no row and records none twice. The file is
named by what was sent as well as by the task, and is gone when the task is finished: it holds what
people wrote, in plain text.
"""

import hashlib
import os
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from itertools import islice
from pathlib import Path
from trace.capture import Desk, Submission, submit
from trace.refusal_words import zh_of
from trace.sheets.checked import CheckedSheet
from trace.sheets.documents import document_bytes
from trace.sheets.headers import said
from trace.sheets.report import write_report
from typing import BinaryIO, Final
from uuid import UUID

import orjson

from base.db import transaction
from base.errors import Forbidden, InvalidInput, Problem
from base.strict_json import JsonObject, loads
from ledger.batch import Idempotency
from parties.actors import Actor
from parties.ids import new_id
from parties.tasks import Made, Task, TaskRefused, TaskRequest, Tell, create_task
from schemas.epcis import DocumentLimits, read_document
from schemas.profiles.model import Words

SHEET: Final = "sheet"

# Keys that begin so are no caller's to use (`web.idempotency`).
_OWN_KEYS: Final = "capture:task:"
_DEPTH_MAX: Final = 16
_FILE_BYTES_MAX: Final = 1 << 16


class WrongRows(StrEnum):
    """What becomes of a sheet with wrong rows: nothing is recorded, or all rows but those."""

    REFUSE = "refuse"
    LEAVE_OUT = "leave_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOrder:
    """What is to be done with a checked sheet, and where its files are kept meanwhile."""

    digest: str
    wrong: WrongRows
    lang: str
    folder: Path
    tasks_waiting_max: int
    task_id: UUID | None = None


def plan_rows(desk: Desk, actor: Actor, checked: CheckedSheet, order: SheetOrder) -> Task:
    """Keep the events of a sheet and a task that records them; raises `Busy`, `Conflict`."""
    now = desk.clock.now()
    task_id = order.task_id or new_id(now)
    sheet = checked.chosen.sheet
    arguments: JsonObject = {
        "digest": order.digest,
        "wrong": order.wrong.value,
        "lang": order.lang,
    }
    mark, report = _mark(arguments), ""
    if checked.wrong_count:
        report = f"{task_id}-{mark}-report.{checked.suffix}"
        _keep(order.folder / report, partial(write_report, checked, order.lang))
    is_refused = bool(checked.wrong_count) and order.wrong is WrongRows.REFUSE
    kept: JsonObject = {
        "made_at": now.isoformat(timespec="milliseconds"),
        "wrong": checked.wrong_count,
        "known": checked.known_count,
        "is_refused": is_refused,
        "report": report,
    }
    if not is_refused:
        _keep(order.folder / _events_name(task_id, mark), checked.copy_events)
    _keep(order.folder / _name(task_id, mark), lambda out: out.write(orjson.dumps(kept)))
    request = TaskRequest(
        kind=SHEET,
        subject=f"{sheet.profile}/{sheet.cte.id}/{sheet.way.name}",
        arguments=arguments,
        total=0 if is_refused else checked.event_count,
        id=task_id,
    )
    with transaction(desk.journal.engine) as connection:
        return create_task(connection, actor, request, waiting_max=order.tasks_waiting_max, now=now)


def run_rows(
    desk: Desk, actor: Actor, task: Task, tell: Tell, *, folder: Path, rows_max: int
) -> Made:
    """Record the events of a task; done again, it records nothing twice."""
    mark = _mark(task.arguments)
    kept = _read(folder / _name(task.id, mark))
    report, wrong = str(kept["report"]), kept["wrong"]
    lang = str(task.arguments.get("lang", "en"))
    if kept["is_refused"]:
        words = Words(
            zh=f"有 {wrong} 行不对，所以一行也没有登记；文件中写明了是哪些行、为什么。",
            en=f"{wrong} rows are wrong, so nothing was recorded; the file says which and why.",
        )
        raise TaskRefused(said(words, lang), file_name=report)
    done = 0
    made_at = datetime.fromisoformat(str(kept["made_at"]))
    for number, some in enumerate(_pieces(folder / _events_name(task.id, mark), rows_max)):
        body = document_bytes([event for _, event in some], made_at)
        key = f"{_OWN_KEYS}{task.id}:{number}"
        limits = DocumentLimits(bytes_max=len(body), events_max=len(some))
        submission = Submission(
            actor=actor,
            document=read_document(body, limits=limits),
            idempotency=Idempotency(key=key, request_hash=hashlib.sha256(body).digest()),
        )
        try:
            submit(desk, submission)
        except (InvalidInput, Forbidden) as refusal:
            message = said(_stopped(refusal, some[0][0], done), lang)
            raise TaskRefused(message, file_name=report) from refusal
        done += len(some)
        tell(done)
    return Made(file_name=report, message=said(_left_alone(kept["known"], wrong), lang))


def drop_rows(task: Task, folder: Path) -> None:
    """Delete what was kept of the rows of a task that is finished; its report stays."""
    if task.is_finished:
        mark = _mark(task.arguments)
        for name in (_events_name(task.id, mark), _name(task.id, mark)):
            (folder / name).unlink(missing_ok=True)


def _pieces(path: Path, rows_max: int) -> Iterator[list[tuple[int, JsonObject]]]:
    """Yield at most so many events at once, each with the number of its row.

    The same file gives the same pieces, so that work that was broken off records nothing twice.
    """
    with _opened(path) as lines:
        while some := [_made(line) for line in islice(lines, rows_max)]:
            yield some


def _made(line: bytes) -> tuple[int, JsonObject]:
    made = loads(line, bytes_max=len(line), depth_max=_DEPTH_MAX)
    number, event = made if isinstance(made, list) else (None, None)
    if not isinstance(number, int) or not isinstance(event, dict):
        raise TypeError("a line of events is a row's number and an event")
    return number, event


def _left_alone(known: object, wrong: object) -> Words:
    """Say of which rows nothing was recorded, and why."""
    told = []
    if known:
        told.append(
            Words(
                zh=f"有 {known} 行以前已经登记，没有改动。",
                en=f"{known} rows were recorded before and are unchanged.",
            )
        )
    if wrong:
        told.append(
            Words(
                zh=f"略去了不对的 {wrong} 行；文件中写明了是哪些行、为什么。",
                en=f"{wrong} wrong rows were left out; the file says which and why.",
            )
        )
    return Words(zh="".join(one.zh for one in told), en=" ".join(one.en for one in told))


def _stopped(refusal: InvalidInput | Forbidden, first: object, done: int) -> Words:
    """Say how far it came: what changed since the check is nobody's to guess."""
    problem = next(
        iter(refusal.problems), Problem(path="", code=refusal.code, message=refusal.message)
    )
    return Words(
        zh=f"校验之后，登记信息或规则变了。已登记 {done} 行；从第 {first} 行起没有登记："
        f"{zh_of(problem)}请把表再传一次：已经登记的不会重复登记。",
        en=f"The register or the rules changed since the check. {done} rows are recorded; from row"
        f" {first} on nothing is: {refusal.message} Send the sheet again: what is recorded already"
        " is not recorded twice.",
    )


def _mark(arguments: JsonObject) -> str:
    """Return what tells the files of two sheets apart that were sent under one id."""
    asked = [str(arguments.get(name)) for name in ("digest", "wrong", "lang")]
    return hashlib.sha256("\n".join(asked).encode()).hexdigest()[:16]


def _name(task_id: UUID, mark: str) -> str:
    return f"{task_id}-{mark}-events.json"


def _events_name(task_id: UUID, mark: str) -> str:
    return f"{task_id}-{mark}-events.jsonl"


def _keep(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file that is whole or not there; one that is there stays: its task may be at it."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Two threads may write the same file at once.
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
    try:
        with fresh.open("wb") as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise InvalidInput("The sheet was kept long enough; send it again.") from None


def _read(path: Path) -> JsonObject:
    with _opened(path) as file:
        kept = loads(file.read(), bytes_max=_FILE_BYTES_MAX, depth_max=_DEPTH_MAX)
    if not isinstance(kept, dict):
        raise TypeError("what is kept of a task is an object")
    return kept
