"""The one URI under which an identifier is known everywhere.

CBV 2.0 clause 8.9: every way to write a GS1 key (EPC URN, Digital Link of any host) becomes the
Digital Link on `https://id.gs1.org` at its finest level, without attributes. Two spellings of one
thing must meet here, or its history splits in two.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from codes import registry
from codes.cn.persons import NORM as ID_NORM
from codes.gs1.charset import percent_decode, percent_encode
from codes.gs1.check_digit import has_valid_check_digit
from codes.gs1.compression import identity_of_compressed
from codes.gs1.digital_link import CANONICAL_STEM
from codes.gs1.epc import WITHOUT_GS1_KEY, path_of_epc
from codes.gs1.epc_fields import NORM as EPC_NORM
from codes.gs1.identity import identity_of_link
from codes.gs1.urn import epc_urn_of_parts
from codes.model import Candidate, Category, CodeError
from codes.text import NORM as READING_NORM
from codes.text import clean

# Web browsers and the QR codes of this trade stay under 2,048 characters; a longer identifier is an
# attack on memory (every one is kept in the index), not a code.
URI_CHARS_MAX: Final = 2_048

# Identifiers come in runs; 65,536 of at most 200 characters take 40 MB at the worst.
_REMEMBERED = 65_536
_REMEMBERED_CHARS = 200

# What is canonical already needs only its check digit tested; most events carry these.
_PLAIN = re.compile(r"https://id\.gs1\.org/01/[0-9]{14}(?:/(?:10|21)/[A-Za-z0-9._\-]{1,20})?")
_GTIN = slice(len("https://id.gs1.org/01/"), len("https://id.gs1.org/01/") + 14)

_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:.")
_OWN = re.compile(r"urn:suxin:([a-z-]+):(.+)")
_STEM = CANONICAL_STEM + "/"

NORM: Final = "Suxin identifiers, version 1"
_URI_NORM: Final = "RFC 3986 4.3"


class Level(StrEnum):
    """How much one identifier names: one thing, a lot, a class of things, or who knows."""

    INSTANCE = "instance"
    LOT = "lot"
    CLASS = "class"
    UNKNOWN = "unknown"


def canonical_uri(uri: str) -> str:
    """Return the canonical form of an absolute URI; an identifier without a GS1 key is unchanged.

    Raises `CodeError` for text that is no absolute URI, and for an EPC URN, a Digital Link or a
    `urn:suxin:` name whose structure or check digit is wrong.
    """
    if len(uri) <= _REMEMBERED_CHARS:
        return _remembered(uri)
    if len(uri) > URI_CHARS_MAX:
        message = f"an identifier has at most {URI_CHARS_MAX} characters"
        raise CodeError("too_long", message, position=URI_CHARS_MAX, norm=NORM)
    return _canonical(uri)


def _canonical(uri: str) -> str:
    if uri.startswith("urn:epc:"):
        return _canonical_epc(uri)
    if _PLAIN.fullmatch(uri) is not None and has_valid_check_digit(uri[_GTIN]):
        return uri
    if _ABSOLUTE.match(uri) is None or not uri.isprintable() or " " in uri:
        raise _uri_refusal(uri)
    head = uri[:8].lower()
    if head.startswith("http"):
        return _canonical_link(uri)
    if head == "urn:epc:":
        message = "urn:epc: is written in lower case"
        raise CodeError("urn_case", message, position=_first_capital(uri), norm=EPC_NORM)
    if uri.startswith("urn:suxin:"):
        return _canonical_own(uri)
    return uri


def _uri_refusal(uri: str) -> CodeError:
    message = "an identifier is an absolute URI"
    if _ABSOLUTE.match(uri) is None:
        return CodeError("uri", message, position=0, norm=_URI_NORM)
    position = next(
        i for i, character in enumerate(uri) if not character.isprintable() or character == " "
    )
    return CodeError(
        "uri", f"{message}: it holds no such character", position=position, norm=_URI_NORM
    )


def _first_capital(text: str) -> int:
    return next(index for index, character in enumerate(text) if character.isupper())


_remembered = lru_cache(maxsize=_REMEMBERED)(_canonical)


def _canonical_link(uri: str) -> str:
    try:
        return identity_of_link(uri) or uri
    except CodeError as refusal:
        # On GS1's own host a path without a key may be a compressed one. On any other host it stays
        # the identifier that it always was: reading keys into it would part old from new events.
        if refusal.rule != "no_key":
            raise
        try:
            return identity_of_compressed(uri)
        except CodeError:
            raise refusal from None


def _canonical_epc(uri: str) -> str:
    return uri if uri.startswith(WITHOUT_GS1_KEY) else _STEM + path_of_epc(uri)


def _canonical_own(uri: str) -> str:
    match = _OWN.fullmatch(uri)
    if match is not None and match[1] == "personal":
        raise personal_refusal()
    name = None if match is None else registry.OWN_NAMES.get(match[1])
    if match is None or name is None:
        message = "this name was not given by this ledger"
        raise CodeError("own_name", message, position=len("urn:suxin:"), norm=NORM)
    try:
        code = registry.parse(name, unquote(match[2]))
    except CodeError as refusal:
        raise _own_refusal(refusal, match) from None
    if code.uri != uri:
        message = f"this name is written {code.uri}"
        raise CodeError("own_name", message, position=match.start(2), norm=NORM)
    return uri


def _own_refusal(refusal: CodeError, match: re.Match[str]) -> CodeError:
    """Return a refusal of the code in a name of this ledger with its place in the name."""
    if refusal.position is None or not match[2].isascii() or "%" in match[2]:
        return refusal.at(match.start(2))
    return refusal.moved(match.start(2))


def personal_refusal() -> CodeError:
    """Return the refusal of a person's ID number: what is recorded stays for ever."""
    message = "a person's ID number names nothing here; name the person by a GLN or a serial"
    return CodeError("personal", message, norm=ID_NORM)


def uri_of_text(text: str, category: Category | None = None) -> str:
    """Return the canonical URI of a code in any written form.

    Raises `CodeError`: `unknown_code` when no scheme reads it, `ambiguous` when the likeliest
    readings name different things, `personal` when the code holds a person's ID number, otherwise
    the rule that the likeliest scheme finds broken. `category` says which kind is meant.
    """
    likeliest = _likeliest(text, category)
    if not likeliest:
        return _uri_of_unknown(text, category)
    if len({one.code.uri for one in likeliest}) > 1:
        names = ", ".join(one.scheme.name for one in likeliest)
        message = f"the code may be one of: {names}"
        raise CodeError("ambiguous", message, norm=READING_NORM)
    if likeliest[0].code.is_personal:
        raise personal_refusal()
    return likeliest[0].code.uri


def uri_to_register(text: str, category: Category) -> str:
    """Return the URI under which something written in any form is registered.

    A URI is kept as events name it, also where a reader would find a code in it. Raises
    `CodeError` like `canonical_uri` for a URI and like `uri_of_text` for anything else.
    """
    try:
        return canonical_uri(text)
    except CodeError as refusal:
        if refusal.rule != "uri":
            raise
    return uri_of_text(text, category)


def uris_of_text(text: str, category: Category | None = None) -> tuple[str, ...]:
    """Return every URI under which what a text names may be recorded, for whoever looks for it.

    Where readings are equally likely it is all of them. A web address that carries a code may also
    stand for itself: events keep it as it was sent. Raises `CodeError` like `uri_of_text`, but
    never `ambiguous`.
    """
    likeliest = _likeliest(text, category)
    if any(one.code.is_personal for one in likeliest):
        raise personal_refusal()
    found = dict.fromkeys(one.code.uri for one in likeliest)
    if found and _ABSOLUTE.match(text) is None:
        return tuple(found)
    try:
        found.setdefault(_uri_of_unknown(text, category))
    except CodeError:
        if not found:
            raise
    return tuple(found)


def _likeliest(text: str, category: Category | None) -> list[Candidate]:
    candidates = registry.detect(text, category)
    return [one for one in candidates if one.rank == candidates[0].rank]


def _uri_of_unknown(text: str, category: Category | None) -> str:
    """A text that is a URI stands for itself, and a wrong one is told what is wrong with it."""
    try:
        cleaned = clean(text)
    except CodeError:
        raise registry.why_refused(text) from None
    if not cleaned.text.lower().startswith(("urn:", "http://", "https://")):
        raise registry.why_refused(text, category)
    try:
        uri = canonical_uri(cleaned.text)
        _require_no_wrong_gtin(cleaned.text)
    except CodeError as refusal:
        raise refusal.moved(cleaned.offset) from None
    return uri


def _require_no_wrong_gtin(address: str) -> None:
    """Refuse an address that says it names a GTIN and names a wrong one: it is no other thing."""
    if "gtin" not in address.lower():
        return
    try:
        registry.get("gbt33993").parse(address)
    except CodeError as refusal:
        if refusal.rule not in {"host", "address"}:
            raise


def parts_of(canonical: str) -> dict[str, str]:
    """Return identifier to value of a canonical GS1 URI, in order; empty for any other URI."""
    if not canonical.startswith(_STEM):
        return {}
    segments = canonical[len(_STEM) :].split("/")
    return {
        ai: percent_decode(value, norm="RFC 3986 2.1")
        for ai, value in zip(segments[::2], segments[1::2], strict=False)
    }


# Length of a key without its serial: longer than that, it names one thing.
_SERIAL_AFTER: Final = {"253": 13, "255": 13, "8003": 14}
_CLASS_KEYS: Final = frozenset({"01", "8006", "8010", "8013"})


# Names of this ledger that are no single things: classes of goods and paper, and lots.
_OWN_LEVELS: Final = {
    "drug-standard": Level.CLASS,
    "drug-approval": Level.CLASS,
    "fertiliser-registration": Level.CLASS,
    "green-food-product": Level.CLASS,
    "agri-trace": Level.LOT,
    "agri-short": Level.LOT,
    "market-batch": Level.LOT,
}


def level_of(canonical: str) -> Level:
    """Return how much a canonical URI names; a URI of another party is `UNKNOWN`."""
    if not canonical.startswith(_STEM):
        return _level_of_own(canonical)
    parts = parts_of(canonical)
    key = next(iter(parts))
    if key in _SERIAL_AFTER:
        return Level.INSTANCE if len(parts[key]) > _SERIAL_AFTER[key] else Level.CLASS
    if key not in _CLASS_KEYS or not parts.keys().isdisjoint({"21", "235", "8011"}):
        return Level.INSTANCE
    return Level.LOT if "10" in parts else Level.CLASS


def _level_of_own(canonical: str) -> Level:
    if not canonical.startswith("urn:suxin:"):
        return Level.UNKNOWN
    return _OWN_LEVELS.get(canonical.split(":", 3)[2], Level.INSTANCE)


def is_instance(canonical: str) -> bool:
    """Whether a canonical URI names exactly one thing, place or party."""
    return level_of(canonical) is Level.INSTANCE


def lot_uri(gtin14: str, lot: str) -> str:
    """Return the canonical URI of a lot; both parts are checked."""
    return canonical_uri(f"{_STEM}01/{gtin14}/10/{percent_encode(lot)}")


def gtin_uri(gtin14: str) -> str:
    """Return the canonical URI of a trade item class; the GTIN is checked."""
    return canonical_uri(f"{_STEM}01/{gtin14}")


def epc_urn(canonical: str, gcp_length: int) -> str:
    """Return the EPC URN of a canonical GS1 URI whose company prefix has `gcp_length` digits.

    A class becomes `urn:epc:idpat:…*` or `urn:epc:class:lgtin:…`. Raises `CodeError` where the key
    has no EPC form (GMN, GTIN with variant, …).
    """
    return epc_urn_of_parts(parts_of(canonical), gcp_length)
