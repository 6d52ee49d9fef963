"""EPC URIs of GS1 keys: instances, lots and classes.

EPC Tag Data Standard 1.13 clause 6 and 12.
"""

from typing import Final

from codes.gs1.charset import percent_decode
from codes.gs1.digital_link import CANONICAL_STEM
from codes.gs1.epc import path_of_epc
from codes.gs1.epc_fields import NORM
from codes.model import Category, Code, CodeError, Scheme


def parse_epc_uri(text: str) -> Code:
    """Read `urn:epc:id:…`, `urn:epc:class:…` or `urn:epc:idpat:…*`; fields are AI to value.

    Raises `CodeError`.
    """
    if not text.startswith("urn:epc:"):
        raise CodeError("epc_shape", "an EPC URI starts with urn:epc:", position=0, norm=NORM)
    path = path_of_epc(text)
    segments = path.split("/")
    fields = {
        ai: percent_decode(value, norm=NORM)
        for ai, value in zip(segments[::2], segments[1::2], strict=True)
    }
    return Code(scheme="epc_uri", text=text, fields=fields, uri=f"{CANONICAL_STEM}/{path}")


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
        parse=parse_epc_uri,
        format=format_epc_uri,
        may_issue=False,
        lengths=None,
        looks_like=lambda text: text.startswith("urn:epc:"),
        rank=1,
        first="u",
    ),
)
