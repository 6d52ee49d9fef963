"""Object identifiers: numbers joined by dots.

ITU-T X.660 (GB/T 17969.1-2015) 7.6; their URI is `urn:oid:` (RFC 3061).
"""

import re
from typing import Final

from codes.cn.persons import is_id_number, mask, may_be_id_number
from codes.model import Category, Code, CodeError, Scheme, personal_uri
from codes.shapes import first_non_digit, format_text

NORM: Final = "ITU-T X.660 7.6"

_ARC = re.compile(r"0|[1-9][0-9]*")


def parse_oid(text: str) -> Code:
    """Read an identifier of two arcs or more; raises `CodeError`.

    An arc that may be the ID number of a person makes it personal: old farm produce codes are OIDs.
    """
    arcs = text.split(".")
    position = 0
    for arc in arcs:
        if not _ARC.fullmatch(arc):
            raise CodeError(
                "arc",
                "an arc is a number without leading zeros",
                position=position + (first_non_digit(arc) if not arc.isdecimal() else 0),
                norm=NORM,
            )
        position += len(arc) + 1
    if len(arcs) < 2:
        message = "an identifier has two arcs or more"
        raise CodeError("arc", message, position=len(text), norm=NORM)
    if arcs[0] not in {"0", "1", "2"}:
        raise CodeError("arc", "the first arc is 0, 1 or 2", position=0, norm=NORM)
    # The length goes first: Python refuses to read numbers of thousands of digits.
    if arcs[0] != "2" and (len(arcs[1]) > 2 or int(arcs[1]) > 39):
        raise CodeError("arc", "the second arc is at most 39", position=2, norm=NORM)
    hidden = [mask(arc) if is_id_number(arc) or may_be_id_number(arc) else arc for arc in arcs]
    if hidden != arcs:
        masked = ".".join(hidden)
        return Code(
            scheme="oid",
            text=text,
            fields={"arcs": masked},
            uri=personal_uri("oid"),
            masked=masked,
        )
    return Code(scheme="oid", text=text, fields={"arcs": text}, uri=f"urn:oid:{text}")


SCHEMES: Final = (
    Scheme(
        name="oid",
        title_zh="对象标识符 OID",
        title_en="Object identifier",
        category=Category.ANY,
        norm=NORM,
        pattern=r"[012](?:\.(?:0|[1-9][0-9]*))+",
        parse=parse_oid,
        format=format_text,
        may_issue=False,
        lengths=None,
        looks_like=lambda text: "." in text[:4],
        rank=2,
        first="012",
    ),
)
