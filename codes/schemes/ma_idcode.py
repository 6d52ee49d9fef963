"""MA codes (IDcode): a registered root, three category nodes, and free nodes.

ISO/IEC 15459-2 issuing agency MA; GB/T 26231-2017 names the nodes. Nodes are joined by `.` or `/`;
the one spelling kept has `/` between root, category and free nodes.
"""

import re
from typing import Final

from codes.model import Category, Code, CodeError, Scheme
from codes.shapes import format_text

NORM: Final = "ISO/IEC 15459-2 MA"

ROOT_NODES: Final = 4
_CATEGORY_NODES: Final = 3
_NODE = re.compile(r"[0-9A-Za-z]+")
_JOINT = re.compile(r"[./]")


def parse_ma_code(text: str) -> Code:
    """Read a code; raises `CodeError`."""
    nodes = _JOINT.split(text)
    if nodes[0] != "MA":
        raise CodeError("root", "the first node is MA", position=0, norm=NORM)
    position = 0
    for node in nodes:
        fitting = _NODE.match(node)
        if fitting is None or fitting.end() != len(node):
            place = position + (fitting.end() if fitting else 0)
            rule = "charset" if node else "empty"
            raise CodeError(rule, "a node is digits and letters", position=place, norm=NORM)
        position += len(node) + 1
    if len(nodes) < ROOT_NODES:
        message = "the root has four nodes: MA.156.x.x"
        raise CodeError("root", message, position=len(text), norm=NORM)
    if not re.fullmatch(r"[0-9]{3}", nodes[1]):
        raise CodeError("country", "the second node is a country number", position=3, norm=NORM)
    end = ROOT_NODES + _CATEGORY_NODES
    parts = {"root": nodes[:ROOT_NODES], "category": nodes[ROOT_NODES:end], "custom": nodes[end:]}
    fields = {name: ".".join(part) for name, part in parts.items() if part}
    canonical = "/".join(fields.values())
    return Code(scheme="ma_idcode", text=canonical, fields=fields, uri=f"urn:suxin:ma:{canonical}")


SCHEMES: Final = (
    Scheme(
        name="ma_idcode",
        title_zh="MA 标识码（IDcode）",
        title_en="MA code (IDcode)",
        category=Category.ANY,
        norm=NORM,
        pattern=r"MA\.[0-9]{3}\.[0-9A-Za-z]+\.[0-9A-Za-z]+(?:/[0-9A-Za-z.]+){0,2}",
        parse=parse_ma_code,
        format=format_text,
        may_issue=False,
        lengths=None,
        looks_like=lambda text: text.startswith(("MA.", "MA/")),
        rank=1,
        own_name="ma",
        first="M",
        marks=("MA.", "MA/"),
        in_address=True,
    ),
)
