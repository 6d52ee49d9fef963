"""`manage.py credit`: the rulebook's figures, and a decision explained to the article."""

import base64
import json
from pathlib import Path

import pytest

from benchmarks.credit_city.people import first_numbers
from jobs.commands import run_command_line
from tests.credit.samples import csv_of, penalty


def _run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = run_command_line(["credit", *arguments], {})
    told = capsys.readouterr()
    return code, told.out, told.err


def test_the_rulebook_reads_and_says_how_far_it_was_verified(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = _run(capsys, "rulebook")

    assert code == 0
    assert "98 measures and incentives" in out
    assert "memory" in out


def test_of_a_decision_of_a_day_to_come_nothing_is_certain(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def told(day: str) -> bool:
        decision = ("--decided", day, "--authority", "青岛市农业农村局", "--penalty", "罚款")
        return bool(json.loads(_run(capsys, "explain", *decision)[1])["certain"])

    assert (told("2026-04-01"), told("2300-04-01")) == (True, False)


def test_a_decision_is_explained_with_every_article(capsys: pytest.CaptureFixture[str]) -> None:
    decision = ("--decided", "2026-04-01", "--authority", "青岛市农业农村局", "--penalty", "罚款")

    code, out, _ = _run(capsys, "explain", *decision)

    told = json.loads(out)
    assert code == 0
    assert (told["class"], told["repair_earliest_date"]) == ("general", "2026-07-02")
    assert [row["rule"] for row in told["because"]][:2] == ["R36-class", "R36-per-general"]


@pytest.mark.parametrize(
    ("option", "word", "told"),
    [
        ("--penalty", "鞭刑", "is not known here"),
        ("--field", "太空", "is not known here"),
        ("--convert", "R99", "is no change of law"),
        ("--authority", "某公司", "is not known here"),
    ],
)
def test_a_word_that_no_list_has_is_refused(
    capsys: pytest.CaptureFixture[str], option: str, word: str, told: str
) -> None:
    decision = ["--decided", "2026-04-01", "--authority", "tax", "--penalty", "fine"]

    code, _, err = _run(capsys, "explain", *decision, option, word)

    assert code != 0
    assert told in err


def test_a_list_entry_has_its_last_day_and_the_day_by_which_it_is_deleted(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, _ = _run(
        capsys, "term", "judgment_defaulter", "--listed", "2024-11-22", "--item", "4"
    )

    told = json.loads(out)
    assert code == 0
    assert (told["last_day"], told["delete_by"]) == ("2026-11-22", "2026-11-25")


@pytest.mark.parametrize(
    ("listed", "leads_to"),
    [
        ("2021-04-30", {"list": "serious_violation", "on": "2024-04-30", "rule": "RGS-17old"}),
        ("2021-05-01", None),
    ],
)
def test_an_entry_says_onto_which_list_it_leads(
    capsys: pytest.CaptureFixture[str], listed: str, leads_to: dict[str, str] | None
) -> None:
    code, out, _ = _run(capsys, "term", "abnormal_operation", "--listed", listed)

    told = json.loads(out)
    assert code == 0
    assert (told["last_day"], told.get("leads_to")) == (None, leads_to)


def test_a_grade_lasts_as_its_decision_says(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--listed", "2026-04-01", "--until", "2027-03-31")

    code, out, _ = _run(capsys, "term", "tax_a", *asked)
    wrong, _, err = _run(capsys, "term", "gossip", *asked)

    told = json.loads(out)
    assert (code, told["last_day"], told["certain"]) == (0, "2027-03-31", True)
    assert [row["rule"] for row in told["because"]] == ["RTAX-g.year", "RTAX-g"]
    assert wrong != 0
    assert "gossip is no list" in err


def test_an_extension_that_no_row_allows_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("--listed", "2024-11-22", "--item", "4", "--extension", "48")

    code, _, err = _run(capsys, "term", "judgment_defaulter", *asked)

    assert code != 0
    assert "an extension has 12 to 36 months" in err


def test_a_batch_is_taken_from_a_file_and_the_same_file_changes_nothing(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environ = {"SUXIN_DATA_DIR": str(tmp_path / "data")}
    assert run_command_line(["init"], environ) == 0
    file = tmp_path / "penalties.csv"
    file.write_bytes(csv_of([penalty(1), penalty(2, cf_jdrq="2022-09-31")], "gb18030"))
    capsys.readouterr()

    codes = [run_command_line(["credit", "take", "penalty", str(file)], environ) for _ in range(2)]

    first, second = capsys.readouterr().out.splitlines()
    assert codes == [0, 0]
    assert first == second
    assert first.endswith("accepted: 2 rows, 1 new, 0 known, 1 quarantined, 0 ended")


def test_a_held_batch_is_refused_and_without_senders_there_are_no_folders(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environ = {"SUXIN_DATA_DIR": str(tmp_path / "data")}
    assert run_command_line(["init"], environ) == 0
    file = tmp_path / "penalties.csv"
    file.write_bytes(csv_of([penalty(2, cf_jdrq="2099-09-30")]))
    assert run_command_line(["credit", "take", "penalty", str(file)], environ) == 1
    batch = capsys.readouterr().out.splitlines()[-1].split()[1]

    code = run_command_line(["credit", "refuse", batch, "--reason", "测试"], environ)
    told = capsys.readouterr().out
    again = run_command_line(["credit", "refuse", batch, "--reason", "测试"], environ)
    assert run_command_line(["credit", "drop", "--folders"], environ) == 0

    assert (code, told.strip()) == (
        0,
        f"batch {batch} refused: Whoever handed it in took it back: 测试",
    )
    assert again != 0
    assert "No sender is registered" in capsys.readouterr().err


def test_a_sender_is_added_listed_and_revoked(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environ = {"SUXIN_DATA_DIR": str(tmp_path / "data")}
    assert run_command_line(["init"], environ) == 0
    capsys.readouterr()
    key = base64.b64encode(bytes(range(32))).decode()
    named = ["--name", "农业农村局", "--feed", "penalty"]

    assert run_command_line(["credit", "sender", "add", *named, "--key", key], environ) == 0
    sender = capsys.readouterr().out.strip()
    again = run_command_line(["credit", "sender", "add", *named, "--key", key], environ)
    short = run_command_line(["credit", "sender", "add", *named, "--key", "AAAA"], environ)
    assert run_command_line(["credit", "sender", "revoke", sender], environ) == 0
    assert run_command_line(["credit", "sender", "list"], environ) == 0

    assert again != 0
    assert short != 0
    assert f"{sender}  revoked  农业农村局  penalty" in capsys.readouterr().out


def test_a_sample_of_a_feed_is_the_same_for_a_seed_and_is_taken_row_by_row(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environ = {"SUXIN_DATA_DIR": str(tmp_path / "data")}
    assert run_command_line(["init"], environ) == 0
    files = [tmp_path / "one.csv", tmp_path / "two.csv"]
    for file in files:
        asked = ["--rows", "40", "--seed", "7", "--dirt", "30"]
        assert run_command_line(["credit", "sample", "penalty", str(file), *asked], environ) == 0
    capsys.readouterr()

    code = run_command_line(["credit", "take", "penalty", str(files[0])], environ)

    assert files[0].read_bytes() == files[1].read_bytes()
    assert code == 0
    assert "accepted: 40 rows" in capsys.readouterr().out


def test_a_file_of_people_is_taken_checked_and_one_of_them_erased(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {"SUXIN_DATA_DIR": str(tmp_path / "data")}
    assert run_command_line(["init"], environ) == 0
    file = tmp_path / "people.csv"
    numbers = first_numbers(3, 50)
    file.write_text("公民身份号码,姓名\n" + "".join(f"{one},张伟\n" for one in [*numbers, "无"]))
    people = ["credit", "people"]
    capsys.readouterr()

    codes = [run_command_line([*people, "take", str(file), "--faults"], environ) for _ in range(2)]
    told = capsys.readouterr().out
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _: numbers[7])
    codes.append(run_command_line([*people, "erase", "--reason", "第四十七条"], environ))
    codes.append(run_command_line([*people, "check", "1"], environ))

    assert codes == [0, 0, 0, 0]
    assert told.count("file 1 accepted: 51 rows, 50 new, 0 known, 1 not understood") == 2
    assert "row 52: missing" in told
    checked = capsys.readouterr().out
    assert "49 people of file 1 are as they were taken; 49 in all" in checked
    assert numbers[7] not in checked + told


def test_a_night_is_run_once_and_told_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    environ = {"SUXIN_DATA_DIR": str(tmp_path / "data")}
    assert run_command_line(["init"], environ) == 0
    file = tmp_path / "penalties.csv"
    file.write_bytes(csv_of([penalty(1), penalty(2)]))
    assert run_command_line(["credit", "take", "penalty", str(file)], environ) == 0
    capsys.readouterr()

    codes = [run_command_line(["credit", "night"], environ) for _ in range(2)]

    told = capsys.readouterr()
    assert codes == [0, 0]
    assert told.out.count("parties: 2") == told.out.count("grades_changed: 2") == 2
    assert told.err.splitlines()[-1] == "done: 2 parties graded"


def test_anybody_draws_again_from_a_pool_a_seed_and_a_value(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "pool.txt"
    party = f"party {37:032x} B"
    path.write_text(f"suxin-draw/1\nplan food-1\neach 1\nshare B 1\n{party}\ninspector 37\n")

    code, out, _ = _run(
        capsys, "draw", "--pool", str(path), "--seed", "00" * 32, "--value", "03 07"
    )
    wrong, _, err = _run(capsys, "draw", "--pool", str(path), "--seed", "00", "--value", "03 07")

    assert (code, out.splitlines()[2]) == (0, f"{37:032x} B 37")
    assert wrong != 0
    assert "64 digits" in err
