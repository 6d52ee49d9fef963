"""Reads the plain subset of YAML that `deploy/compose.yaml` keeps to.

Block mappings and lists of scalars, indented by two spaces; scalars are plain words or stand in
double quotes. Whatever else YAML has (anchors, folded text, flow) is refused, so the file means the
same to every reader.
"""

import json
import re
from typing import TypeAlias

Value: TypeAlias = "str | list[str] | dict[str, Value] | None"

_LINE = re.compile(r"( *)(?:- (.+)|([A-Za-z_]+):(?: (.+))?)")
_WORD = re.compile(r"[A-Za-z0-9_./-]+")


class NotPlain(ValueError):
    """A line that is not of the subset."""


def read_yaml(text: str) -> dict[str, Value]:
    """Return the mapping that the text spells; raises `NotPlain` naming the line."""
    root: dict[str, Value] = {}
    # Each open mapping with its indentation; the last key of a mapping may become a list.
    stack: list[tuple[int, dict[str, Value]]] = [(0, root)]
    last: dict[int, str] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _LINE.fullmatch(line)
        if found is None or len(found[1]) % 2:
            raise NotPlain(f"line {number}: {line}")
        _place(stack, last, found, number)
    return root


def _place(
    stack: list[tuple[int, dict[str, Value]]],
    last: dict[int, str],
    found: re.Match[str],
    number: int,
) -> None:
    indent = len(found[1])
    while stack[-1][0] > indent:
        stack.pop()
    level, mapping = stack[-1]
    if indent == level + 2:
        key = last[level]
        if found[2]:
            items = mapping[key] or []
            if not isinstance(items, list):
                raise NotPlain(f"line {number}: a list below a value")
            mapping[key] = [*items, _scalar(found[2], number)]
            return
        if mapping[key] is not None:
            raise NotPlain(f"line {number}: a mapping below a value")
        below: dict[str, Value] = {}
        mapping[key] = below
        stack.append((indent, below))
        mapping = below
    elif indent != level or found[2]:
        raise NotPlain(f"line {number}: unexpected indentation")
    if found[3] in mapping:
        raise NotPlain(f"line {number}: {found[3]} is given twice")
    mapping[found[3]] = _scalar(found[4], number) if found[4] else None
    last[indent] = found[3]


def _scalar(text: str, number: int) -> str:
    if text.startswith('"'):
        value: str = json.loads(text)
        return value
    if not _WORD.fullmatch(text) or text in ("yes", "no", "on", "off", "null"):
        raise NotPlain(f"line {number}: {text} needs quotes")
    return text
