"""Reads YAML the strict way: every scalar is text, every key known, every fault has its line.

The rule that must stay true: nothing of a file is dropped or guessed. A key that nobody asked for,
a key given twice, an anchor, or a scalar of another kind than asked for is refused with its place.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

import yaml

from base.errors import InvalidInput, Problem

FILE_BYTES_MAX: Final = 2 * 1024 * 1024


class _TextLoader(yaml.CSafeLoader):
    """The safe loader without implicit types: `NO` stays the country, 1.20 stays a clause."""

    yaml_implicit_resolvers: Final[dict[str, list[object]]] = {}  # type: ignore[misc] # None on purpose.


@dataclass(slots=True, kw_only=True)
class Faults:
    """Collects what is wrong in the files, so that one check tells all of it."""

    found: list[Problem] = field(default_factory=list)

    def add(self, place: str, code: str, message: str) -> None:
        """Note one fault at its place."""
        self.found.append(Problem(path=place, code=code, message=message))

    def refuse(self) -> None:
        """Raise `InvalidInput` with all that was found; nothing if all is well."""
        if self.found:
            first = self.found[0]
            more = f" (and {len(self.found) - 1} more)" if len(self.found) > 1 else ""
            raise InvalidInput(f"{first.path}: {first.message}{more}", problems=self.found)


class Rows:
    """A mapping of a file, asked key by key; `done` refuses the keys that nobody asked for."""

    def __init__(self, node: yaml.Node | None, *, file: str, path: str, faults: Faults) -> None:
        self._file, self._path, self.faults = file, path, faults
        self._line = node.start_mark.line + 1 if node is not None else 1
        self._values: dict[str, yaml.Node] = {}
        self._asked: set[str] = set()
        if isinstance(node, yaml.MappingNode):
            self._take(node)
        elif node is not None:
            self.fault("", "type", "is a mapping of keys to values")

    def _take(self, node: yaml.MappingNode) -> None:
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.fault("", "type", "has texts as keys")
            elif key.value in self._values:
                self.fault(key.value, "duplicate_key", "is given twice")
            else:
                self._values[key.value] = value

    def place(self, key: str = "") -> str:
        """Return where a key stands: file, line and path."""
        node = self._values.get(key)
        line = node.start_mark.line + 1 if node is not None else self._line
        dotted = ".".join(part for part in (self._path, key) if part)
        return f"{self._file}:{line} {dotted}".rstrip()

    def fault(self, key: str, code: str, message: str) -> None:
        """Note what is wrong at a key."""
        self.faults.add(self.place(key), code, message)

    def names(self) -> Iterator[str]:
        """Yield every key in the order written; they count as asked for."""
        self._asked.update(self._values)
        yield from self._values

    def has(self, key: str) -> bool:
        """Tell whether a key is given."""
        return key in self._values

    def text(self, key: str, *, default: str | None = None) -> str:
        """Return a text; without a default the key is required."""
        node = self._node(key, is_required=default is None)
        if node is None:
            return default or ""
        if isinstance(node, yaml.ScalarNode) and isinstance(node.value, str):
            if node.value or default is not None:
                return node.value
            self.fault(key, "empty", "is empty")
            return ""
        self.fault(key, "type", "is a text")
        return default or ""

    def texts(self, key: str) -> tuple[str, ...]:
        """Return a list of texts; empty where the key is not given."""
        node = self._node(key, is_required=False)
        if node is None:
            return ()
        if isinstance(node, yaml.ScalarNode):
            return (node.value,)
        if not isinstance(node, yaml.SequenceNode):
            self.fault(key, "type", "is a list of texts")
            return ()
        if not all(isinstance(one, yaml.ScalarNode) for one in node.value):
            self.fault(key, "type", "is a list of texts")
        return tuple(one.value for one in node.value if isinstance(one, yaml.ScalarNode))

    def decimal(self, key: str) -> Decimal | None:
        """Return a number exactly; None where the key is not given."""
        text = self.text(key, default="")
        try:
            number = Decimal(text) if text else None
        except InvalidOperation:
            number = None
        if text and (number is None or not number.is_finite()):
            self.fault(key, "type", "is a number")
            return None
        return number

    def whole(self, key: str, *, default: int | None = None) -> int | None:
        """Return a whole number, or the default where the key is not given."""
        number = self.decimal(key)
        if number is None:
            return default
        if number != number.to_integral_value():
            self.fault(key, "type", "is a whole number")
            return default
        return int(number)

    def flag(self, key: str) -> bool:
        """Return true or false; false where the key is not given."""
        text = self.text(key, default="false")
        if text not in ("true", "false"):
            self.fault(key, "type", "is true or false")
        return text == "true"

    def day(self, key: str) -> date | None:
        """Return a day; None where the key is not given."""
        text = self.text(key, default="")
        if not text:
            return None
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.fault(key, "type", "is a day, such as 2026-07-01")
            return None

    def under(self, key: str) -> "Rows":
        """Return the mapping under a key; an empty one where the key is not given."""
        return self._rows(self._node(key, is_required=False), key)

    def each(self, key: str) -> Iterator["Rows"]:
        """Yield the mappings of the list under a key; none where the key is not given."""
        node = self._node(key, is_required=False)
        if isinstance(node, yaml.SequenceNode):
            for i, one in enumerate(node.value):
                yield self._rows(one, f"{key}[{i}]")
        elif node is not None:
            self.fault(key, "type", "is a list")

    def done(self) -> None:
        """Refuse the keys that nobody asked for."""
        for key in self._values.keys() - self._asked:
            self.fault(key, "unknown_key", "is no key that is known here")

    def _rows(self, node: yaml.Node | None, key: str) -> "Rows":
        path = ".".join(part for part in (self._path, key) if part)
        return Rows(node, file=self._file, path=path, faults=self.faults)

    def _node(self, key: str, *, is_required: bool) -> yaml.Node | None:
        self._asked.add(key)
        node = self._values.get(key)
        if node is None and is_required:
            self.fault(key, "required", "is required")
        return node


def read_rows(path: Path, faults: Faults) -> Rows:
    """Return the mapping that a file holds; raises `InvalidInput` where it is no YAML mapping."""
    data = path.read_bytes()
    if len(data) > FILE_BYTES_MAX:
        faults.add(path.name, "size", f"has at most {FILE_BYTES_MAX} bytes")
        faults.refuse()
    try:
        node = yaml.compose(data, Loader=_TextLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark is not None else 1
        faults.add(f"{path.name}:{line}", "yaml", f"is no YAML: {getattr(error, 'problem', '')}")
        faults.refuse()
        raise
    shared = _shared(node)
    if shared is not None:
        line = shared.start_mark.line + 1
        faults.add(f"{path.name}:{line}", "alias", "aliases are not used: write it out")
        faults.refuse()
    return Rows(node, file=path.name, path="", faults=faults)


def _shared(root: yaml.Node | None) -> yaml.Node | None:
    """Return a node that stands in two places, which only an alias can do."""
    seen: set[int] = set()
    waiting: list[yaml.Node] = [] if root is None else [root]
    while waiting:
        node = waiting.pop()
        if id(node) in seen:
            return node
        seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            waiting.extend(part for pair in node.value for part in pair)
        elif isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
    return None
