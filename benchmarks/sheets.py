"""How much memory long spreadsheets take: each step in a process of its own.

`python -m benchmarks.sheets COUNT` makes a sheet of so many rows, checks it as a list and as a
workbook, writes the marked sheet of one with wrong rows, records it and hands it out again, and
prints the peak memory of each step. One rule: the steps are the product's own doors.
"""

import csv
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from trace.sheets.capturing import SheetOrder, WrongRows, plan_rows, run_rows
from trace.sheets.choosing import choose
from trace.sheets.headers import headers_of
from trace.sheets.report import write_report
from trace.submissions.class_book import ClassOrder, write_class_book
from trace.submissions.fsma_book import FsmaOrder, write_fsma
from trace.submissions.selecting import Wanted
from typing import Final
from uuid import UUID

import xlsxwriter  # type: ignore[import-untyped] # It has no types.

from base.clock import CIVIL_ZONE
from base.config import Settings
from base.db import transaction
from base.installation_secret import load_secret
from benchmarks.label_files import peak_kib
from jobs.commands.init import initialise, upgrade
from parties.actors import Actor, Role
from parties.drafts import PartyDraft
from parties.register import register_party
from parties.tables import PartyKind
from parties.tasks import attend
from schemas.profiles.cells import CellStyle
from schemas.profiles.row_events import row_of_event
from tests.schemas.profiles.samples import NAMESPACES, full_event
from web.services import Services, build_services
from web.sheets import check_sheet

_CHOSEN: Final = choose("veg_fruit", "harvest")
_FIRST: Final = datetime(2026, 2, 1, tzinfo=CIVIL_ZONE)
_MANY: Final = 1 << 30


def rows(count: int, *, wrong_each: int = 0) -> Iterator[list[str]]:
    """Give the header and so many harvests, every `wrong_each`th with a time that cannot be."""
    headers = headers_of(_CHOSEN.sheet, "zh")
    yield list(headers.values())
    cells = row_of_event(_CHOSEN.sheet, full_event(_CHOSEN.sheet), NAMESPACES, CellStyle())
    for number in range(count):
        at = (_FIRST + timedelta(seconds=number)).strftime("%Y-%m-%d %H:%M:%S")
        is_wrong = bool(wrong_each) and number % wrong_each == 0
        told = {**cells, "eventTime": "昨天" if is_wrong else at}
        yield [told.get(key, "") for key in headers]


def prepare(folder: Path, count: int) -> None:
    """Write the sheets."""
    for name, wrong_each in (("right", 0), ("wrong", 10)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8-sig", newline="") as out:
            csv.writer(out).writerows(rows(count, wrong_each=wrong_each))
    with xlsxwriter.Workbook(folder / "right.xlsx", {"constant_memory": True}) as book:
        page = book.add_worksheet()
        for number, cells in enumerate(rows(count)):
            for at, text in enumerate(cells):
                page.write_string(number, at, text)
    _services(folder, is_new=True).engine.dispose()


def check(folder: Path, count: int, *, name: str) -> None:
    """Check a sheet."""
    with check_sheet(_services(folder), _actor(folder), _CHOSEN, _bytes(folder, name)) as checked:
        _expect(checked.row_count, count)


def report(folder: Path, count: int) -> None:
    """Check a sheet with wrong rows and write the marked one."""
    data = _bytes(folder, "wrong.csv")
    with check_sheet(_services(folder), _actor(folder), _CHOSEN, data) as checked:
        checked.suffix = "xlsx"
        with (folder / "report.xlsx").open("wb") as out:
            write_report(checked, "zh", out)
        _expect(checked.row_count, count)


def record(folder: Path, count: int) -> None:
    """Check a sheet and record its rows."""
    parts, actor = _services(folder), _actor(folder)
    order = SheetOrder(
        digest="", wrong=WrongRows.REFUSE, lang="zh", folder=folder, tasks_waiting_max=1
    )
    with check_sheet(parts, actor, _CHOSEN, _bytes(folder, "right.csv")) as checked:
        task = plan_rows(parts.desk, actor, checked, order)
    work = partial(run_rows, parts.desk, actor, folder=folder, rows_max=200)
    done = attend(parts.engine, task.id, parts.clock, work)
    _expect(0 if done is None else done.done, count)


def records(folder: Path, count: int) -> None:
    """Write the records of the class."""
    order = ClassOrder(
        log=1,
        profile=_CHOSEN.profile,
        wanted=Wanted(),
        actor=_actor(folder),
        events_max=_MANY,
        lang="zh",
        made_at=_FIRST,
    )
    with (folder / "records.xlsx").open("wb") as out:
        _expect(write_class_book(_services(folder).engine, order, out), count)


def fsma(folder: Path, count: int) -> None:
    """Write the FSMA 204 workbook."""
    order = FsmaOrder(
        log=1,
        wanted=Wanted(),
        actor=_actor(folder),
        events_max=_MANY,
        made_at=_FIRST,
        made_for="",
    )
    with (folder / "fsma.xlsx").open("wb") as out:
        _expect(write_fsma(_services(folder).engine, order, out), count)


STEPS: Final[Mapping[str, Callable[[Path, int], None]]] = {
    "prepare": prepare,
    "check a list": partial(check, name="right.csv"),
    "check a workbook": partial(check, name="right.xlsx"),
    "mark a sheet": report,
    "record a list": record,
    "records of a class": records,
    "FSMA 204": fsma,
}


def _services(folder: Path, *, is_new: bool = False) -> Services:
    settings = Settings(
        data_dir=folder,
        database_url=f"sqlite:///{folder / 'suxin.db'}",
        sheet_rows_max=100_000,
        sheet_bytes_max=_MANY,
        sheet_unzipped_bytes_max=_MANY,
    )
    services = build_services(settings, secret=load_secret(folder / "keys", may_create=is_new))
    if is_new:
        upgrade(services.engine)
        initialise(settings, services.engine)
        party = PartyDraft(
            name_zh="青禾", kind=PartyKind.FARM, licence_kind="bench", licence_no="1"
        )
        with transaction(services.engine) as connection:
            party_id = register_party(connection, party, now=_FIRST).id
        (folder / "party").write_text(str(party_id), "utf-8")
    return services


def _actor(folder: Path) -> Actor:
    # Neither place nor goods are registered, so that anybody may record them.
    party_id = UUID((folder / "party").read_text("utf-8"))
    return Actor(id="bench", role=Role.PRODUCER, party_id=party_id)


def _bytes(folder: Path, name: str) -> bytes:
    return (folder / name).read_bytes()


def _expect(found: int, count: int) -> None:
    if found != count:
        raise ValueError(f"{found} rows instead of {count}")


def main() -> None:
    """Run the steps, or the one that is named."""
    if len(sys.argv) > 2:
        step, count, folder = sys.argv[1:]
        start = time.monotonic()
        STEPS[step](Path(folder), int(count))
        print(f"{peak_kib() / 1024:.0f} MiB, {time.monotonic() - start:.0f} s")
        return
    with TemporaryDirectory() as made:
        for step in STEPS:
            words = [sys.executable, "-m", "benchmarks.sheets", step, sys.argv[1], made]
            done = subprocess.run(words, capture_output=True, text=True, check=True)
            print(f"{step}: {done.stdout.strip()}", flush=True)


if __name__ == "__main__":
    main()
