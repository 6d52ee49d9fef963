"""The tracked files of the checkout, and what each Python file uses."""

import ast
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

DOMAIN_ROOMS = ("codes", "schemas", "ledger", "parties", "trace", "credit")
ROOMS = ("base", *DOMAIN_ROOMS, "web", "jobs")


@dataclass(frozen=True, slots=True)
class Use:
    """Something a file uses: a dotted name as imported (`datetime.datetime.now`), a method by its
    name alone (`.commit`), a call of a bare name (`float()`), or a statement (`assert`, `except:`).
    """

    name: str
    line: int


@dataclass(frozen=True, slots=True, eq=False)
class Module:
    """One Python file."""

    path: str
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The name it is imported under."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    @property
    def is_package(self) -> bool:
        """Whether it is the file of a package."""
        return self.path.endswith("__init__.py")


@cache
def tracked_files() -> tuple[str, ...]:
    """Return every file that is in the repository or would be with the next commit."""
    listing = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    ).stdout.decode()
    return tuple(sorted(path for path in listing.split("\0") if path and (ROOT / path).is_file()))


@cache
def text_of(path: str) -> str:
    """Return a file's text; empty for what is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def modules() -> tuple[Module, ...]:
    """Return every Python file, parsed."""
    paths = [path for path in tracked_files() if path.endswith(".py")]
    return tuple(Module(path, text_of(path), ast.parse(text_of(path), path)) for path in paths)


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Give every function of a file, the nested ones too."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


@cache
def imports(module: Module) -> frozenset[str]:
    """Return every module name a file may be importing: `from a import b` gives `a` and `a.b`."""
    found: set[str] = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = _absolute(module, node)
            found.add(base)
            found.update(f"{base}.{alias.name}" for alias in node.names)
    return frozenset(found)


@cache
def uses(module: Module) -> tuple[Use, ...]:
    """Return everything a file uses, with its line."""
    known = _imported_names(module)
    found = [Use(name, 1) for name in sorted(imports(module))]
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Assert):
            found.append(Use("assert", node.lineno))
        elif isinstance(node, ast.ExceptHandler) and node.type is None:
            found.append(Use("except:", node.lineno))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            found.append(Use(f"{node.func.id}()", node.lineno))
        elif isinstance(node, ast.Name):
            found.append(Use(known.get(node.id, node.id), node.lineno))
        elif isinstance(node, ast.Attribute):
            found.append(Use(f".{node.attr}", node.lineno))
            dotted = _dotted(node, known)
            if dotted:
                found.append(Use(dotted, node.lineno))
    return tuple(found)


def _absolute(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    keep = len(parts) - node.level + (1 if module.is_package else 0)
    return ".".join([*parts[:keep], *([node.module] if node.module else [])])


def _imported_names(module: Module) -> dict[str, str]:
    known: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                known[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                known[alias.asname or alias.name] = f"{_absolute(module, node)}.{alias.name}"
    return known


def _dotted(node: ast.Attribute, known: dict[str, str]) -> str:
    parts = [node.attr]
    value = node.value
    while isinstance(value, ast.Attribute):
        parts.append(value.attr)
        value = value.value
    if not isinstance(value, ast.Name):
        return ""
    return ".".join([known.get(value.id, value.id), *reversed(parts)])
