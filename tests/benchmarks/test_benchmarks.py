"""Each benchmark runs at a tiny scale and yields figures; what they say is not asked here."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks.harness import Contest, Reading, Result, Side, compete
from benchmarks.registry import BENCHMARKS
from benchmarks.report import report
from tests.live import ROOT

# A figure as the report writes it, with its range or alone: `7,760 (6,643 to 8,994)`.
_FIGURE = re.compile(r"([0-9][0-9,]*(?:\.[0-9]+)?)( \(.*\))?$")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_benchmark_yields_figures_for_every_side(name: str, tmp_path: Path) -> None:
    # In a process of its own, as people run it: it starts an event loop and servers.
    output = tmp_path / "RESULTS.md"
    words = (name, "--scale", "tiny", "--pairs", "1", "--output", str(output))

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks", *words],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    # The table of the machine stands before the first heading of a result.
    result = output.read_text().partition("\n## ")[2]
    rows = [line.strip("| ").split(" | ") for line in result.splitlines()]
    figures = [found for row in rows for cell in row[1:] if (found := _FIGURE.match(cell))]
    assert len(figures) >= 2
    assert all(float(found[1].replace(",", "")) > 0 for found in figures[:2])


def test_sides_run_in_turn_and_the_first_round_does_not_count() -> None:
    order: list[str] = []

    def run_side(name: str, per_s: float) -> Reading:
        order.append(name)
        return Reading(per_s=per_s)

    contest = Contest(
        title="t",
        about="a",
        unit="u/s",
        sides=(
            Side(name="ours", run=lambda: run_side("ours", 6.0)),
            Side(name="floor", run=lambda: run_side("floor", 4.0)),
        ),
    )

    result = compete(contest, pairs=2)

    assert order == ["ours", "floor"] * 3
    assert result.ratios("floor") == [1.5, 1.5]


def test_a_report_names_no_folder_of_the_machine() -> None:
    contest = Contest(
        title="Work",
        about="Some.",
        unit="things/s",
        target="≥ 1",
        sides=(Side(name="ours", run=lambda: Reading(per_s=2.0)),),
    )
    readings = {"ours": [Reading(per_s=2.0, p50_ms=1.0, p99_ms=3.0), Reading(per_s=4.0)]}

    text = report([Result(contest=contest, readings=readings)], command="python -m benchmarks x")

    assert "| ours | 3 (2 to 4) | 1.0 (1.0 to 1.0) | 3.0 (3.0 to 3.0) |  |" in text
    assert str(Path.home()) not in text
    assert str(Path(__file__).parent) not in text
