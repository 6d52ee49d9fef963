"""The page of codes lists what the registry holds, row by row."""

import re

from codes.registry import SCHEMES
from tests.docs.pages import ROOT

PAGE = ROOT / "docs/codes.md"
ROW = re.compile(r"^\| `([a-z0-9_]+)` \| (.+?) \| ([a-z_]+) \| (.+?) \| (yes)? ?\|$", re.MULTILINE)


def test_the_table_has_every_scheme_as_the_registry_has_it() -> None:
    rows = ROW.findall(PAGE.read_text("utf-8"))

    assert rows == [
        (name, one.title_zh, one.category.value, one.norm, "yes" if one.may_issue else "")
        for name, one in SCHEMES.items()
    ]
