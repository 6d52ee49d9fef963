"""Writes the figures down: one table for each contest, with where and how they were taken."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from benchmarks.harness import Contest, Note, Reading, Result, middle
from benchmarks.machine import describe

# What the profiles showed and what was done about it: written by hand, kept beside the figures.
_FINDINGS: Final = Path(__file__).resolve().parent / "findings.md"


def report(results: Sequence[Result | Note], *, command: str, remark: str = "") -> str:
    """Return the text of `RESULTS.md`."""
    lines = [
        "# Results",
        "",
        f"Taken {datetime.now(UTC):%Y-%m-%d %H:%M} UTC with `{command}`.",
        "",
        *([remark, ""] if remark else []),
        "Each line is the median of the runs, its range in brackets. Sides ran in turn (A B A B)",
        "after one run to warm up; a ratio is this project's figure over that side's, taken pair",
        "by pair. Both databases wait for the disk (fsync on; SQLite: WAL, synchronous FULL). The",
        "load client runs on the cores that it measures.",
        "",
        "| machine | |",
        "|---|---|",
        *(f"| {what} | {which} |" for what, which in describe()),
    ]
    for result in results:
        lines += ["", *(_contest(result) if isinstance(result, Result) else _note(result))]
    return "\n".join([*lines, "", _FINDINGS.read_text(encoding="utf-8").rstrip()]) + "\n"


def _contest(result: Result) -> list[str]:
    contest = result.contest
    has_latency = any(
        reading.p50_ms is not None for some in result.readings.values() for reading in some
    )
    columns = ["side", contest.unit, *(["p50 ms", "p99 ms"] if has_latency else []), "ratio"]
    lines = [f"## {contest.title}", "", contest.about]
    if contest.target:
        lines += ["", f"Target: {contest.target}."]
    lines += ["", _row(columns), "|---" * len(columns) + "|"]
    for number, side in enumerate(contest.sides):
        readings = result.readings[side.name]
        cells = [side.name, _span([reading.per_s for reading in readings])]
        if has_latency:
            cells += [_latency(readings, "p50_ms"), _latency(readings, "p99_ms")]
        cells.append("" if number == 0 else _span(result.ratios(side.name), digits=2))
        lines.append(_row(cells))
    return lines


def _note(note: Note) -> list[str]:
    return [
        f"## {note.title}",
        "",
        note.about,
        "",
        _row(note.columns),
        "|---" * len(note.columns) + "|",
        *map(_row, note.rows),
    ]


def summary(contest: Contest, result: Result) -> str:
    """Return one line for the terminal."""
    own = middle([reading.per_s for reading in result.readings[contest.sides[0].name]])[0]
    text = f"{contest.title}: {own:,.0f} {contest.unit}"
    for side in contest.sides[1:]:
        text += f"; {middle(result.ratios(side.name))[0]:.2f} × {side.name}"
    return text


def _latency(readings: Sequence[Reading], name: str) -> str:
    values = [value for one in readings if (value := getattr(one, name)) is not None]
    return _span(values, digits=1) if values else ""


def _span(values: Sequence[float], *, digits: int = 0) -> str:
    mid, low, high = middle(values)
    return f"{mid:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
