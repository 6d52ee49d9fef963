"""Reads JSON that may become evidence: one meaning for each accepted text, or a refusal.

The rule that must stay true: whatever `loads` returns, any other conforming reader of the same
bytes returns too. So a key given twice, a number another reader would round, a lone surrogate, a
byte order mark and `NaN` are refused (RFC 8259 4, 6 and 8; RFC 7493 2).
"""

import json
import re
from collections.abc import Iterable
from typing import Final, TypeAlias

import orjson

from base.errors import InputTooLarge, InvalidInput, Problem

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"
JsonObject: TypeAlias = dict[str, JsonValue]

INTEGER_MAX: Final = 2**53 - 1
"""The largest integer that every JSON reader keeps exact (RFC 7493 2.2)."""

_KEY_SHOWN_MAX = 80
_EXPONENT_FROM = 1e21
"""From here on ECMAScript, and so the canonical form, writes a number with an exponent."""
_DEPTH_PARSER = 1024  # The parser's own limit; beyond it, it refuses before building anything.
_KEY_AND_COLON = re.compile(rb'"[ \t\r\n]*:')
_SPACED_COLONS = (b" :", b"\n:", b"\r:", b"\t:")


def loads(data: bytes, *, bytes_max: int, depth_max: int) -> JsonValue:
    """Return the value of one JSON text in UTF-8; whole numbers stay `int`, others `float`.

    `depth_max` counts nested arrays and objects (`[]` is 1 deep). Raises `InputTooLarge` over
    `bytes_max`, `InvalidInput` for everything else that is refused.
    """
    if len(data) > bytes_max:
        message = f"the text has {len(data)} bytes; at most {bytes_max} are accepted"
        raise InputTooLarge(message)
    try:
        value: JsonValue = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise _syntax_refusal(data, error, depth_max) from None
    members, has_suspect = _survey(value, depth_max)
    # Each key of the text ends in a quote, blanks and a colon, so the count below is never under
    # the number of keys written; the survey counts the keys that survived. Equal counts prove
    # that no key was dropped. A string holding `":` makes them differ: then the slow reader says.
    if has_suspect or members != _keys_written_at_most(data):
        _refuse_by_slow_reading(data, depth_max)
    return value


def field_path(parts: Iterable[str | int]) -> str:
    """Return `epcisBody.eventList[4].bizStep` for the parts of a path; long keys are cut."""
    text = ""
    for part in parts:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            key = part if len(part) <= _KEY_SHOWN_MAX else part[:_KEY_SHOWN_MAX] + "…"
            text += f".{key}" if text else key
    return text


def _refusal(path: str, code: str, message: str) -> InvalidInput:
    where = f"{path}: " if path else ""
    problem = Problem(path=path, code=code, message=message)
    return InvalidInput(f"{where}{message}", problems=(problem,))


def _too_deep(depth_max: int) -> InvalidInput:
    return _refusal("", "json_depth", f"nested deeper than {depth_max} arrays and objects")


def _syntax_refusal(data: bytes, error: orjson.JSONDecodeError, depth_max: int) -> InvalidInput:
    if data.startswith(b"\xef\xbb\xbf"):
        return _refusal("", "json_encoding", "starts with a byte order mark; send plain UTF-8")
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as wrong:
        return _refusal("", "json_encoding", f"byte {wrong.start} is not UTF-8")
    if "depth limit" in error.msg:
        return _too_deep(min(depth_max, _DEPTH_PARSER))
    place = f"line {error.lineno}, column {error.colno}"
    return _refusal("", "json_syntax", f"{place}: not JSON: {error.msg}")


def _survey(value: JsonValue, depth_max: int) -> tuple[int, bool]:
    """Return how many object members there are, and whether a number needs a closer look."""
    members = 0
    has_suspect = False
    level: list[JsonValue] = [[value]]
    depth = -1
    while level:
        depth += 1
        if depth > depth_max:
            raise _too_deep(depth_max)
        below: list[JsonValue] = []
        for node in level:
            if type(node) is dict:
                members += len(node)
                children: Iterable[JsonValue] = node.values()
            else:
                children = node  # type: ignore[assignment] # Only lists and dicts are put in.
            for child in children:
                kind = type(child)
                if kind is str:
                    continue
                if kind is dict or kind is list:
                    below.append(child)
                elif kind is int or kind is float:
                    # An integer beyond 64 bits comes back as a float, so floats count too.
                    in_range = -INTEGER_MAX <= child <= INTEGER_MAX  # type: ignore[operator] # A number.
                    has_suspect = has_suspect or not in_range
        level = below
    return members, has_suspect


def _keys_written_at_most(data: bytes) -> int:
    if any(colon in data for colon in _SPACED_COLONS):
        return sum(1 for _ in _KEY_AND_COLON.finditer(data))
    return data.count(b'":')


class _TwiceKeyed(dict[str, object]):
    """An object that was written with the same key twice."""

    key = ""


class _TooBig:
    """Stands where an integer beyond `INTEGER_MAX` was written, as such or with a fraction of 0."""


def _object_of(pairs: list[tuple[str, object]]) -> dict[str, object]:
    read = dict(pairs)
    if len(read) == len(pairs):
        return read
    twice = _TwiceKeyed(read)
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            twice.key = key
            break
        seen.add(key)
    return twice


def _integer_of(text: str) -> object:
    # 17 characters hold a sign and 16 digits; JSON allows no leading zero.
    if len(text) > 17 or not -INTEGER_MAX <= int(text) <= INTEGER_MAX:
        return _TooBig()
    return 0


def _float_of(text: str) -> object:
    # The canonical form writes these without fraction and exponent (RFC 8785 3.2.2.3): what was let
    # in here as 1e20 would be an integer that nobody may read back.
    number = float(text)
    is_whole = number.is_integer() if abs(number) < _EXPONENT_FROM else False
    return _TooBig() if is_whole and abs(number) > INTEGER_MAX else number


_SLOW_READER = json.JSONDecoder(
    object_pairs_hook=_object_of, parse_int=_integer_of, parse_float=_float_of
)


def _refuse_by_slow_reading(data: bytes, depth_max: int) -> None:
    """Read again, exactly, and refuse with the path of the first thing wrong, if any."""
    try:
        root: object = _SLOW_READER.decode(data.decode("utf-8"))
    except RecursionError:
        # Only a value hidden behind a key given twice can be this deep: the survey saw the rest.
        raise _too_deep(depth_max) from None
    waiting: list[tuple[object, tuple[str | int, ...]]] = [(root, ())]
    while waiting:
        node, path = waiting.pop()
        if isinstance(node, _TwiceKeyed):
            shown = field_path((node.key,))
            message = f"the key {shown!r} is given twice in one object"
            raise _refusal(field_path((*path, node.key)), "json_duplicate_key", message)
        if isinstance(node, _TooBig):
            message = f"the integer is beyond ±{INTEGER_MAX}: send it as a string"
            raise _refusal(field_path(path), "json_number", message)
        if isinstance(node, dict):
            waiting.extend((child, (*path, key)) for key, child in reversed(node.items()))
        elif isinstance(node, list):
            waiting.extend((node[i], (*path, i)) for i in range(len(node) - 1, -1, -1))
