"""EPC URIs of GS1 keys: instances, lots and classes.

EPC Tag Data Standard 1.13 clause 6 and 12.
"""

from typing import Final

from codes.gs1.charset import percent_decode
from codes.gs1.digital_link import CANONICAL_STEM
from codes.gs1.epc import path_of_epc
from codes.gs1.epc_fields import NORM
from codes.model import Category, Code, CodeError, Scheme

_START: Final = "urn:epc:"


def parse_epc_uri(text: str) -> Code:
    """Read `urn:epc:id:…`, `urn:epc:class:…` or `urn:epc:idpat:…*`; fields are AI to value.

    Raises `CodeError`.
    """
    if not text.startswith(_START):
        raise _start_refusal(text)
    path = path_of_epc(text)
    segments = path.split("/")
    fields = {
        ai: percent_decode(value, norm=NORM)
        for ai, value in zip(segments[::2], segments[1::2], strict=True)
    }
    return Code(scheme="epc_uri", text=text, fields=fields, uri=f"{CANONICAL_STEM}/{path}")


def _start_refusal(text: str) -> CodeError:
    position = next((i for i, c in enumerate(_START) if text[i : i + 1] != c), 0)
    if text[: len(_START)].lower() == _START:
        message = f"{_START} is written in small letters"
        return CodeError("urn_case", message, position=position, norm=NORM)
    message = f"an EPC URI starts with {_START}"
    return CodeError("epc_shape", message, position=position, norm=NORM)


def format_epc_uri(code: Code) -> str:
    """Return the URN."""
    return code.text


SCHEMES: Final = (
    Scheme(
        name="epc_uri",
        title_zh="EPC 标识 URI",
        title_en="EPC URI",
        category=Category.ANY,
        norm=NORM,
        pattern="urn:epc:(?:id|idpat|class):[a-z]+:.+",
        parse=parse_epc_uri,
        format=format_epc_uri,
        may_issue=False,
        lengths=None,
        looks_like=lambda text: text.startswith(_START),
        rank=1,
        first="u",
        marks=("URN:EPC:",),
    ),
)
