"""One spelling for the names that events use: terms as `sx:` and `cbvmda:`, steps as bare words.

The rule that must stay true: a prefix means what its document declared. `sx` bound to somebody
else's namespace names nothing of ours, and our namespace under any other prefix is still ours.
"""

from collections.abc import Mapping
from typing import Final

from base.strict_json import JsonObject, JsonValue
from schemas.cbv import BIZ_STEP, DISPOSITION, expand
from schemas.profiles.paths import OWN_PREFIX, OWN_STEP
from schemas.visibility import CBVMDA_NAMESPACE, SUXIN_NAMESPACE

_MDA_PREFIX: Final = "cbvmda"
_NAMESPACES: Final = {
    namespace + colon: prefix
    for namespace, prefix in ((SUXIN_NAMESPACE, OWN_PREFIX), (CBVMDA_NAMESPACE, _MDA_PREFIX))
    for colon in ("", ":")
}
_FOREIGN: Final = "other:"
CTE_TERM: Final = f"{OWN_STEP}cte"
"""The term by which an event names its step: `dairy/milking`."""


def is_plain(namespaces: Mapping[str, str]) -> bool:
    """Tell whether a document binds `sx` and `cbvmda` as we do, and nothing else to them."""
    for prefix, namespace in namespaces.items():
        if namespace in _NAMESPACES:
            if prefix != _NAMESPACES[namespace]:
                return False
        elif prefix in (OWN_PREFIX, _MDA_PREFIX):
            return False
    return True


def renamed(event: JsonObject, namespaces: Mapping[str, str]) -> JsonObject:
    """Return an event with its terms under our prefixes; everything else is as it was."""
    return {name: _value(value, namespaces) for name, value in _names(event, namespaces)}


def _names(part: JsonObject, namespaces: Mapping[str, str]) -> list[tuple[str, JsonValue]]:
    return [(_name(name, namespaces), value) for name, value in part.items()]


def _name(name: str, namespaces: Mapping[str, str]) -> str:
    full = expand(name, namespaces) if ":" in name else name
    for namespace, prefix in _NAMESPACES.items():
        local = full.removeprefix(namespace)
        if local != full and local and ":" not in local:
            return f"{prefix}:{local}"
    # A document without a prefix of ours has nothing of ours, whatever its names look like.
    is_false = name.startswith((OWN_STEP, f"{_MDA_PREFIX}:"))
    return _FOREIGN + name if is_false else name


def _value(value: JsonValue, namespaces: Mapping[str, str]) -> JsonValue:
    """Return a value with the names inside it renamed; its depth is that of its document."""
    if isinstance(value, dict):
        return renamed(value, namespaces)
    if isinstance(value, list):
        return [_value(part, namespaces) for part in value]
    return value


def step_word(text: str, namespaces: Mapping[str, str]) -> str:
    """Return a business step as profiles write it: a bare CBV word, or `sx:` and our own word."""
    word = BIZ_STEP.by_any.get(text)
    return word if word is not None else _name(text, namespaces)


def disposition_word(text: str) -> str:
    """Return a disposition as profiles write it: a bare CBV word, else the text itself."""
    return DISPOSITION.by_any.get(text, text)
