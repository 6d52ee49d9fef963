"""`manage.py profile`, and the pages it writes."""

import re
from pathlib import Path

import pytest

from base.strict_json import loads
from jobs.commands import run_command_line
from jobs.commands.profile import DOCS
from schemas.profiles.docs import page_of, pages_of
from schemas.profiles.docs_words import LANGS, Lang, say
from schemas.profiles.registry import catalogue
from tests.schemas.profiles.samples import LOT, SITE, names


def _run(*arguments: str) -> int:
    return run_command_line(["profile", *arguments], {})


def test_the_check_tells_figures_and_finds_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    code = _run("check")

    told = capsys.readouterr()
    assert (code, told.err) == (0, "")
    assert re.match(r"20 profiles, \d+ class codes, 190 steps, \d+ data, \d+ terms\n", told.out)
    assert re.search(r"^marks: V \d+, S \d+, R \d+$", told.out, re.MULTILINE)


def test_the_list_names_every_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("list") == 0

    told = capsys.readouterr().out
    assert all(f"{name}/1  " in told for name in names())
    assert "meat_egg, pork, beef, mutton, poultry, egg, meat_product" in told


def test_a_class_is_shown_by_its_name_or_by_the_code_of_a_product(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert _run("show", "millet", "--lang", "en") == 0
    by_code = capsys.readouterr().out
    assert _run("show", "grain", "--lang", "en") == 0

    assert capsys.readouterr().out == by_code
    assert by_code == page_of(catalogue().profile("grain"), "en")


def test_a_class_or_step_that_there_is_not_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("show", "toys") == 1
    assert "There is no class toys" in capsys.readouterr().err
    assert _run("show", "dairy", "--version", "9") == 1
    assert "There is no profile dairy/9." in capsys.readouterr().err
    assert _run("template", "dairy", "churning") == 1
    assert "its steps are milking, station" in capsys.readouterr().err


def test_the_pages_are_current(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run("docs", "--check") == 0, "run `manage.py profile docs`"
    assert capsys.readouterr().out == ""

    present = {path.relative_to(DOCS) for path in DOCS.glob("**/*.md")}
    assert present == set(pages_of(catalogue().newest()))
    assert len(present) == 2 * len(names()) + 1


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", names())
def test_a_page_speaks_of_every_step_and_datum_in_one_language(name: str, lang: Lang) -> None:
    profile = catalogue().profile(name)

    page = page_of(profile, lang)

    for number, cte in enumerate(profile.ctes, start=1):
        assert f"## {number}. {say(cte.label, lang)} `{cte.id}`" in page
        for kde in (kde for way in cte.ways for kde in way.kdes):
            assert f"`{kde.code}`" in page, (cte.id, kde.code)
    for row in profile.limits:
        assert say(row.item, lang) in page
    if lang == "en":
        links = page.replace("中文", "")
        # Clauses and sources are quoted as the norms number them.
        assert not re.search(r"[\u4e00-\u9fff]{7}", links)


def test_a_template_is_filled_and_becomes_events(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _run("template", "fertiliser", "use") == 0
    head = capsys.readouterr().out.splitlines()
    keys = head[0].split(",")
    cells = {
        "eventTime": "2026-05-01 07:00",
        "readPoint.id": SITE,
        "quantityList[].epcClass": LOT,
        "sx:inputUsage": "基施",
        "sx:dosage": "40",
    }
    filled = tmp_path / "rows.csv"
    rows = "\n".join([*head, ",".join(cells.get(key, "") for key in keys)])
    filled.write_text(rows, encoding="utf-8")

    assert _run("events", "fertiliser", "use", str(filled)) == 0

    event = loads(capsys.readouterr().out.encode(), bytes_max=5000, depth_max=5)
    assert isinstance(event, dict)
    assert event["sx:cte"] == "fertiliser/use"
    assert event["bizStep"] == "urn:suxin:epcis:farm_input"
    assert (event["sx:dosage"], event["eventTime"]) == (40, "2026-05-01T07:00:00+08:00")
    assert event["quantityList"] == [{"epcClass": LOT}]


def test_a_wrong_cell_is_told_with_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = tmp_path / "rows.csv"
    filled.write_text("sx:dosage\n\n\n\n许多\n", encoding="utf-8")

    assert _run("events", "fertiliser", "use", str(filled)) == 1

    told = capsys.readouterr()
    assert (told.out, told.err.splitlines()[0]) == (
        "",
        "5 sx:dosage: 用量应为数字 dose is a number",
    )


def test_a_file_with_columns_of_its_own_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    filled = tmp_path / "rows.csv"
    filled.write_text("colour\n", encoding="utf-8")

    assert _run("events", "fertiliser", "use", str(filled)) == 1
    assert "['colour'] is none of them" in capsys.readouterr().err


def test_a_sheet_that_the_service_gave_is_named_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book, listed = tmp_path / "sheet.xlsx", tmp_path / "sheet.csv"
    book.write_bytes(b"PK\x03\x04\xff\xfe\x00")
    listed.write_text("品名,数量\n", encoding="utf-8-sig")

    codes = [_run("events", "fertiliser", "use", str(file)) for file in (book, listed)]

    assert codes == [1, 1]
    assert capsys.readouterr().err.count("upload page") == 2
