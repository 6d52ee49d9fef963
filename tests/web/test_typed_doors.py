"""Every field that takes a typed code reads it alike, whatever is typed."""

from pathlib import Path

import orjson
import pytest
from click.testing import CliRunner

from base.errors import InvalidInput
from codes.model import CodeError
from codes.typed import uri_typed
from jobs.commands.code import command
from web.recall_criteria import criteria_of

GTIN, LOT = "06901234567892", "L-1"
CLASS = f"https://id.gs1.org/01/{GTIN}"
OF_LOT = f"{CLASS}/10/{LOT}"
# What is typed, and the canonical code it stands for; None is refused.
TYPED = (
    ("6901234567892", CLASS),
    (" 6901234567892 ", CLASS),
    ("６９０１２３４５６７８９２", CLASS),
    (f"(01){GTIN}(10){LOT}", OF_LOT),
    (f"6901234567892 {LOT}", OF_LOT),
    (f"6901234567892\u3000{LOT}", OF_LOT),
    ("６９０１２３４５６７８９２ Ｌ－１", OF_LOT),
    (f"6901234567892/10/{LOT}", OF_LOT),
    (f"https://shop.example/01/{GTIN}/10/{LOT}", OF_LOT),
    (OF_LOT, OF_LOT),
    ("urn:epc:id:sgtin:6901234.056789.S1", f"{CLASS}/21/S1"),
    ("urn:epc:class:lgtin:6901234.056789.L-1", OF_LOT),
    ("(00)069012345678901235", None),
    ("6901234567893", None),
    (f"6901234567893 {LOT}", None),
    ("11010519491231002X", None),
    ("6901234567892\u200b1", None),
    ("", None),
    ("!!", None),
)
DOORS = (
    "jobs/commands/submission.py",
    "trace/sheets/checking.py",
    "web/api/findings.py",
    "web/pages/event_form.py",
    "web/pages/event_goods.py",
    "web/pages/partners.py",
    "web/pages/tracing/findings.py",
    "web/pages/tracing/lots.py",
    "web/pages/work.py",
    "web/pages/work_records.py",
    "web/recall_criteria.py",
    "web/submissions.py",
    "web/tracing.py",
)
ROOT = Path(__file__).parents[2]


def typed(text: str) -> str | None:
    try:
        return uri_typed(text)
    except CodeError:
        return None


def explained(text: str) -> str | None:
    answer = CliRunner().invoke(command, ["explain", "--json", "--", text], standalone_mode=False)
    readings = orjson.loads(answer.output).get("readings", ())
    return next((one["uri"] for one in readings if not one["is_personal"]), None)


def recalled(text: str) -> str | None:
    values = dict.fromkeys(("party_id", "place", "since", "until")) | {"without": ()}
    try:
        return criteria_of({**values, "codes": [text]}).codes[0]
    except InvalidInput:
        return None


@pytest.mark.parametrize(("text", "uri"), TYPED)
def test_what_is_typed_is_the_same_code_at_every_door(text: str, uri: str | None) -> None:
    assert typed(text) == uri
    assert recalled(text) == uri
    assert explained(text) == uri


@pytest.mark.parametrize("door", DOORS)
def test_a_door_has_no_reader_of_its_own(door: str) -> None:
    source = (ROOT / door).read_text("utf-8")

    assert "uri_typed" in source
    assert "uri_of_text" not in source
