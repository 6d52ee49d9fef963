"""`manage.py code explain`: readings of a text for people and for programs."""

import pytest

from base.strict_json import loads
from jobs.commands import run_command_line


def test_a_code_is_explained_with_its_norm_and_meaning(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_command_line(["code", "explain", "(01)09521234543213(17)261231(10)ABC123"], {})

    shown = capsys.readouterr().out
    assert code == 0
    assert "https://id.gs1.org/01/09521234543213/10/ABC123" in shown
    assert "17: 261231 = 2026-12-31" in shown


def test_every_reading_comes_as_json_the_likeliest_first(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code = run_command_line(["code", "explain", "6901234567892", "--json"], {})

    readings = loads(capsys.readouterr().out.encode(), bytes_max=10_000, depth_max=8)
    assert code == 0
    assert isinstance(readings, list)
    assert next(one["scheme"] for one in readings if isinstance(one, dict)) == "gtin13"


def test_a_text_that_is_no_code_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    code = run_command_line(["code", "explain", "hello"], {})

    assert code == 1
    assert "no scheme" in capsys.readouterr().err
