"""The table of code schemes, and reading a text of unknown scheme.

A new scheme is one file in `codes/schemes/`, imported and named in `_MODULES`. Detection never
guesses: it returns every reading, the likeliest first, and readings of the same rank are a question
for the person who holds the code.
"""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final
from urllib.parse import unquote

from codes.model import Candidate, Category, Code, CodeError, CodeWarning, Scheme, may_name
from codes.schemes import (
    cn_agri_platform,
    cn_drug,
    cn_ear_tag,
    cn_fertiliser,
    cn_green_food,
    cn_id_number,
    cn_market,
    cn_org_code,
    cn_organic,
    cn_pesticide,
    cn_region,
    cn_sc_licence,
    cn_seed,
    cn_uscc,
    cn_vetdrug,
    ecode,
    epc_uri,
    gbt33993,
    gln,
    gs1_compressed_link,
    gs1_digital_link,
    gs1_element_string,
    gs1_keys,
    gtin,
    ma_idcode,
    oid,
    sscc,
    suxin_serial,
)
from codes.text import NORM as READING_NORM
from codes.text import Cleaned, clean
from codes.web_address import codes_in, host_of, is_address, runs_in

_MODULES = (
    gtin,
    gln,
    sscc,
    gs1_element_string,
    gs1_digital_link,
    epc_uri,
    cn_uscc,
    cn_pesticide,
    suxin_serial,
    gs1_compressed_link,
    gbt33993,
    gs1_keys,
    cn_drug,
    cn_vetdrug,
    cn_agri_platform,
    cn_market,
    cn_ear_tag,
    cn_organic,
    cn_green_food,
    cn_sc_licence,
    cn_seed,
    cn_fertiliser,
    cn_org_code,
    cn_id_number,
    cn_region,
    ma_idcode,
    oid,
    ecode,
)


def build_table(schemes: Iterable[Scheme]) -> Mapping[str, Scheme]:
    """Return the schemes by name; refuses a name used twice."""
    table: dict[str, Scheme] = {}
    for scheme in schemes:
        if scheme.name in table:
            raise ValueError(f"two code schemes are named {scheme.name}")
        table[scheme.name] = scheme
    return MappingProxyType(table)


SCHEMES: Final = build_table(scheme for module in _MODULES for scheme in module.SCHEMES)

# Which scheme reads the names of `urn:suxin:<name>:`.
OWN_NAMES: Final[Mapping[str, str]] = MappingProxyType(
    {scheme.own_name: scheme.name for scheme in SCHEMES.values() if scheme.own_name is not None}
)


# Beginnings of the URIs of codes: this ledger's own, and those of RFC 3061.
_URI_STARTS: Final = ("urn:suxin:", "urn:oid:")


def _index() -> Mapping[int, Mapping[str, tuple[Scheme, ...]]]:
    """Sort the schemes by the lengths and first characters they admit.

    A text then meets only those it may fit. Length 0 stands for every length that no scheme names,
    the first character "" for every one that no scheme names.
    """
    lengths = {0}.union(*(scheme.lengths or () for scheme in SCHEMES.values()))
    firsts = {""}.union(*(scheme.first or "" for scheme in SCHEMES.values()))
    return {
        length: {
            first: tuple(
                scheme
                for scheme in SCHEMES.values()
                if (scheme.lengths is None or length in scheme.lengths)
                and (scheme.first is None or (first != "" and first in scheme.first))
            )
            for first in firsts
        }
        for length in lengths
    }


_INDEX: Final = _index()

_WORD_START_CHARS: Final = 3
_FROM_TEXT = CodeWarning(code="from_text", message="the code was taken out of a longer text")


def _fitting(text: str) -> tuple[Scheme, ...]:
    by_first = _INDEX.get(len(text), _INDEX[0])
    return by_first.get(text[0], by_first[""])


def get(name: str) -> Scheme:
    """Return a scheme by its name; raises `CodeError` when there is none."""
    scheme = SCHEMES.get(name)
    if scheme is None:
        message = "there is no code scheme of that name"
        raise CodeError("unknown_scheme", message, norm=READING_NORM)
    return scheme


def parse(name: str, text: str) -> Code:
    """Read `text` as a code of one scheme; raises `CodeError`, with the position in `text`."""
    scheme = get(name)
    try:
        cleaned = clean(text)
    except CodeError as refusal:
        raise _with_norm(refusal, scheme.norm) from None
    try:
        return _warned(scheme.parse(cleaned.text), cleaned)
    except CodeError as refusal:
        raise _with_norm(refusal.moved(cleaned.offset), scheme.norm) from None


def _with_norm(refusal: CodeError, norm: str) -> CodeError:
    if refusal.norm:
        return refusal
    return CodeError(refusal.rule, refusal.message, position=refusal.position, norm=norm)


def _warned(code: Code, cleaned: Cleaned) -> Code:
    if not cleaned.warnings and not (cleaned.offset and code.warnings):
        return code
    shifted = tuple(
        warning
        if warning.position is None
        else replace(warning, position=warning.position + cleaned.offset)
        for warning in code.warnings
    )
    return replace(code, warnings=cleaned.warnings + shifted)


def detect(text: str, category: Category | None = None) -> tuple[Candidate, ...]:
    """Return every reading of `text`, the likeliest first; empty when there is none.

    Readings of equal `rank` are equally likely. `category` keeps only readings that may name
    something of that kind. A web address that is no code itself is searched for one, and any other
    text for a run of digits as long as the longest codes.
    """
    try:
        cleaned = clean(text)
    except CodeError:
        return ()
    if cleaned.text.startswith(_URI_STARTS):
        return _named(cleaned.text, category)
    found = _readings(cleaned, category)
    if not found:
        found = _carried(cleaned, category)
    if len(found) > 1:
        found.sort(key=lambda candidate: candidate.rank)
    return tuple(found)


def why_refused(text: str, category: Category | None = None) -> CodeError:
    """Return what the likeliest scheme has against a text that no scheme reads.

    `category` says of which kind the code should be.
    """
    return suspected(text, category)[1]


def suspected(text: str, category: Category | None = None) -> tuple[Scheme | None, CodeError]:
    """Return the likeliest scheme of a text that no scheme reads, and what it has against it."""
    try:
        cleaned = clean(text)
    except CodeError as refusal:
        return None, _with_norm(refusal, READING_NORM)
    if category is not None and detect(text):
        message = f"it is a code, but of nothing that is called {category.value}"
        return None, CodeError("other_category", message, norm=READING_NORM)
    for scheme in _suspects(cleaned.text, category):
        try:
            parse(scheme.name, text)
        except CodeError as refusal:
            return scheme, refusal
    message = "no code scheme reads this text"
    return None, CodeError("unknown_code", message, norm=READING_NORM)


def _suspects(text: str, category: Category | None) -> list[Scheme]:
    """Return the schemes that a mistyped code may be of, the likeliest first.

    First those it looks like, then those whose mark it begins with whatever its length. Failing
    these, where it is mostly digits, those of its length, and of telling codes those that one digit
    more or less would make; last those of the category asked for. Within each the first of the
    lowest rank: a wrong check digit of a trade item tells more than the rest.
    """

    def wanted(schemes: Iterable[Scheme]) -> list[Scheme]:
        kept = [
            scheme
            for scheme in schemes
            if (category is None and not scheme.only_in_category)
            or (category is not None and may_name(scheme.category, category))
        ]
        return sorted(kept, key=lambda scheme: scheme.rank)

    alike = wanted(scheme for scheme in _fitting(text) if scheme.looks_like(text))
    capitals = text.upper()
    marked = wanted(scheme for scheme in SCHEMES.values() if _bears_mark(capitals, scheme))
    if alike or marked:
        return alike + marked
    digits: list[Scheme] = []
    if _is_mostly_digits(text):
        repaired = _repaired(text)
        of_length = (scheme for scheme in _fitting(repaired) if scheme.looks_like(repaired))
        digits = wanted(scheme for scheme in of_length if scheme.lengths and scheme.first)
        digits += wanted(scheme for scheme in SCHEMES.values() if _is_near(text, scheme))
    of_category = (one for one in SCHEMES.values() if one.category is category)
    return digits or [one for one in of_category if len(text) in (one.lengths or ())]


def _is_near(text: str, scheme: Scheme) -> bool:
    """Whether the text is one digit too short or too long for a scheme of telling codes."""
    shortest = min(scheme.lengths or (0,))
    return scheme.in_address and len(text) in {shortest - 1, shortest + 1}


def _bears_mark(capitals: str, scheme: Scheme) -> bool:
    mark = next((mark for mark in scheme.marks if capitals.startswith(mark)), None)
    if mark is None:
        return False
    # Two letters begin many a word: only digits behind them make them a mark.
    is_telling = len(mark) > _WORD_START_CHARS or not mark.isascii()
    return is_telling or _is_mostly_digits(capitals[len(mark) :])


def _is_mostly_digits(text: str) -> bool:
    return bool(text) and 4 * sum(map(str.isdigit, text)) >= 3 * len(text)


def _repaired(text: str) -> str:
    """Return digits only, to choose a scheme by: other scripts as ASCII, anything else as 0."""
    return "".join(str(unicodedata.digit(character, 0)) for character in text)


def _named(uri: str, category: Category | None) -> tuple[Candidate, ...]:
    """Return the reading of the URI of a code; none where it is not the one spelling of it."""
    start, _, rest = uri.removeprefix("urn:suxin:").removeprefix("urn:").partition(":")
    scheme = SCHEMES.get(OWN_NAMES.get(start, start))
    if scheme is None or (category is not None and not may_name(scheme.category, category)):
        return ()
    try:
        code = scheme.parse(unquote(rest))
    except CodeError:
        return ()
    if code.uri != uri:
        return ()
    return (Candidate(scheme=scheme, code=code, rank=scheme.rank),)


def _readings(cleaned: Cleaned, category: Category | None) -> list[Candidate]:
    found = []
    for scheme in _fitting(cleaned.text):
        if not scheme.looks_like(cleaned.text):
            continue
        if scheme.only_in_category and category is not scheme.category:
            continue
        if category is not None and not may_name(scheme.category, category):
            continue
        candidate = _candidate(scheme, cleaned)
        if candidate is not None:
            found.append(candidate)
    return found


def _candidate(scheme: Scheme, cleaned: Cleaned) -> Candidate | None:
    try:
        code = scheme.parse(cleaned.text)
    except CodeError:
        return None
    return Candidate(scheme=scheme, code=_warned(code, cleaned), rank=scheme.rank + code.doubt)


def _carried(cleaned: Cleaned, category: Category | None) -> list[Candidate]:
    """Return the readings of codes inside a web address or a longer text, each once.

    Only schemes count whose codes are telling, and only codes without a doubt: addresses are full
    of numbers that mean something else.
    """
    found: dict[tuple[str, str], Candidate] = {}
    whole = cleaned.text
    if is_address(whole):
        parts = codes_in(whole)
        message = f"the code was taken from a web address of {host_of(whole)[:100]}"
        warning = CodeWarning(code="from_address", message=message)
    else:
        parts, warning = runs_in(whole), _FROM_TEXT
    for text in parts:
        for reading in _readings(replace(cleaned, text=text, offset=0), category):
            code = reading.code
            if reading.scheme.in_address and not code.doubt:
                carried = replace(code, warnings=(*code.warnings, warning))
                found.setdefault((code.scheme, code.text), replace(reading, code=carried))
    return list(found.values())
