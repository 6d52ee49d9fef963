"""What the guide of a template gives as examples is read as what it says."""

import re
from trace.sheets.guide import _RULES

import pytest

from codes.canonical import uri_of_text
from schemas.profiles.cells import CellStyle, value_of
from schemas.profiles.model import Field, Kind, SeenBy, Words
from schemas.profiles.units import read_unit

STYLE = CellStyle(to_uri=uri_of_text)
KINDS = {"场所": Kind.PLACE, "批次": Kind.LOT, "单件": Kind.ITEM, "来源和去向": Kind.PARTY}
EXAMPLE = re.compile(r"(?:\([0-9]+\)[0-9A-Z]+)+|\b[0-9A-Z]{13,18}\b", re.ASCII)


@pytest.mark.parametrize("kind", KINDS)
def test_every_example_of_the_guide_is_a_cell_that_is_read(kind: str) -> None:
    (rule,) = (one for one in _RULES if one.zh.startswith(kind))
    field = Field(
        name="", kind=KINDS[kind], seen_by=SeenBy.CHAIN, label=Words(zh="列", en="column")
    )

    examples = EXAMPLE.findall(rule.zh)

    assert len(examples) >= (1 if kind == "批次" else 2)
    assert examples == EXAMPLE.findall(rule.en)
    for one in examples:
        assert value_of(one, field, STYLE)


def test_the_units_of_the_guide_are_read_in_both_languages() -> None:
    (rule,) = (one for one in _RULES if one.zh.startswith("计量单位"))

    assert [read_unit(word) for word in ("千克", "升", "件", "KGM")] == ["KGM", "LTR", "H87", "KGM"]
    assert [read_unit(word) for word in ("kilogram", "litre", "piece")] == ["KGM", "LTR", "H87"]
    assert "千克、升、件" in rule.zh
    assert "kilogram, litre, piece" in rule.en
