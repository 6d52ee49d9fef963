"""Compressed GS1 Digital Links, on any host.

GS1 Digital Link: Compression. The text is kept as it was scanned; the URI is the identity.
"""

import re
from typing import Final

from codes.gs1.bits import NORM
from codes.gs1.compression import read_compressed
from codes.gs1.identity import identity_of_elements
from codes.model import Category, Code, Scheme
from codes.shapes import format_text

# The shortest compressed key is a GTIN in ten characters; shorter words are not tried.
_LAST_SEGMENT = re.compile(r".*/[A-Za-z0-9_\-]{10,}(?:[?#].*)?")


def parse_compressed_link(text: str) -> Code:
    """Read a link whose last segment is compressed; its fields are the elements of the link.

    Raises `CodeError`.
    """
    found = read_compressed(text)
    return Code(
        scheme="gs1_compressed_link",
        text=text,
        fields=found.elements,
        uri=identity_of_elements(found.elements),
    )


def _looks_like(text: str) -> bool:
    return text[:4].lower() == "http" and _LAST_SEGMENT.fullmatch(text) is not None


SCHEMES: Final = (
    Scheme(
        name="gs1_compressed_link",
        title_zh="GS1 数字链接（压缩）",
        title_en="GS1 Digital Link, compressed",
        category=Category.ANY,
        norm=NORM,
        parse=parse_compressed_link,
        format=format_text,
        may_issue=True,
        lengths=None,
        looks_like=_looks_like,
        rank=2,
        first="hH",
    ),
)
