"""GS1 Digital Links, on any host.

GS1 Digital Link URI Syntax 1.6. The text is kept as it was scanned; the URI is the identity.
"""

from typing import Final

from codes.gs1.digital_link import NORM, format_link, parse
from codes.gs1.identity import identity_uri
from codes.model import Category, Code, CodeWarning, Scheme


def parse_digital_link(text: str) -> Code:
    """Read a Digital Link; its fields are the elements of path and query. Raises `CodeError`."""
    link = parse(text)
    warnings: tuple[CodeWarning, ...] = ()
    if link.stem.lower().startswith("http:"):
        message = "the link is not encrypted (http): whoever carries it may change the page"
        warnings = (CodeWarning(code="http", message=message, position=0),)
    return Code(
        scheme="gs1_digital_link",
        text=format_link(link),
        fields=link.elements,
        uri=identity_uri(link.path),
        warnings=warnings,
    )


def format_digital_link(code: Code) -> str:
    """Return the link without fragment and without parameters that are not GS1's."""
    return code.text


SCHEMES: Final = (
    Scheme(
        name="gs1_digital_link",
        title_zh="GS1 数字链接",
        title_en="GS1 Digital Link",
        category=Category.ANY,
        norm=NORM,
        pattern="(?:https?|HTTPS?)://[^/]+/(?:.+/)?[0-9]{2,4}/[^/]+(?:/[0-9]{2,4}/[^/]+)*",
        parse=parse_digital_link,
        format=format_digital_link,
        may_issue=True,
        lengths=None,
        looks_like=lambda text: text[:4].lower() == "http",
        rank=1,
        first="hH",
        vectors=(
            "gs1_digital_link_uri.generate",
            "gs1_digital_link_uri.syntax",
            "signed_digital_link_proposal",
        ),
    ),
)
