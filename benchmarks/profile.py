"""Where the time of the hottest path goes: a document of 500 events, recorded in this process."""

import cProfile
import gc
import pstats
from collections.abc import Iterator
from pathlib import Path
from trace.capture import Submission, submit
from typing import Final

from benchmarks.data import EventSource
from benchmarks.harness import DATABASE_WORDS, DATABASES, Bench, Note
from benchmarks.places import ROOT, Place, new_place
from schemas.epcis import read_document

_EVENTS: Final = 500
_ROWS: Final = 15
_PURE: Final = 4  # Runs before the profile, so that identifiers are remembered.


def profile(bench: Bench) -> Iterator[Note]:
    """The functions with the most time of their own, on each database."""
    for kind in DATABASES:
        place = new_place(bench, kind)
        source = EventSource("p")
        count = max(2, bench.scale.documents // 3)
        bodies = list(source.documents(count + _PURE, _EVENTS))

        for body in bodies[:_PURE]:
            _record(place, body)
        # As a web process does: what is there already is left out of the collector's walks.
        gc.collect()
        gc.freeze()
        watch = cProfile.Profile()
        watch.enable()
        for body in bodies[_PURE:]:
            _record(place, body)
        watch.disable()
        gc.unfreeze()
        yield Note(
            title=f"Profile of a {_EVENTS}-event capture, {DATABASE_WORDS[kind]}",
            about="One thread; own time of each function, waiting for the database included "
            "where the driver waits. The profiler itself weighs on what calls much.",
            columns=("function", "calls an event", "own time, share"),
            rows=tuple(_rows(watch, count * _EVENTS)),
        )


def _record(place: Place, body: bytes) -> None:
    parts = place.services
    document = read_document(body, limits=parts.document_limits)
    submit(parts.desk, Submission(actor=place.actor(), document=document))


def _rows(watch: cProfile.Profile, events: int) -> Iterator[tuple[str, ...]]:
    figures = pstats.Stats(watch).stats  # type: ignore[attr-defined] # Documented by its source alone.
    total = sum(own_s for _, _, own_s, _, _ in figures.values()) or 1.0
    ordered = sorted(figures.items(), key=lambda item: -item[1][2])
    for (file, _, name), (_, calls, own_s, _, _) in ordered[:_ROWS]:
        yield (
            f"`{_place(file, name)}`",
            f"{calls / events:.2f}",
            f"{100 * own_s / total:.1f} %",
        )


def _place(file: str, name: str) -> str:
    if file == "~":
        return name
    path = Path(file)
    if path.is_relative_to(ROOT) and ".venv" not in path.parts:
        return f"{path.relative_to(ROOT)}:{name}"
    return f"{path.parent.name}/{path.name}:{name}"
