"""A payload split by who may see it, so that a proof shows its viewer's parts and hides the rest.

Format version 1, evidence for ever:

    path         = one segment per step from the root: `/name` into an object, `#i` into a list;
                   in a name `~` is written `~0`, `/` is `~1`, `#` is `~2`; i is decimal, no
                   leading zero
    leaf         = text, number, true, false, null, or an empty object `{}` or list `[]`
    part bytes   = canonical JSON of {path: leaf} (RFC 8785)
    part_hash    = SHA-256(salt || part bytes), one random salt of 16 bytes per part
    packed       = for each present part in order of its tag: tag byte || part_hash
    payload_hash = SHA-256(0x02 || packed)

The rule that must stay true: the parts of one payload never share a path, and all of them together
give the payload back exactly.
"""

from collections.abc import Callable, Iterable, Mapping
from enum import IntEnum
from hashlib import sha256
from typing import Final, TypeAlias

from base.errors import InvalidInput, Problem
from base.strict_json import JsonObject, JsonValue
from ledger.canonical import canonical_bytes

Leaves: TypeAlias = dict[str, JsonValue]

SALT_BYTES: Final = 16
HASH_BYTES: Final = 32
DEPTH_MAX: Final = 128
"""Objects and lists inside each other; an event of the trade needs fewer than 20."""

_INDEX_DIGITS_MAX: Final = 9
_PACKED_BYTES: Final = 1 + HASH_BYTES
_LEAF_TYPES: Final = frozenset({str, int, float, bool, type(None)})


class Part(IntEnum):
    """Who may see a part; the number is its tag in the payload hash."""

    PUBLIC = 1
    CHAIN = 2
    AUTHORITY = 3
    PERSONAL = 4


# Asking the enumeration itself costs more than all the rest of reading an entry's hashes.
_PART_OF_TAG: Final = {int(part): part for part in Part}


def flatten(payload: JsonObject) -> Leaves:
    """Return each leaf of the payload by its path; an empty payload has none.

    Raises `InvalidInput` for a type that JSON has not and for a nesting over `DEPTH_MAX`.
    """
    leaves: Leaves = {}
    _flatten_object(payload, "", leaves, 1)
    return leaves


def unflatten(leaves: Mapping[str, JsonValue]) -> JsonObject:
    """Return the object whose leaves these are: `unflatten(flatten(x)) == x`.

    Where some leaves are missing, because their parts are hidden, members are left out and lists
    close up: the remaining elements keep their order, not their index. Raises `InvalidInput` for
    a malformed path, a leaf that is none, and paths that contradict each other (a leaf with
    something below it, an object and a list at one place).
    """
    root = _Branch("/")
    branches = {"": root}
    for path, leaf in leaves.items():
        if type(leaf) not in _LEAF_TYPES and not _is_leaf(leaf):
            raise _refusal(path, "not_a_leaf", "holds a value that is not a leaf")
        _plant(branches, path, leaf)
    return _object_of(root)


def member_path(path: str, name: str) -> str:
    """Return the path of an object's member `name`."""
    # Nearly every name is letters only; the test is cheaper than three replacements.
    return f"{path}/{name if name.isalnum() else _escape(name)}"


def element_path(path: str, index: int) -> str:
    """Return the path of a list's element."""
    return f"{path}#{index}"


def split(leaves: Mapping[str, JsonValue], part_of: Callable[[str], Part]) -> dict[Part, Leaves]:
    """Return the leaves of each part that has any, in order of the tags."""
    by_part: dict[Part, Leaves] = {}
    for path, leaf in leaves.items():
        by_part.setdefault(part_of(path), {})[path] = leaf
    return dict(sorted(by_part.items()))


def merge(bodies: Iterable[Mapping[str, JsonValue]]) -> JsonObject:
    """Return what the given parts of one payload say together, as `unflatten` does.

    Raises `InvalidInput` where two parts hold the same path.
    """
    together: Leaves = {}
    for body in bodies:
        if twice := together.keys() & body.keys():
            raise _refusal(min(twice), "twice", "is in two parts")
        together.update(body)
    return unflatten(together)


def part_bytes(leaves: Mapping[str, JsonValue]) -> bytes:
    """Return the bytes of one part: they are stored once and never written again to verify."""
    return canonical_bytes(dict(leaves))


def part_hash(salt: bytes, body: bytes) -> bytes:
    """Return the commitment to one part. Without the salt nobody can test a guess about it."""
    if len(salt) != SALT_BYTES:
        raise _refusal("salt", "length", f"needs {SALT_BYTES} bytes, got {len(salt)}")
    return sha256(salt + body).digest()


def payload_hash(part_hashes: Mapping[Part, bytes]) -> bytes:
    """Return the commitment to the whole payload that stands in the entry's header."""
    return sha256(b"\x02" + pack_part_hashes(part_hashes)).digest()


def pack_part_hashes(part_hashes: Mapping[Part, bytes]) -> bytes:
    """Return tag byte and hash of each present part, 33 bytes each, in order of the tags."""
    for part, digest in part_hashes.items():
        if len(digest) != HASH_BYTES:
            raise _refusal(part.name.lower(), "length", f"needs a hash of {HASH_BYTES} bytes")
    return b"".join(bytes((part,)) + part_hashes[part] for part in sorted(part_hashes))


def unpack_part_hashes(packed: bytes) -> dict[Part, bytes]:
    """Read what `pack_part_hashes` writes; raises `InvalidInput` otherwise."""
    if len(packed) % _PACKED_BYTES:
        raise _refusal("part_hashes", "length", f"is not a multiple of {_PACKED_BYTES} bytes")
    tags = packed[::_PACKED_BYTES]
    if list(tags) != sorted(set(tags)) or not _PART_OF_TAG.keys() >= set(tags):
        raise _refusal("part_hashes", "tag", "has tags that are unknown or out of order")
    return {
        _PART_OF_TAG[tag]: packed[at * _PACKED_BYTES + 1 : (at + 1) * _PACKED_BYTES]
        for at, tag in enumerate(tags)
    }


def _flatten_object(value: JsonObject, path: str, leaves: Leaves, depth: int) -> None:
    if depth > DEPTH_MAX:
        raise _refusal(path, "depth", f"is nested deeper than {DEPTH_MAX}")
    for name, child in value.items():
        _flatten_value(child, member_path(path, name), leaves, depth)


def _flatten_value(value: JsonValue, path: str, leaves: Leaves, depth: int) -> None:
    if _is_leaf(value):
        leaves[path] = value
    elif type(value) is dict:
        _flatten_object(value, path, leaves, depth + 1)
    elif type(value) is list and depth < DEPTH_MAX:
        for index, child in enumerate(value):
            _flatten_value(child, element_path(path, index), leaves, depth + 1)
    else:
        raise _refusal(path, "not_json", "is nested too deeply or is not a JSON value")


def _is_leaf(value: JsonValue) -> bool:
    return type(value) in _LEAF_TYPES or (type(value) in {dict, list} and not value)


class _Branch(dict[str | int, "JsonValue | _Branch"]):
    """An object or a list being put together; `kind` is the mark of its segments."""

    __slots__ = ("kind",)

    def __init__(self, kind: str) -> None:
        self.kind = kind


def _plant(branches: dict[str, _Branch], path: str, value: "JsonValue | _Branch") -> None:
    """Put `value` at `path`, making the branches above it; one path is planted once."""
    cut = max(path.rfind("/"), path.rfind("#"))
    if cut < 0:
        raise _refusal(path, "path", "does not begin with /")
    above, mark, text = path[:cut], path[cut], path[cut + 1 :]
    branch = branches.get(above)
    if branch is None:
        # What is beside it is as deep, so that the first one of a branch speaks for all.
        if path.count("/") + path.count("#") > DEPTH_MAX:
            raise _refusal(path, "depth", f"is nested deeper than {DEPTH_MAX}")
        branch = branches[above] = _Branch(mark)
        _plant(branches, above, branch)
    key = _unescape(path, text) if mark == "/" else _index(path, text)
    if branch.kind != mark:
        raise _refusal(path, "contradiction", "makes one place an object and a list")
    if key in branch:
        raise _refusal(path, "contradiction", "is a leaf and has something below it")
    branch[key] = value


def _object_of(branch: _Branch) -> JsonObject:
    return {str(name): _value_of(child) for name, child in branch.items()}


def _value_of(node: "JsonValue | _Branch") -> JsonValue:
    if not isinstance(node, _Branch):
        return node
    if node.kind == "/":
        return _object_of(node)
    return [_value_of(node[index]) for index in sorted(node)]


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1").replace("#", "~2")


def _unescape(path: str, text: str) -> str:
    if "~" not in text:
        return text
    name = text.replace("~2", "#").replace("~1", "/").replace("~0", "~")
    if _escape(name) != text:
        raise _refusal(path, "path", "has a ~ that is not ~0, ~1 or ~2")
    return name


def _index(path: str, text: str) -> int:
    is_decimal = text.isascii() and text.isdigit() and len(text) <= _INDEX_DIGITS_MAX
    if not is_decimal or str(int(text)) != text:
        raise _refusal(path, "path", "has a list index that is not plain decimal")
    return int(text)


def _refusal(path: str, code: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code=code, message=message)
    return InvalidInput(f"{path} {message}", problems=(problem,))
