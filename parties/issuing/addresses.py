"""What stands on the label of an issued code: its address, its elements, its seed text.

One rule: what is printed is made here from a block and a code, so that a page, a label and a print
house's list never differ.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from base.installation_secret import InstallationSecret
from codes.registry import get
from parties.issuing.blocks import Block
from parties.issuing.tags import tag_of

# ISO/IEC 18004 7.4.4: what a QR code holds in five and a half bits a character.
_ALPHANUMERIC: Final = re.compile(r"[0-9A-Z $%*+\-./:]+")
# Scheme and host alone: a path that somebody else serves may tell small from capital letters.
_BARE_HOST: Final = re.compile(r"https?://[a-z0-9.\-]+(?::[0-9]+)?")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedCode:
    """One code as it is printed: `address` is what a telephone opens.

    `elements` are GS1 elements by identifier, empty where the code has none.
    """

    code: str
    address: str
    elements: Mapping[str, str]


def printed(block: Block, code: str, *, base: str, secret: InstallationSecret) -> PrintedCode:
    """Return a code of a block as it is printed; `base` is the installation's public address."""
    elements = _elements(block, code, secret)
    path = _typed_path(block, code) if not elements else "".join(_segments(elements))
    address = base + path
    if "98" in elements:
        address += f"?98={elements['98']}"
    return PrintedCode(code=code, address=_compact(address, base), elements=elements)


def _elements(block: Block, code: str, secret: InstallationSecret) -> dict[str, str]:
    kind, scope = block.kind.name, block.series.scope
    if kind == "gs1_serial":
        elements = {"01": scope, "21": code}
        if block.tag_key is not None:
            elements["98"] = tag_of(secret, block.tag_key, scope, code)
        return elements
    if kind == "gtin":
        return {"01": code.zfill(14)}
    return {key: code for name, key in (("sscc", "00"), ("gln", "414")) if name == kind}


def _typed_path(block: Block, code: str) -> str:
    scheme = get(block.kind.scheme)
    # A code that looks like nothing in particular has to say what it is.
    return f"/t/{code}?as={scheme.name}" if scheme.only_in_category else f"/t/{code}"


def _segments(elements: Mapping[str, str]) -> list[str]:
    return [f"/{ai}/{value}" for ai, value in elements.items() if ai != "98"]


def _compact(address: str, base: str) -> str:
    """Return the address in capitals where that makes the symbol smaller and means the same.

    Scheme and host have no case (RFC 3986 6.2.2.1), and `/T/` is served as `/t/`.
    """
    capitals = address.upper()
    if not _BARE_HOST.fullmatch(base) or not _ALPHANUMERIC.fullmatch(capitals):
        return address
    path = address[len(base) :].replace("/t/", "/T/", 1)
    return capitals if capitals.endswith(path) else address
