"""The page of codes lists what the registry holds, row by row, and what of it is issued here."""

import re

from codes.registry import SCHEMES
from parties.issuing.kinds import KINDS
from tests.docs.pages import ROOT

PAGE = ROOT / "docs/codes.md"
ROW = re.compile(r"^\| `([a-z0-9_]+)` \| (.+?) \| ([a-z_]+) \| (.+?) \| (.*?) ?\|$", re.MULTILINE)


def test_the_table_has_every_scheme_as_the_registry_has_it() -> None:
    rows = ROW.findall(PAGE.read_text("utf-8"))

    assert [row[:4] for row in rows] == [
        (name, one.title_zh, one.category.value, one.norm) for name, one in SCHEMES.items()
    ]


def test_the_table_says_what_can_be_issued_here_and_nothing_more() -> None:
    rows = ROW.findall(PAGE.read_text("utf-8"))

    assert {name: said for name, *_, said in rows} == {
        name: ", ".join(f"`{kind.name}`" for kind in KINDS.values() if name in kind.schemes)
        for name in SCHEMES
    }
