"""How one value is written into the text of the event hash (CBV 2.0 8.9)."""

import re
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from trace.events.identifiers import canonical, known
from typing import Final, TypeAlias

from base.strict_json import JsonValue
from codes.model import CodeError
from schemas.cbv import (
    SCHEMES,
    STANDARD_PREFIXES,
    VOCABULARIES,
    Vocabulary,
    expand,
    full_uri,
)

Namespaces: TypeAlias = Mapping[str, str]

# A comment is for readers and no part of what happened.
_COMMENTS: Final = frozenset({"rdfs:comment"})
_VALUE_PREFIXES: Final = ("gs1:", "cbv:", "epcis:")
# Trailing zeros say how exactly somebody measured and not what; a text of digits without a point is
# a number or a name, and stays as it is.
_DECIMAL = re.compile(r"[+\-]?[0-9]+\.[0-9]+")


def hashed_number(value: JsonValue) -> str:
    """Return an exact decimal without exponent or trailing zeros: `12.10` is `12.1`, `1e3` 1000."""
    text = repr(value)
    if text.endswith(".0"):
        text = text[:-2]
    elif "e" in text:
        text = format(Decimal(text), "f")
    return "0" if text == "-0" else text


def hashed_word(vocabulary: Vocabulary, text: str, namespaces: Namespaces) -> str:
    """Return the full URI of a word in any spelling."""
    return full_uri(vocabulary, text.strip(), namespaces)


def hashed_identifier(text: str, namespaces: Namespaces) -> str:
    """Return the canonical URI of an identifier, or its own text where it breaks its rules.

    Fields that no rule checks (a device's raw data) may hold such a text.
    """
    try:
        return canonical(text.strip(), namespaces)
    except CodeError:
        return text.strip()


@lru_cache(maxsize=16_384)
def hashed_text(text: str) -> str:
    """Return the text of a sender's own field, with standard words and identifiers made canonical.

    XML has no types, so a decimal is written without trailing zeros here too: the hash must come
    out the same from XML and from JSON.
    """
    text = text.strip()
    if text.startswith("urn:epcglobal:cbv:"):
        words = (v.uri(word) for v in VOCABULARIES if (word := v.bare(text)) is not None)
        return next(words, text)
    if text.startswith(("urn:epc:", "http://", "https://")):
        try:
            return known(text)
        except CodeError:
            return text
    if text.startswith(_VALUE_PREFIXES):
        return expand(text, STANDARD_PREFIXES)
    if _DECIMAL.fullmatch(text):
        return format(Decimal(text), "f").rstrip("0").rstrip(".")
    return text


def extensions(value: JsonValue, namespaces: Namespaces) -> list[str]:
    """Return the texts of the fields of a sender's own in an object, unsorted."""
    texts: list[str] = []
    if isinstance(value, dict):
        for name, part in value.items():
            if ":" in name and name not in _COMMENTS:
                _write(_field_name(name, namespaces), part, namespaces, texts)
    return texts


def _write(name: str, value: JsonValue, namespaces: Namespaces, texts: list[str]) -> None:
    """Add the texts of one field: one for a value, one for each entry of a list."""
    if isinstance(value, list):
        for part in value:
            _write(name, part, namespaces, texts)
    elif isinstance(value, dict):
        inside: list[str] = []
        for local, part in value.items():
            if local not in _COMMENTS:
                _write(_field_name(local, namespaces), part, namespaces, inside)
        inside.sort()
        texts.append(name + "".join(inside))
    else:
        text = _leaf(value)
        texts.append(f"{name}={text}" if text else name)


def _leaf(value: JsonValue) -> str:
    if isinstance(value, str):
        return hashed_text(value)
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return hashed_number(value)


def _field_name(name: str, namespaces: Namespaces) -> str:
    """Return `{namespace}local`; a name without a namespace, deep in an extension, as it is."""
    prefix, colon, local = name.partition(":")
    if not colon:
        return name
    namespace = namespaces.get(prefix)
    if namespace is not None and prefix not in SCHEMES and not local.startswith("//"):
        return f"{{{namespace}}}{local}"
    cut = max(name.rfind("/"), name.rfind("#"), -1 if "/" in name else name.rfind(":")) + 1
    return f"{{{name[:cut]}}}{name[cut:]}"
