"""`manage.py profile`: what has to be recorded of a class of goods, and whether it is in order."""

import csv
import io
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
import orjson

from base.errors import InvalidInput, NotFound
from schemas.profiles.cells import CellStyle
from schemas.profiles.columns import Sheet, sheet_of
from schemas.profiles.digests import PUBLISHED, digest_of, read_published
from schemas.profiles.docs import count_kdes, page_of, pages_of
from schemas.profiles.docs_words import LANGS, Lang
from schemas.profiles.lint import lint
from schemas.profiles.model import Kde, Mark
from schemas.profiles.registry import Catalogue, catalogue
from schemas.profiles.row_events import event_of_row
from schemas.profiles.standing import Profile
from schemas.profiles.survey import survey_of

DOCS: Final = Path(__file__).resolve().parents[2] / "docs" / "profiles"
_NO_LIST: Final = (
    "This reads the CSV of `manage.py profile template`; a sheet that was downloaded from the"
    " service is sent to its upload page or to /api/v1/profiles/<class>/<step>/rows."
)
ROWS_MAX: Final = 10_000
"""The most rows of a filled template that one call reads."""


@click.group()
def command() -> None:
    """Look at the KDE profiles: what is recorded at each step of a class of goods."""


@command.command(name="check")
def check_profiles() -> int:
    """Read every profile and lint them all; exit code 1 where a rule is broken."""
    problems = lint(survey_of(catalogue()))
    for problem in problems:
        click.echo(f"{problem.path}: {problem.message} [{problem.code}]", err=True)
    if not problems:
        click.echo("\n".join(_figures(catalogue())))
    return 1 if problems else 0


@command.command(name="list")
def list_profiles() -> None:
    """List the profiles with their version, class codes, steps and data."""
    for profile in catalogue().newest():
        codes = ", ".join(code for code, _ in profile.covers)
        click.echo(f"{profile.id}  {profile.label.zh}  {profile.label.en}")
        click.echo(f"  {codes}; {len(profile.ctes)} steps, {count_kdes(profile)} data")


@command.command(name="show")
@click.argument("name", metavar="CLASS")
@click.option("--version", type=int, help="Another version than the newest.")
@click.option("--lang", type=click.Choice(LANGS), default="zh", help="The language.")
def show_profile(name: str, version: int | None, lang: Lang) -> None:
    """Print the page of CLASS: a profile's name, or the class code of a product."""
    click.echo(page_of(_profile(name, version), lang), nl=False)


@command.command(name="docs")
@click.option("--check", "is_check", is_flag=True, help="Only tell whether the pages are current.")
def write_docs(is_check: bool) -> int:
    """Write the documentation pages of every class; exit code 1 where a check finds old ones."""
    pages = pages_of(catalogue().newest())
    stale = [path for path, text in pages.items() if _read(DOCS / path) != text]
    gone = [
        path.relative_to(DOCS)
        for path in DOCS.glob("**/*.md")
        if path.relative_to(DOCS) not in pages
    ]
    if not is_check:
        for path in stale:
            (DOCS / path).parent.mkdir(parents=True, exist_ok=True)
            (DOCS / path).write_text(pages[path], encoding="utf-8")
        for path in gone:
            (DOCS / path).unlink()
    for path in sorted([*stale, *gone]):
        click.echo(f"{'old' if is_check else 'written'}: docs/profiles/{path}")
    return 1 if is_check and (stale or gone) else 0


@command.command(name="publish")
@click.argument("name", metavar="CLASS")
def publish_profile(name: str) -> None:
    """Note the newest version of CLASS as published: it may not change from then on."""
    profile = _profile(name, None)
    path = catalogue().folder / PUBLISHED
    published = {**read_published(catalogue().folder)}
    if published.get(profile.id, digest_of(profile)) != digest_of(profile):
        raise InvalidInput(f"{profile.id} was published already and has changed since.")
    published[profile.id] = digest_of(profile)
    head = "# Digests of published versions, written by `manage.py profile publish`.\n"
    lines = (f"{key}: {digest}\n" for key, digest in sorted(published.items()))
    path.write_text(head + "".join(lines), encoding="utf-8")
    click.echo(f"{profile.id} {digest_of(profile)}")


@command.command(name="template")
@click.argument("name", metavar="CLASS")
@click.argument("cte", metavar="STEP")
@click.option("--way", help="Another way of recording the step than the first.")
@click.option("--lang", type=click.Choice(LANGS), default="zh", help="The language.")
def print_template(name: str, cte: str, way: str | None, lang: Lang) -> None:
    """Print the template of a STEP of CLASS as CSV: headers, explanations, choices."""
    sheet = _sheet(name, cte, way)
    is_zh = lang == "zh"
    written = io.StringIO()
    rows = csv.writer(written, lineterminator="\n")
    rows.writerow([column.key for column in sheet.columns])
    rows.writerow([column.header.zh if is_zh else column.header.en for column in sheet.columns])
    rows.writerow(
        [column.explanation.zh if is_zh else column.explanation.en for column in sheet.columns]
    )
    rows.writerow(
        [
            "; ".join(words.zh if is_zh else words.en for _, words in column.choices)
            for column in sheet.columns
        ]
    )
    click.echo(written.getvalue(), nl=False)


@command.command(name="events")
@click.argument("name", metavar="CLASS")
@click.argument("cte", metavar="STEP")
@click.argument("path", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--way", help="Another way of recording the step than the first.")
@click.option("--documents", default="", help="What makes a URI of the number of a paper.")
def print_events(name: str, cte: str, path: Path, way: str | None, documents: str) -> int:
    """Print the events of a filled CSV template, one a line; exit code 1 where a cell is wrong."""
    sheet, is_wrong = _sheet(name, cte, way), False
    style = CellStyle(document_prefix=documents)
    for line, cells in _filled(path, sheet):
        result = event_of_row(sheet, cells, style)
        for problem in result.problems:
            is_wrong = True
            click.echo(f"{line} {problem.key}: {problem.message_zh} {problem.message}", err=True)
        if not result.problems:
            click.echo(orjson.dumps(result.event).decode())
    return 1 if is_wrong else 0


def _profile(name: str, version: int | None) -> Profile:
    found = name if name in catalogue().names() else catalogue().name_of(name)
    if found is None:
        raise NotFound(f"There is no class {name}: `manage.py profile list` names them.")
    return catalogue().profile(found, version)


def _sheet(name: str, cte_id: str, way_name: str | None) -> Sheet:
    profile = _profile(name, None)
    for cte in profile.ctes:
        for way in cte.ways if cte.id == cte_id else ():
            if way_name in (None, way.name):
                return sheet_of(profile.name, cte, way)
    steps = ", ".join(cte.id for cte in profile.ctes)
    raise NotFound(f"{profile.name} has no such step or way; its steps are {steps}.")


def _filled(path: Path, sheet: Sheet) -> Iterator[tuple[int, dict[str, str]]]:
    """Yield the filled rows of a template with their number; its own four rows are skipped."""
    keys = {column.key for column in sheet.columns}
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(_NO_LIST) from None
    with io.StringIO(text, newline="") as lines:
        reader = csv.reader(lines)
        head = next(reader, [])
        stray = [key for key in head if key not in keys]
        if stray or not head:
            raise InvalidInput(
                f"The first line names the columns; {stray[:1]} is none of them. {_NO_LIST}"
            )
        for number, row in enumerate(reader, start=2):
            if number > ROWS_MAX:
                raise InvalidInput(f"At most {ROWS_MAX} rows are read at once.")
            if number > 4 and any(cell.strip() for cell in row):
                yield number, dict(zip(head, row, strict=False))


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""


def _figures(profiles: Catalogue) -> list[str]:
    newest = profiles.newest()
    kdes = list(_rows(newest))
    marks, needs = Counter(kde.mark for kde in kdes), Counter(kde.need for kde in kdes)
    counts = {
        "profiles": len(newest),
        "class codes": sum(len(profile.covers) for profile in newest),
        "steps": sum(len(profile.ctes) for profile in newest),
        "data": len(kdes),
        "terms": len(profiles.shared.library.terms),
    }
    return [
        ", ".join(f"{count} {name}" for name, count in counts.items()),
        "marks: " + ", ".join(f"{mark} {marks[mark]}" for mark in Mark),
        "needs: " + ", ".join(f"{need} {count}" for need, count in needs.most_common()),
    ]


def _rows(newest: tuple[Profile, ...]) -> Iterator[Kde]:
    """Yield each datum of each step once, whatever its ways."""
    for profile in newest:
        for cte in profile.ctes:
            yield from {kde.code: kde for way in cte.ways for kde in way.kdes}.values()
        for record in profile.records:
            yield from record.kdes
