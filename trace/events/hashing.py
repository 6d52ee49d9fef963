"""The event hash of CBV 2.0 clause 8.9: one text for an event, however it was spelled, hashed.

The rule that must stay true: an event hashes alike whatever the order of its fields, the spelling
of its identifiers, words and times, or the prefixes of its namespaces. What belongs to the record
and not to the happening (eventID, recordTime, errorDeclaration, certificationInfo) has no part.
"""

from collections.abc import Callable
from enum import Enum
from hashlib import sha256
from trace.events.hashed_sensors import sensor_texts
from trace.events.hashed_values import (
    Namespaces,
    extensions,
    hashed_identifier,
    hashed_number,
    hashed_word,
)
from trace.events.parts import objects
from trace.events.times import hashed_instant
from typing import Final, TypeAlias

from base.strict_json import JsonObject, JsonValue
from schemas.cbv import (
    BIZ_STEP,
    BIZ_TRANSACTION_TYPE,
    DISPOSITION,
    SOURCE_DEST_TYPE,
    Vocabulary,
)


class HashVersion(Enum):
    """A release of the algorithm; the value is what the hash's `ver` says."""

    CBV_2_0 = "CBV2.0"
    CBV_2_1 = "CBV2.1"


_Writer: TypeAlias = Callable[[str, JsonValue, Namespaces], str]


def event_hash(
    event: JsonObject, namespaces: Namespaces, *, version: HashVersion = HashVersion.CBV_2_0
) -> str:
    """Return `ni:///sha-256;<hex>?ver=CBV2.0` (RFC 6920) of an event that passed its rules."""
    text = prehash(event, namespaces, version=version)
    return f"ni:///sha-256;{sha256(text.encode()).hexdigest()}?ver={version.value}"


def prehash(
    event: JsonObject, namespaces: Namespaces, *, version: HashVersion = HashVersion.CBV_2_0
) -> str:
    """Return the text that is hashed; raises `ValueError` where a time cannot be read.

    Release 2.0 gathers what a sender added to a standard field behind all standard fields, under
    the field's name; release 2.1 leaves it in the field.
    """
    is_inline = version is HashVersion.CBV_2_1
    written = [f"eventType={event['type']}"]
    late: list[str] = []
    for name, write in _FIELDS:
        if name in event:
            written.append(write(name, event[name], namespaces))
            if name in _PLACES:
                added = "".join(sorted(extensions(event[name], namespaces)))
                if added and is_inline:
                    written.append(added)
                elif added:
                    late.append(name + added)
    if "sensorElementList" in event:
        measured, added_later = sensor_texts(
            event["sensorElementList"], namespaces, is_inline=is_inline
        )
        if measured and is_inline:
            written.append("sensorElementList")
        written.extend(measured)
        late.extend(added_later)
    if "ilmd" in event:
        late.append("ilmd" + "".join(sorted(extensions(event["ilmd"], namespaces))))
    late.extend(extensions(event, namespaces))
    # `ilmd` and every field name sort before the brace of a namespace, so that sorting also puts
    # the parts in the order of the standard.
    late.sort()
    return "".join(written) + "".join(late)


def _instant(name: str, value: JsonValue, _: Namespaces) -> str:
    return f"{name}={hashed_instant(value)}" if isinstance(value, str) else ""


def _plain(name: str, value: JsonValue, _: Namespaces) -> str:
    return f"{name}={value.strip()}" if isinstance(value, str) else ""


def _identifier(name: str, value: JsonValue, namespaces: Namespaces) -> str:
    return f"{name}={hashed_identifier(value, namespaces)}" if isinstance(value, str) else ""


def _epcs(name: str, value: JsonValue, namespaces: Namespaces) -> str:
    if not isinstance(value, list) or not value:
        return ""
    epcs = [hashed_identifier(text, namespaces) for text in value if isinstance(text, str)]
    epcs.sort()
    return f"{name}epc=" + "epc=".join(epcs)


def _quantities(name: str, value: JsonValue, namespaces: Namespaces) -> str:
    texts = []
    for element in objects(value):
        text = _identifier("quantityElementepcClass", element["epcClass"], namespaces)
        if "quantity" in element:
            text += f"quantity={hashed_number(element['quantity'])}"
        if "uom" in element:
            text += f"uom={element['uom']}"
        texts.append(text)
    texts.sort()
    return name + "".join(texts) if texts else ""


def _worded(vocabulary: Vocabulary) -> _Writer:
    def write(name: str, value: JsonValue, namespaces: Namespaces) -> str:
        if not isinstance(value, str):
            return ""
        return f"{name}={hashed_word(vocabulary, value, namespaces)}"

    return write


def _persistent(name: str, value: JsonValue, namespaces: Namespaces) -> str:
    texts: list[str] = []
    for part in ("set", "unset"):
        listed = value.get(part) if isinstance(value, dict) else None
        if isinstance(listed, list):
            words = (hashed_word(DISPOSITION, w, namespaces) for w in listed if isinstance(w, str))
            texts.extend(f"{part}={word}" for word in sorted(words))
    return name + "".join(texts) if texts else ""


def _place(name: str, value: JsonValue, namespaces: Namespaces) -> str:
    return _identifier(f"{name}id", value["id"], namespaces) if isinstance(value, dict) else ""


def _typed(key: str, vocabulary: Vocabulary) -> _Writer:
    def write(name: str, value: JsonValue, namespaces: Namespaces) -> str:
        texts = []
        for element in objects(value):
            kind = element.get("type")
            text = _identifier(key, element[key], namespaces)
            if isinstance(kind, str):
                text = f"type={hashed_word(vocabulary, kind, namespaces)}{text}"
            texts.append(text)
        texts.sort()
        return name + "".join(texts) if texts else ""

    return write


_PLACES: Final = frozenset({"readPoint", "bizLocation"})
_FIELDS: Final[tuple[tuple[str, _Writer], ...]] = (
    ("eventTime", _instant),
    ("eventTimeZoneOffset", _plain),
    ("epcList", _epcs),
    ("parentID", _identifier),
    ("inputEPCList", _epcs),
    ("childEPCs", _epcs),
    ("quantityList", _quantities),
    ("childQuantityList", _quantities),
    ("inputQuantityList", _quantities),
    ("outputEPCList", _epcs),
    ("outputQuantityList", _quantities),
    ("action", _plain),
    ("transformationID", _identifier),
    ("bizStep", _worded(BIZ_STEP)),
    ("disposition", _worded(DISPOSITION)),
    ("persistentDisposition", _persistent),
    ("readPoint", _place),
    ("bizLocation", _place),
    ("bizTransactionList", _typed("bizTransaction", BIZ_TRANSACTION_TYPE)),
    ("sourceList", _typed("source", SOURCE_DEST_TYPE)),
    ("destinationList", _typed("destination", SOURCE_DEST_TYPE)),
)
"""The order of CBV 2.0 8.9, table "canonical property order", up to the sensors."""
