import re
import shlex
import subprocess
import sys
from functools import cache
from pathlib import Path
from trace import tables as trace_tables
from trace.findings import tables as finding_tables
from trace.projections import tables as projection_tables
from trace.recall import hook_tables as recall_hook_tables
from trace.recall import tables as recall_tables
from trace.scans import tables as scan_tables

import click
import pytest
from sqlalchemy import Table

from base.config import FOREIGN_NAMES, describe_settings
from credit import tables as credit_tables
from credit.inspecting import tables as inspecting_tables
from credit.nightly import tables as night_tables
from credit.persons import tables as person_tables
from credit.reporting import tables as reporting_tables
from credit.warning import tables as warning_tables
from credit.watching import tables as watching_tables
from jobs.commands import COMMANDS, command_line
from ledger import tables as ledger_tables
from parties import tables as party_tables
from parties.issuing import tables as issuing_tables
from tests.docs.pages import ROOT, blocks_of, links_of, pages, quoted_in
from tests.house.source import text_of, tracked_files

README = ROOT / "README.md"
GLOSSARY = ROOT / "docs/glossary.md"
SCHEMA = ROOT / "docs/schema.md"
PICTURE_BYTES_MAX = 250_000


def _name(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", pages(), ids=_name)
def test_every_relative_link_leads_to_a_file(page: Path) -> None:
    targets = [link.split("#")[0] for link in links_of(page) if "://" not in link]

    missing = [target for target in targets if target and not (page.parent / target).exists()]

    assert not missing


@pytest.mark.parametrize("page", pages(), ids=_name)
def test_every_setting_that_is_named_exists(page: Path) -> None:
    known = {variable for variable, _, _ in describe_settings()} | FOREIGN_NAMES

    assert set(re.findall(r"SUXIN_[A-Z_]*[A-Z]", page.read_text(encoding="utf-8"))) <= known


@pytest.mark.parametrize("page", pages(), ids=_name)
def test_every_command_that_is_named_exists(page: Path) -> None:
    named = re.findall(r"manage\.py ([a-z]+)", page.read_text(encoding="utf-8"))

    assert set(named) <= set(COMMANDS)


@pytest.mark.parametrize("page", pages(), ids=_name)
def test_every_make_target_that_is_named_exists(page: Path) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    text = page.read_text(encoding="utf-8")

    assert set(re.findall(r"(?:`|^)make (?:-C \S+ )?([a-z-]+)", text, re.MULTILINE)) <= {*targets}


@pytest.mark.parametrize("page", pages(), ids=_name)
def test_every_shell_block_is_shell(page: Path) -> None:
    for block in blocks_of(page, "sh"):
        done = subprocess.run(
            ["bash", "-n"], input=block, capture_output=True, text=True, check=False
        )

        assert (done.returncode, done.stderr) == (0, ""), block


@pytest.mark.parametrize("page", pages(), ids=_name)
def test_every_option_of_a_command_in_a_shell_block_exists(page: Path) -> None:
    for block in blocks_of(page, "sh"):
        for words in re.findall(r"manage\.py ([^\n'|;]+)", block):
            command, options = _command_of(shlex.split(words))
            known = {name for parameter in command.params for name in parameter.opts}

            assert {word for word in options if word.startswith("--")} <= known


def _command_of(words: list[str]) -> tuple[click.Command, list[str]]:
    found: click.Command = command_line
    while isinstance(found, click.Group):
        below = found.get_command(click.Context(found), words.pop(0))
        assert below is not None
        found = below
    return found, words


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_in_the_readme_and_explains_itself(command: str) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), command, "--help"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert re.search(rf"`(?:manage\.py )?{command}`", README.read_text(encoding="utf-8"))
    assert done.returncode == 0
    assert done.stdout.startswith(f"Usage: manage.py {command}")


def test_every_folder_of_the_readme_is_there_and_no_other_is_left_out() -> None:
    named = {word[:-1] for word in quoted_in(README) if re.fullmatch(r"[a-z]+/", word)} - {"data"}
    folders = {path.split("/")[0] for path in tracked_files() if "/" in path}

    assert named <= folders
    assert {one for one in folders if not one.startswith(".")} - named <= {
        "docs",
        "requirements",
        "benchmarks",
    }


def test_the_picture_of_the_readme_is_small() -> None:
    assert (ROOT / "docs/images/scan.png").stat().st_size < PICTURE_BYTES_MAX


@cache
def _code() -> str:
    """Return every file that is code, and their paths."""
    suffixes = (".py", ".sql", ".html", ".js")
    paths = [path for path in tracked_files() if path.endswith(suffixes) and "tests/" not in path]
    return "\n".join([*paths, *map(text_of, paths)])


@pytest.mark.parametrize("word", sorted(set(quoted_in(GLOSSARY))))
def test_every_word_the_glossary_quotes_is_in_the_code(word: str) -> None:
    assert re.search(rf"(?<!\w){re.escape(word)}", _code())


def test_every_row_of_the_glossary_quotes_the_code() -> None:
    rows = [line for line in GLOSSARY.read_text("utf-8").splitlines() if line.startswith("| ")][1:]

    assert [row for row in rows if not re.search(r"\| [^|]*`[^|]+` \|$", row)] == []
    words = [row.split("|")[1].strip() for row in rows]
    assert len(set(words)) == len(words)


def test_every_table_of_the_database_is_on_the_page_of_the_schema() -> None:
    first_cells = re.findall(r"^\| (`[^|]+) \|", SCHEMA.read_text("utf-8"), re.MULTILINE)
    named = {word for cell in first_cells for word in re.findall(r"`(\w+)`", cell)}

    defined = {
        table.name
        for room in (
            ledger_tables,
            party_tables,
            issuing_tables,
            trace_tables,
            projection_tables,
            recall_hook_tables,
            recall_tables,
            finding_tables,
            scan_tables,
            credit_tables,
            person_tables,
            inspecting_tables,
            warning_tables,
            watching_tables,
            reporting_tables,
            night_tables,
        )
        for table in vars(room).values()
        if isinstance(table, Table)
    }
    assert named == defined | {"alembic_version"}
