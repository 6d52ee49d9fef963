"""The proof bundle: everything its holder needs to check some entries offline, in one JSON file.

Format `suxin-bundle/1`, evidence for ever. Canonical JSON (RFC 8785) of

    format         "suxin-bundle/1"
    log            number of the log
    checkpoint     text of the signed note (`ledger.checkpoint`)
    cosignatures   signature lines to be appended to that note, without their newlines
    subject        canonical URI of the thing asked about, or empty; if given, some entry names it
    entries        at least one, by ascending index:
      header       base64 of the header bytes (`ledger.entry`)
      part_hashes  {part name: hexadecimal} of every part the entry has (`ledger.parts`)
      parts        only those its holder may see, in order of their tags:
        part       name: public, chain, authority or personal
        salt       hexadecimal, 16 bytes
        body       base64 of the part bytes
      items        by ascending UTF-8 bytes of the item (`ledger.items`):
        item, key (hexadecimal), index, path (list of hexadecimal)
      proof        index (the entry's seq) and path (list of hexadecimal, leaf's sibling first)

The rule that must stay true: one bundle has one spelling, so no byte of the file can be changed
without changing what it says. What it says is checked by `ledger.verify`, not here.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, TypeVar

from base.errors import InvalidInput, Problem
from base.strict_json import INTEGER_MAX, JsonObject, JsonValue, loads
from ledger.canonical import canonical_bytes, decode_base64, decode_hex, encode_base64
from ledger.items import KEY_BYTES, ItemProof
from ledger.items import PATH_HASHES_MAX as ITEM_PATH_HASHES_MAX
from ledger.note import NOTE_BYTES_MAX, is_signature_line
from ledger.parts import SALT_BYTES, Part
from ledger.proof import HASH_BYTES, PATH_HASHES_MAX, InclusionProof

FORMAT: Final = "suxin-bundle/1"
BYTES_MAX: Final = 16 * 1024 * 1024
ENTRIES_MAX: Final = 10_000
ITEMS_MAX: Final = 4096
"""Items proven for one entry; an entry may name many more."""

COSIGNATURES_MAX: Final = 16

_DEPTH_MAX: Final = 8
_TEXT_MAX: Final = 2048
_HEADER_TEXT_MAX: Final = 1024
_BODY_TEXT_MAX: Final = 4 * 1024 * 1024
_LOG_MAX: Final = 2**31 - 1
_ITEM_INDEX_MAX: Final = 2**ITEM_PATH_HASHES_MAX - 1
_PART_OF_NAME: Final = {part.name.lower(): part for part in Part}

_Key = TypeVar("_Key", int, bytes)
_Members: TypeAlias = dict[str, "_Node"]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisiblePart:
    """A part that the bundle's holder may see: enough to compute its hash again."""

    part: Part
    salt: bytes
    body: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleEntry:
    """One entry with its visible parts, the hashes of all its parts, and its proofs."""

    header: bytes
    part_hashes: Mapping[Part, bytes]
    parts: tuple[VisiblePart, ...]
    items: tuple[ItemProof, ...]
    proof: InclusionProof


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Some entries of one log under one signed checkpoint."""

    log: int
    checkpoint: str
    cosignatures: tuple[str, ...] = ()
    subject: str = ""
    entries: tuple[BundleEntry, ...]


def dump(bundle: Bundle) -> bytes:
    """Return the file; raises `InvalidInput` for a bundle that `parse` would refuse."""
    data = canonical_bytes(_json_of(bundle))
    parse(data)
    return data


def parse(data: bytes) -> Bundle:
    """Read what `dump` writes, and no other spelling of it.

    Raises `InputTooLarge` over `BYTES_MAX`, and `InvalidInput` naming the field for everything else
    that is refused.
    """
    root = _Node(value=loads(data, bytes_max=BYTES_MAX, depth_max=_DEPTH_MAX), path="")
    fields = root.members("format", "log", "checkpoint", "cosignatures", "subject", "entries")
    if fields["format"].text() != FORMAT:
        raise fields["format"].refusal(f"is not {FORMAT}")
    bundle = Bundle(
        log=fields["log"].integer(_LOG_MAX),
        checkpoint=fields["checkpoint"].text(NOTE_BYTES_MAX),
        cosignatures=tuple(map(_cosignature, fields["cosignatures"].elements(COSIGNATURES_MAX))),
        subject=fields["subject"].text(),
        entries=tuple(map(_entry, fields["entries"].elements(ENTRIES_MAX))),
    )
    indices = [entry.proof.index for entry in bundle.entries]
    _require_ascending(fields["entries"], indices)
    if not indices:
        raise fields["entries"].refusal("is empty: the bundle would prove nothing")
    if canonical_bytes(_json_of(bundle)) != data:
        raise root.refusal("is not in its one spelling: canonical JSON (RFC 8785)")
    return bundle


@dataclass(frozen=True, slots=True, kw_only=True)
class _Node:
    """A value of the file and where it stands, so that a refusal can say which."""

    value: JsonValue
    path: str

    def refusal(self, message: str) -> InvalidInput:
        problem = Problem(path=self.path, code="bundle", message=message)
        return InvalidInput(f"{self.path or 'the bundle'} {message}", problems=(problem,))

    def below(self, key: str | int, value: JsonValue) -> "_Node":
        if isinstance(key, int):
            return _Node(value=value, path=f"{self.path}[{key}]")
        return _Node(value=value, path=f"{self.path}.{key}" if self.path else key)

    def object(self) -> _Members:
        if not isinstance(self.value, dict):
            raise self.refusal("is not an object")
        return {name: self.below(name, child) for name, child in self.value.items()}

    def members(self, *names: str) -> _Members:
        found = self.object()
        if found.keys() != set(names):
            raise self.refusal(f"has not exactly the fields {', '.join(names)}")
        return found

    def elements(self, count_max: int) -> "Iterator[_Node]":
        if not isinstance(self.value, list) or len(self.value) > count_max:
            raise self.refusal(f"is not a list of at most {count_max}")
        return (self.below(at, child) for at, child in enumerate(self.value))

    def text(self, chars_max: int = _TEXT_MAX) -> str:
        if not isinstance(self.value, str) or len(self.value) > chars_max:
            raise self.refusal(f"is not a text of at most {chars_max} characters")
        return self.value

    def integer(self, largest: int) -> int:
        if type(self.value) is not int or not 0 <= self.value <= largest:
            raise self.refusal(f"is not an integer from 0 to {largest}")
        return self.value

    def base64(self, chars_max: int) -> bytes:
        text = self.text(chars_max)
        try:
            return decode_base64(text)
        except InvalidInput as error:
            raise self.refusal(f"is not base64: {error}") from None

    def hexadecimal(self, size: int) -> bytes:
        text = self.text()
        if len(text) != 2 * size:
            raise self.refusal(f"is not {size} bytes in hexadecimal")
        try:
            return decode_hex(text)
        except InvalidInput as error:
            raise self.refusal(f"is not hexadecimal: {error}") from None

    def hashes(self, count_max: int) -> tuple[bytes, ...]:
        return tuple(node.hexadecimal(HASH_BYTES) for node in self.elements(count_max))


def _entry(node: _Node) -> BundleEntry:
    fields = node.members("header", "part_hashes", "parts", "items", "proof")
    proof = fields["proof"].members("index", "path")
    parts = tuple(map(_visible_part, fields["parts"].elements(len(Part))))
    _require_ascending(fields["parts"], [int(visible.part) for visible in parts])
    items = tuple(map(_item, fields["items"].elements(ITEMS_MAX)))
    _require_ascending(fields["items"], [proven.item.encode() for proven in items])
    return BundleEntry(
        header=fields["header"].base64(_HEADER_TEXT_MAX),
        part_hashes=_part_hashes(fields["part_hashes"]),
        parts=parts,
        items=items,
        proof=InclusionProof(
            index=proof["index"].integer(INTEGER_MAX),
            path=proof["path"].hashes(PATH_HASHES_MAX),
        ),
    )


def _part_hashes(node: _Node) -> dict[Part, bytes]:
    found = node.object()
    if not found.keys() <= _PART_OF_NAME.keys():
        raise node.refusal("names a part that does not exist")
    return {
        part: found[name].hexadecimal(HASH_BYTES)
        for name, part in _PART_OF_NAME.items()
        if name in found
    }


def _visible_part(node: _Node) -> VisiblePart:
    fields = node.members("part", "salt", "body")
    part = _PART_OF_NAME.get(fields["part"].text())
    if part is None:
        raise fields["part"].refusal("names a part that does not exist")
    return VisiblePart(
        part=part,
        salt=fields["salt"].hexadecimal(SALT_BYTES),
        body=fields["body"].base64(_BODY_TEXT_MAX),
    )


def _item(node: _Node) -> ItemProof:
    fields = node.members("item", "key", "index", "path")
    return ItemProof(
        item=fields["item"].text(),
        key=fields["key"].hexadecimal(KEY_BYTES),
        index=fields["index"].integer(_ITEM_INDEX_MAX),
        path=fields["path"].hashes(ITEM_PATH_HASHES_MAX),
    )


def _cosignature(node: _Node) -> str:
    line = node.text()
    if not is_signature_line(line):
        raise node.refusal("is not a signature line")
    return line


def _require_ascending(node: _Node, keys: Sequence[_Key]) -> None:
    if list(keys) != sorted(set(keys)):
        raise node.refusal("is out of order or has something twice")


def _json_of(bundle: Bundle) -> JsonObject:
    return {
        "format": FORMAT,
        "log": bundle.log,
        "checkpoint": bundle.checkpoint,
        "cosignatures": list(bundle.cosignatures),
        "subject": bundle.subject,
        "entries": [_json_of_entry(entry) for entry in bundle.entries],
    }


def _json_of_entry(entry: BundleEntry) -> JsonObject:
    return {
        "header": encode_base64(entry.header),
        "part_hashes": {
            part.name.lower(): digest.hex() for part, digest in entry.part_hashes.items()
        },
        "parts": [
            {
                "part": visible.part.name.lower(),
                "salt": visible.salt.hex(),
                "body": encode_base64(visible.body),
            }
            for visible in entry.parts
        ],
        "items": [
            {
                "item": proven.item,
                "key": proven.key.hex(),
                "index": proven.index,
                "path": _hexadecimals(proven.path),
            }
            for proven in entry.items
        ],
        "proof": {"index": entry.proof.index, "path": _hexadecimals(entry.proof.path)},
    }


def _hexadecimals(hashes: Sequence[bytes]) -> list[JsonValue]:
    return [node.hex() for node in hashes]
