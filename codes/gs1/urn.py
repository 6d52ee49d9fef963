"""GS1 keys back to EPC URIs.

EPC Tag Data Standard 1.13 clause 6 and 12. The key does not say how long its company prefix is, so
the length comes from the enterprise's record.
"""

from collections.abc import Callable, Mapping
from typing import Final

from codes.gs1.epc_fields import NORM
from codes.model import CodeError

_ESCAPES = str.maketrans({character: f"%{ord(character):02X}" for character in '"%&/<>?#'})


def epc_urn_of_parts(parts: Mapping[str, str], gcp_length: int) -> str:
    """Return the EPC URN of checked parts (AI to value, key first)."""
    if not 6 <= gcp_length <= 12:
        raise CodeError("company_prefix", "a company prefix has 6 to 12 digits", norm=NORM)
    writer = _WRITERS.get(tuple(parts))
    if writer is None:
        raise CodeError("no_epc_form", "this key has no EPC URI", norm=NORM)
    return "urn:epc:" + writer(list(parts.values()), gcp_length)


def _escaped(value: str) -> str:
    return value.translate(_ESCAPES)


def _plain(key: str, length: int) -> str:
    """`GCP.reference` of a key that starts with the prefix; the check digit is dropped."""
    return f"{key[:length]}.{key[length:-1]}"


def _moved(key: str, length: int) -> str:
    """`GCP.leading digit + reference`: the indicator or extension digit moves behind the prefix."""
    return f"{key[1 : length + 1]}.{key[0]}{key[length + 1 : -1]}"


def _item(scheme: str) -> Callable[[list[str], int], str]:
    def write(values: list[str], length: int) -> str:
        serial = _escaped(values[1]) if len(values) > 1 else "*"
        return f"{scheme}:{_moved(values[0], length)}.{serial}"

    return write


def _itip(values: list[str], length: int) -> str:
    key, serial = values[0], _escaped(values[1]) if len(values) > 1 else "*"
    kind = "id" if len(values) > 1 else "idpat"
    return f"{kind}:itip:{_moved(key[:14], length)}.{key[14:16]}.{key[16:]}.{serial}"


def _typed(scheme: str, digits: int) -> Callable[[list[str], int], str]:
    """A 13-digit type, then a serial inside the same value; GRAI has one zero before it."""

    def write(values: list[str], length: int) -> str:
        value = values[0][digits - 13 :]
        serial = value[13:]
        kind = "id" if serial else "idpat"
        return f"{kind}:{scheme}:{_plain(value[:13], length)}.{_escaped(serial) or '*'}"

    return write


def _whole(scheme: str) -> Callable[[list[str], int], str]:
    return lambda values, length: f"id:{scheme}:{_plain(values[0], length)}"


def _free(scheme: str) -> Callable[[list[str], int], str]:
    def write(values: list[str], length: int) -> str:
        return f"id:{scheme}:{values[0][:length]}.{_escaped(values[0][length:])}"

    return write


def _component(values: list[str], length: int) -> str:
    kind, serial = ("id", values[1]) if len(values) > 1 else ("idpat", "*")
    return f"{kind}:cpi:{values[0][:length]}.{_escaped(values[0][length:])}.{serial}"


_WRITERS: Final[Mapping[tuple[str, ...], Callable[[list[str], int], str]]] = {
    ("00",): lambda values, length: f"id:sscc:{_moved(values[0], length)}",
    ("01",): _item("idpat:sgtin"),
    ("01", "10"): _item("class:lgtin"),
    ("01", "21"): _item("id:sgtin"),
    ("01", "235"): _item("id:upui"),
    ("253",): _typed("gdti", 13),
    ("255",): _typed("sgcn", 13),
    ("401",): _free("ginc"),
    ("402",): _whole("gsin"),
    ("414",): lambda values, length: f"id:sgln:{_plain(values[0], length)}.0",
    ("414", "254"): lambda values, length: (
        f"id:sgln:{_plain(values[0], length)}.{_escaped(values[1])}"
    ),
    ("417",): _whole("pgln"),
    ("8003",): _typed("grai", 14),
    ("8004",): _free("giai"),
    ("8006",): _itip,
    ("8006", "21"): _itip,
    ("8010",): _component,
    ("8010", "8011"): _component,
    ("8017",): _whole("gsrnp"),
    ("8018",): _whole("gsrn"),
}
