"""`manage.py code explain`: readings of a text for people and for programs."""

from io import BytesIO, TextIOWrapper

import pytest

from base.strict_json import JsonObject, loads
from codes.registry import SCHEMES
from jobs.commands import run_command_line

AMBIGUOUS = "13263654012312345678"


def json_of(capsys: pytest.CaptureFixture[str]) -> JsonObject:
    told = loads(capsys.readouterr().out.encode(), bytes_max=20_000, depth_max=8)
    assert isinstance(told, dict)
    return told


def rows_of(told: JsonObject, name: str) -> list[JsonObject]:
    rows = told[name]
    assert isinstance(rows, list)
    return [row for row in rows if isinstance(row, dict)]


def test_a_code_is_explained_with_its_norm_and_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_command_line(["code", "explain", "(01)09521234543213(17)261231(10)ABC123"], {})

    shown = capsys.readouterr().out
    assert code == 0
    assert "GS1 单元数据串 GS1 element string" in shown
    assert "GS1 General Specifications 7.8" in shown
    assert "https://id.gs1.org/01/09521234543213/10/ABC123" in shown
    assert "17: 261231 = 2026-12-31" in shown


def test_every_reading_comes_as_json_the_likeliest_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run_command_line(["code", "explain", "6901234567892", "--json"], {})

    told = json_of(capsys)
    assert code == 0
    assert [row["scheme"] for row in rows_of(told, "readings")] == ["gtin13", "gln"]
    assert told["problems"] == []
    assert told["is_ambiguous"] is False


def test_readings_that_nothing_tells_apart_are_said_to_be_a_question(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert run_command_line(["code", "explain", AMBIGUOUS], {}) == 0
    assert "choose one" in capsys.readouterr().out

    assert run_command_line(["code", "explain", AMBIGUOUS, "--json"], {}) == 0
    assert json_of(capsys)["is_ambiguous"] is True


def test_a_category_keeps_only_what_may_name_such_a_thing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["code", "explain", AMBIGUOUS, "--category", "drug", "--json"]

    assert run_command_line(arguments, {}) == 0

    told = json_of(capsys)
    assert [row["scheme"] for row in rows_of(told, "readings")] == ["cn_drug_trace20"]
    assert told["is_ambiguous"] is False


def test_an_unknown_category_is_wrong_usage(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_command_line(["code", "explain", "6901234567892", "--category", "fish"], {})

    assert code == 2
    assert "agri_product" in capsys.readouterr().err


def test_a_refusal_tells_people_rule_norm_and_place_in_two_languages(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run_command_line(["code", "explain", "9135010OM000100Y43"], {})

    told = capsys.readouterr()
    assert code == 1
    assert told.out == ""
    assert "probably 0 was meant" in told.err
    assert "易混淆的字母" in told.err
    assert "rule: look_alike" in told.err
    assert "norm: GB 32100-2015" in told.err
    assert "place 8: the letter O" in told.err
    assert "place: 8 ('O')" in told.err


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        (b"9" * 1_000_000, "rule: too_long"),
        (b"\xff\xfe", "rule: "),
        (b"", "rule: "),
        (b"9" * (17 << 20), "standard input has more than"),
    ],
)
def test_a_text_of_any_size_comes_from_standard_input(
    sent: bytes,
    told: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(sent)))

    code = run_command_line(["code", "explain", "-"], {})

    assert code == 1
    assert told in capsys.readouterr().err


def test_the_end_of_the_line_is_no_part_of_what_is_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(b"6901234567892\r\n")))

    code = run_command_line(["code", "explain", "-"], {})

    assert code == 0
    assert "https://id.gs1.org/01/06901234567892" in capsys.readouterr().out


def test_a_refusal_comes_as_json_with_its_problems(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_command_line(["code", "explain", " 6901234567893", "--json"], {})

    told = capsys.readouterr()
    shown = loads(told.out.encode(), bytes_max=20_000, depth_max=8)
    assert code == 1
    assert told.err == ""
    assert isinstance(shown, dict)
    assert shown["readings"] == []
    assert rows_of(shown, "problems") == [
        {
            "rule": "check_digit",
            "message": "the check digit of a GTIN-13 should be 2",
            "message_zh": "校验位不符：有一位读错、印错或抄错了。",
            "norm": "GS1 General Specifications 2.1, GB 12904-2008",
            "position": 13,
        }
    ]


@pytest.mark.parametrize("text", ["hello", "", "\u200b", "9" * 3_000, "69012\u200b34567892"])
def test_whatever_is_no_code_ends_with_one_and_a_rule(
    text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = run_command_line(["code", "explain", text, "--json"], {})

    (problem,) = rows_of(json_of(capsys), "problems")
    assert code == 1
    assert problem["rule"]
    assert problem["norm"]
    assert problem["message_zh"]


def test_a_warning_is_told_with_its_place(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_command_line(["code", "explain", "SC11513042800066"], {})

    assert code == 0
    assert "(check_digit, place 16)" in capsys.readouterr().out


def test_the_number_of_a_person_is_shown_by_no_form_of_the_answer(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for arguments in ([], ["--json"]):
        assert run_command_line(["code", "explain", "11010519491231002X", *arguments], {}) == 0
        assert "19491231" not in capsys.readouterr().out


def test_the_schemes_are_listed_with_pattern_and_norm(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command_line(["code", "schemes"], {}) == 0
    shown = capsys.readouterr().out
    assert all(f"{name}: " in shown for name in SCHEMES)

    assert run_command_line(["code", "schemes", "--json"], {}) == 0
    rows = loads(capsys.readouterr().out.encode(), bytes_max=100_000, depth_max=8)
    assert isinstance(rows, list)
    assert len(rows) == len(SCHEMES)
