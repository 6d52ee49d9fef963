"""The rows of states and answers: whole, without doubles, and read by their words."""

from pathlib import Path
from trace.drugs import answers, table
from trace.drugs.model import Refusal, State

import pytest

from base.errors import InvalidInput


def changed(tmp_path: Path, source: Path, old: str, new: str) -> Path:
    text = source.read_text("utf-8")
    assert old in text
    target = tmp_path / source.name
    target.write_text(text.replace(old, new, 1), "utf-8")
    return target


def test_what_is_written_for_a_state_is_read_as_that_state() -> None:
    rows = table.state_table().rows

    read = {
        state: table.state_table().state_said(row.writes.step, row.writes.disposition)
        for state, row in rows.items()
    }

    assert read == {state: state for state in State}


@pytest.mark.parametrize(
    ("step", "disposition", "state"),
    [
        ("retail_selling", "retail_sold", State.SUPPLIED),
        ("dispensing", None, State.SUPPLIED),
        ("dispensing", "partially_dispensed", State.SUPPLIED),
        ("decommissioning", "damaged", State.INACTIVE),
        ("destroying", None, State.DESTROYED),
        ("shipping", "in_transit", None),
        ("sampling", None, None),
        (None, None, None),
    ],
)
def test_words_of_others_are_understood(
    step: str | None, disposition: str | None, state: State | None
) -> None:
    assert table.state_table().state_said(step, disposition) is state


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("name: stolen", "name: destroyed"),
        ("name: stolen", "name: lent"),
        ("may: [destroyed]", "may: [burnt]"),
        ('reads: ["*/stolen"]', 'reads: ["*/destroyed"]'),
        ("norm: eu_161", "norm: eu_999"),
        ("days: 10", "days: ten"),
        ("refused_with: stolen", "refused_as: stolen"),
    ],
)
def test_a_wrong_row_is_refused(tmp_path: Path, old: str, new: str) -> None:
    path = changed(tmp_path, table.FILE, old, new)

    with pytest.raises(InvalidInput):
        table.read_table(path)


def test_every_finding_has_its_words_in_both_languages() -> None:
    found = answers.answers()

    assert {state.value for state in State} | {one.value for one in Refusal} == found.keys()
    assert all(one.title("zh") and one.title("en") for one in found.values())
    assert all(found[state.value].todo("zh") for state in State)


def test_only_an_active_pack_may_be_handed_out_and_is_verified_without_a_remark() -> None:
    good = [one for one in answers.answers().values() if one.tone == "good"]

    assert [(one.code, one.is_verified, one.reason, one.info) for one in good] == [
        ("active", True, "", "")
    ]


def test_an_answer_without_its_row_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path, answers.FILE, "- code: stolen", "- code: lent")

    with pytest.raises(InvalidInput, match="stolen"):
        answers.read_answers(path)
