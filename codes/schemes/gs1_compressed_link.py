"""Compressed GS1 Digital Links, on any host.

GS1 Digital Link: Compression. The text is kept as it was scanned; the URI is the identity.
"""

import re
from typing import Final

from codes.gs1.bits import NORM
from codes.gs1.compression import read_compressed
from codes.gs1.digital_link import key_position
from codes.gs1.identity import identity_of_elements
from codes.model import Category, Code, Scheme
from codes.shapes import format_text

# A GINC of four digits makes six characters, the shortest compressed key; behind a readable key
# three may do. Shorter words are not tried.
_LAST_SEGMENT = re.compile(
    r".*/(?:[A-Za-z0-9_\-]{6,}|[0-9]{2,4}/[^/?#]+/[A-Za-z0-9_\-]{3,5})(?:[?#].*)?"
)


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
    """Whether the last segment may be compressed: of its characters, and no value of a pair.

    A path whose pairs from the end lead to a key is that of a link as it is, and is read so only.
    """
    if text[:4].lower() != "http" or _LAST_SEGMENT.fullmatch(text) is None:
        return False
    return key_position(text.partition("?")[0].partition("#")[0].split("/"), first=3) is None


SCHEMES: Final = (
    Scheme(
        name="gs1_compressed_link",
        title_zh="GS1 数字链接（压缩）",
        title_en="GS1 Digital Link, compressed",
        category=Category.ANY,
        norm=NORM,
        pattern="(?:https?|HTTPS?)://[^/]+/(?:.+/)?[A-Za-z0-9_-]{3,}(?:[?#].*)?",
        parse=parse_compressed_link,
        format=format_text,
        may_issue=False,
        lengths=None,
        looks_like=_looks_like,
        rank=2,
        first="hH",
    ),
)
