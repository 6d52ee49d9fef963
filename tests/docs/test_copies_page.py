"""The page about copied codes says what the rules, limits and settings are."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from trace.scans.model import DEVICE_PERIOD
from trace.scans.rule_table import ADDRESS_RULES, CODE_RULES, SAME_DEVICE_WITHIN
from trace.scans.rules import Severity
from trace.scans.tables import NOTE_CHARS_MAX

import pytest

from base.config import Settings
from tests.docs.pages import ROOT, blocks_of
from tests.live import LiveServer

PAGE = ROOT / "docs/copies.md"
_ROW = re.compile(r"^\| `(\w+)` \| (\d+) .*\|([^|]*)\| (yes|no)[^|]*\|$", re.MULTILINE)


def test_every_rule_is_on_the_page_with_its_limit_window_and_reader() -> None:
    rows = _ROW.findall(PAGE.read_text(encoding="utf-8"))

    told = [
        (code, int(limit), window.strip(), is_told == "yes")
        for code, limit, window, is_told in rows
    ]
    assert told == [
        (
            rule.code,
            rule.limit,
            "" if rule.window is None else _words(rule.window.total_seconds()),
            rule.severity is Severity.WARN,
        )
        for rule in (*CODE_RULES, *ADDRESS_RULES)
    ]


def _words(seconds: float) -> str:
    minutes = int(seconds) // 60
    return f"{minutes // 1440} days" if minutes >= 1440 else f"{minutes} minutes"


def test_the_numbers_of_the_text_are_those_of_the_code() -> None:
    text = " ".join(PAGE.read_text(encoding="utf-8").split())

    assert f"`SUXIN_SCAN_DAYS_MAX` days ({Settings().scan_days_max})" in text
    assert f"`SUXIN_HEAT_DEVICES_MIN` different devices ({Settings().heat_devices_min})" in text
    assert SAME_DEVICE_WITHIN.total_seconds() == 600
    assert "device within ten minutes counts once" in text
    assert f"each period of {DEVICE_PERIOD.days} days" in text
    assert f"at most {NOTE_CHARS_MAX} characters" in text


def test_the_curl_examples_of_the_page_work(live_server: LiveServer, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    key = live_server.manage("key", "grant", "--role", "authority", "--label", "docs").split()[0]

    said = subprocess.run(
        ["bash", "-euc", "\n".join(blocks_of(PAGE, "sh"))],
        cwd=tmp_path,
        env={**os.environ, "URL": live_server.url, "KEY": key},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert '"items":[]' in said
    assert '"cells":[]' in said
