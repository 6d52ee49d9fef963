"""The house style, as far as a machine can judge it. One more rule is one more row.

A rule names the file and line it was broken at, and what to do instead.
"""

import configparser
import re
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

import trace  # isort: skip
from tests.house.source import (
    DOMAIN_ROOMS,
    ROOMS,
    ROOT,
    Module,
    functions,
    imports,
    modules,
    text_of,
    tracked_files,
    uses,
)

FUNCTION_LINES_MAX = 70
MODULE_LINES_MAX = 400
NOT_OURS_TO_NAME = {"trace"}  # Ours on purpose; see the smoke test below.

ANYWHERE = ("",)
NOT_TESTS = ("tests/", "benchmarks/")
DOMAIN = tuple(f"{room}/" for room in DOMAIN_ROOMS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ban:
    """`what` may not be used under the paths `where` begins with, except under `allowed`."""

    what: str
    instead: str
    where: tuple[str, ...] = ANYWHERE
    allowed: tuple[str, ...] = ()

    def applies_to(self, path: str) -> bool:
        return path.startswith(self.where) and not path.startswith(self.allowed or "\0")


CLOCK = "take a base.clock.Clock, or the instant itself"
PRINTERS = ("jobs/commands/", "benchmarks/")
ENVIRONMENT = ("wsgi.py", "manage.py", "base/config.py", *NOT_TESTS)
READERS = ("base/strict_json.py", *NOT_TESTS)

BANS = (
    Ban(what="datetime.datetime.utcnow", instead=CLOCK),
    Ban(what="datetime.datetime.now", instead=CLOCK, allowed=("base/clock.py", *NOT_TESTS)),
    Ban(what="datetime.datetime.today", instead=CLOCK),
    Ban(what="datetime.date.today", instead=CLOCK),
    Ban(what="time.time", instead=CLOCK, where=DOMAIN),
    Ban(what="zoneinfo.ZoneInfo", instead="base.clock.CIVIL_ZONE", allowed=("base/clock.py",)),
    Ban(what="print()", instead="click.echo in commands, else base.log", allowed=PRINTERS),
    Ban(what=".commit", instead="base.db.transaction", allowed=("base/db.py", *NOT_TESTS)),
    Ban(what="json.loads", instead="base.strict_json.loads", allowed=READERS),
    Ban(what="json.load", instead="base.strict_json.loads", allowed=READERS),
    Ban(what="orjson.loads", instead="base.strict_json.loads", allowed=READERS),
    Ban(what="float()", instead="an integer or Decimal", where=("trace/", "credit/")),
    Ban(what="os.environ", instead="base.config.load_settings", allowed=ENVIRONMENT),
    Ban(what="os.getenv", instead="base.config.load_settings", allowed=ENVIRONMENT),
    Ban(what="assert", instead="raise LedgerCorrupt or an AppError", allowed=NOT_TESTS),
    Ban(what="except:", instead="name the errors"),
    Ban(what="requests", instead="httpx, outside of the domain rooms", where=DOMAIN),
    Ban(what="subprocess", instead="base.processes, outside of the domain rooms", where=DOMAIN),
    Ban(what="pickle", instead="JSON: nothing read is ever executed"),
    Ban(what="eval()", instead="parse it"),
    Ban(what="random.random", instead="secrets, or a random.Random with a seed", where=DOMAIN),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A text that no tracked file may hold; written so that this file does not hold it."""

    name: str
    pattern: str
    paths: str = r".*"


WORDS = (
    Word(
        name="a folder of one machine",
        pattern=r"(?<![\w.~-])/(?:work/(?:main|shared)\b|home/|root/)",
    ),
    Word(
        name="a package registry",
        pattern=r"registry\.npm|npmmirror|\bpypi\.|pythonhosted|/simple\b",
    ),
    Word(name="an address in a lock file", pattern=r"://", paths=r"requirements/.*|.*lock\.json"),
    Word(name="a merge left half done", pattern=r"^(?:<{7}|>{7}) "),
    Word(name="a note to oneself", pattern=r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b"),
)


@pytest.mark.parametrize("ban", BANS, ids=lambda ban: ban.what)
def test_a_banned_thing_is_not_used(ban: Ban) -> None:
    found = [
        f"{module.path}:{use.line}: {ban.what} -- instead: {ban.instead}"
        for module in modules()
        if ban.applies_to(module.path)
        for use in uses(module)
        if use.name == ban.what
    ]

    assert not found, _listed(found)


@pytest.mark.parametrize("word", WORDS, ids=lambda word: word.name)
def test_no_tracked_file_speaks_of(word: Word) -> None:
    pattern = re.compile(word.pattern, re.MULTILINE)
    found = [
        f"{path}:{text_of(path).count(chr(10), 0, match.start()) + 1}: {match.group()!r}"
        for path in tracked_files()
        if re.fullmatch(word.paths, path) and path != "tests/house/test_tidy.py"
        for match in pattern.finditer(text_of(path))
    ]

    assert not found, _listed(found)


def test_no_function_is_too_long() -> None:
    found = [
        f"{module.path}:{node.lineno}: {node.name} has {lines} lines, at most {FUNCTION_LINES_MAX}"
        for module in modules()
        for node in functions(module)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES_MAX
    ]

    assert not found, _listed(found)


def test_no_module_is_too_long() -> None:
    found = [
        f"{module.path}: {lines} lines, at most {MODULE_LINES_MAX}"
        for module in modules()
        if (lines := len(module.text.splitlines())) > MODULE_LINES_MAX
    ]

    assert not found, _listed(found)


def test_every_module_says_what_lives_in_it() -> None:
    found = [
        module.path
        for module in modules()
        if module.tree.body and not Path(module.path).name.startswith("test_")
        if not isinstance(_docstring(module), str)
    ]

    assert not found, _listed(found)


def test_no_module_is_named_for_being_useful() -> None:
    found = [module.path for module in modules() if Path(module.path).stem in ("utils", "helpers")]

    assert not found, _listed(found)


def test_no_top_level_name_hides_a_standard_module() -> None:
    names = {Path(path).parts[0].removesuffix(".py") for path in tracked_files()}

    assert names & set(sys.stdlib_module_names) <= NOT_OURS_TO_NAME


def test_the_room_trace_is_ours_and_not_the_standard_module() -> None:
    assert [Path(entry).resolve() for entry in trace.__path__] == [ROOT / "trace"]


def test_every_room_is_under_the_import_contracts() -> None:
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", encoding="utf-8")
    contracted = set(config["importlinter"]["root_packages"].split())

    rooms = {room for room in ROOMS if f"{room}/__init__.py" in tracked_files()}

    assert rooms == contracted


def test_every_module_is_used_by_something_that_is_not_a_test() -> None:
    found = [module.path for module in _rooms() if not _is_used(module)]

    assert not found, _listed(found)


def test_every_template_and_static_file_is_named_somewhere() -> None:
    files = [path for path in tracked_files() if path.startswith(("web/templates/", "web/static/"))]
    suffixes = (".py", ".html", ".jinja", ".js", ".css", ".webmanifest", ".txt", ".xml")
    sources = {path: text_of(path) for path in tracked_files() if path.endswith(suffixes)}
    found = [
        path
        for path in files
        if not any(Path(path).name in text for other, text in sources.items() if other != path)
    ]

    assert not found, _listed(found)


def test_both_lock_files_pin_the_same_versions() -> None:
    run, dev = _pins("requirements/run.txt"), _pins("requirements/dev.txt")

    assert run.items() <= dev.items()


def _rooms() -> list[Module]:
    return [module for module in modules() if module.path.startswith(tuple(f"{r}/" for r in ROOMS))]


def _is_used(module: Module) -> bool:
    if module.is_package or '__name__ == "__main__"' in module.text:
        return True
    others = [other for other in modules() if not other.path.startswith("tests/")]
    if any(module.name in imports(other) for other in others if other.path != module.path):
        return True
    # A table may name a module by its text: "jobs.commands.run:command".
    named = (f'"{module.name}{end}' for end in ('"', ":", "."))
    return any(name in other.text for name in named for other in others)


def _docstring(module: Module) -> object:
    first = module.tree.body[0]
    return getattr(getattr(first, "value", None), "value", None)


def _pins(path: str) -> dict[str, str]:
    return dict(re.findall(r"^([\w.-]+)(?:\[.*?\])?==(\S+)", text_of(path), re.MULTILINE))


def _listed(found: list[str]) -> str:
    return "\n" + "\n".join(found)
