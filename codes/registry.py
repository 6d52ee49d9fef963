"""The table of code schemes, and reading a text of unknown scheme.

A new scheme is one file in `codes/schemes/`, imported and named in `_MODULES`. Detection never
guesses: it returns every reading, the likeliest first, and readings of the same rank are a question
for the person who holds the code.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final

from codes.model import Candidate, Category, Code, CodeError, Scheme, may_name
from codes.schemes import (
    cn_pesticide,
    cn_uscc,
    epc_uri,
    gln,
    gs1_digital_link,
    gs1_element_string,
    gtin,
    sscc,
    suxin_serial,
)
from codes.text import Cleaned, clean

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


def _by_length() -> tuple[Mapping[int, tuple[Scheme, ...]], tuple[Scheme, ...]]:
    """Sort the schemes by the lengths they admit, so that a text meets only those it may fit."""
    free = tuple(scheme for scheme in SCHEMES.values() if scheme.lengths is None)
    fixed: dict[int, list[Scheme]] = {}
    for scheme in SCHEMES.values():
        for length in scheme.lengths or ():
            fixed.setdefault(length, []).append(scheme)
    return {length: (*schemes, *free) for length, schemes in fixed.items()}, free


_OF_LENGTH, _OF_ANY_LENGTH = _by_length()


def get(name: str) -> Scheme:
    """Return a scheme by its name; raises `CodeError` when there is none."""
    scheme = SCHEMES.get(name)
    if scheme is None:
        raise CodeError("unknown_scheme", "there is no code scheme of that name")
    return scheme


def parse(name: str, text: str) -> Code:
    """Read `text` as a code of one scheme; raises `CodeError`, with the position in `text`."""
    scheme = get(name)
    cleaned = clean(text)
    try:
        return _warned(scheme.parse(cleaned.text), cleaned)
    except CodeError as refusal:
        if refusal.position is None or not cleaned.offset:
            raise
        raise CodeError(
            refusal.rule,
            refusal.message,
            position=refusal.position + cleaned.offset,
            norm=refusal.norm,
        ) from None


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
    something of that kind.
    """
    try:
        cleaned = clean(text)
    except CodeError:
        return ()
    found = []
    for scheme in _OF_LENGTH.get(len(cleaned.text), _OF_ANY_LENGTH):
        if category is not None and not may_name(scheme.category, category):
            continue
        if scheme.looks_like(cleaned.text):
            candidate = _candidate(scheme, cleaned)
            if candidate is not None:
                found.append(candidate)
    found.sort(key=lambda candidate: candidate.rank)
    return tuple(found)


def _candidate(scheme: Scheme, cleaned: Cleaned) -> Candidate | None:
    try:
        code = scheme.parse(cleaned.text)
    except CodeError:
        return None
    return Candidate(scheme=scheme, code=_warned(code, cleaned), rank=scheme.rank)
