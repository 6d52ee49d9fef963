"""The verifier as a command: what it says, what it refuses, what it needs."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.bundle import dump
from ledger.verify import main
from tests.ledger.sample import (
    ITEM,
    ORIGIN,
    VKEY,
    make_bundle,
    with_public_body,
)

_ROOT_FOLDER = Path(__file__).resolve().parents[2]


def _run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "ledger.verify", *arguments],
        cwd=_ROOT_FOLDER,
        input=stdin,
        capture_output=True,
        timeout=60,
        check=False,
    )


def test_the_command_says_what_was_proven_and_what_was_not(tmp_path: Path) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(dump(make_bundle()))

    done = _run(str(file), "--key", VKEY.text())
    said = done.stdout.decode()

    assert done.returncode == 0, done.stderr
    assert f"Log {ORIGIN} had 9 entries when it signed." in said
    assert "Entry 7 (event), recorded 2026-03-01T00:00:07.000000Z, actor p-42" in said
    assert "hidden parts: chain, personal (2)" in said
    assert f"names the item {ITEM}" in said
    assert "山东" in said
    assert "Not proven:" in said
    assert "that what the entries say is true" in said


def test_a_console_that_lacks_a_character_still_gets_the_whole_report() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "ledger.verify", "-", "--key", VKEY.text()],
        cwd=_ROOT_FOLDER,
        input=dump(make_bundle()),
        capture_output=True,
        timeout=60,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    )

    assert done.returncode == 0, done.stderr
    assert rb"\u5c71\u4e1c" in done.stdout
    assert b"Not proven:" in done.stdout


def test_the_command_reads_standard_input_and_refuses_a_changed_file() -> None:
    data = dump(make_bundle())
    changed = data.replace(b'"subject":"https', b'"subject":"httpz')

    assert _run("-", "--key", VKEY.text(), stdin=data).returncode == 0
    refused = _run("-", "--key", VKEY.text(), stdin=changed)
    assert refused.returncode == 1
    assert b"REFUSED the bundle, at step items" in refused.stdout


def test_the_report_comes_as_json_too(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(dump(make_bundle()))

    assert main([str(file), "--key", VKEY.text(), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert [entry["seq"] for entry in told["report"]["entries"]] == [5, 7]
    assert told["report"]["entries"][0]["hidden"] == ["chain", "personal"]

    file.write_bytes(b"{}")
    assert main([str(file), "--key", VKEY.text(), "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["ok"], told["report"]) == (False, None)
    assert told["errors"][0]["step"] == "format"


def test_a_file_refused_as_a_whole_is_said_to_prove_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(b"\x00")

    assert main([str(file), "--key", VKEY.text()]) == 1
    assert "Nothing is proven by this file." in capsys.readouterr().out


def test_words_that_could_steer_a_terminal_are_spelled_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "bundle.json"
    file.write_bytes(dump(with_public_body('{"/a":"\x7f\u009b2J\u202e"}'.encode())))

    assert main([str(file), "--key", VKEY.text()]) == 0
    out = capsys.readouterr().out
    assert r"\x7f\x9b2J\u202e" in out
    assert not {"\x7f", "\x9b", "\u202e"} & set(out)


@pytest.mark.parametrize(
    "arguments", [["-"], ["-", "--key", "nonsense"], ["/nonexistent", "--key", VKEY.text()]]
)
def test_wrong_usage_is_told_apart_from_a_refusal(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as end:
        main(arguments)

    assert end.value.code == 2
    assert "usage: python -m ledger.verify" in capsys.readouterr().err


_BLOCKED_RUN = """
import runpy, sys

class Wall:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"flask", "sqlalchemy", "redis", "rq", "marshmallow"}:
            raise ImportError("blocked: " + name)

sys.meta_path.insert(0, Wall())
sys.argv = ["verify", "-", "--key", sys.argv[1]]
try:
    runpy.run_module("ledger.verify", run_name="__main__")
except SystemExit as end:
    loaded = {name.partition(".")[0] for name in sys.modules}
    assert not loaded & {"flask", "sqlalchemy", "redis", "rq", "marshmallow", "trace"}, loaded
    sys.exit(end.code)
"""


def test_the_command_needs_neither_the_web_nor_the_database() -> None:
    done = subprocess.run(
        [sys.executable, "-c", _BLOCKED_RUN, VKEY.text()],
        cwd=_ROOT_FOLDER,
        input=dump(make_bundle()),
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert b"Proven of each entry above" in done.stdout
