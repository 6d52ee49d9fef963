"""A recorder of scans on a fresh installation, and what a test reads back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from trace.scans.alerts import AlertSources
from trace.scans.known import known_codes
from trace.scans.model import Place, Scan
from trace.scans.recorder import RecorderLimits, ScanRecorder
from trace.scans.recording import ToldPlace, View
from trace.scans.subjects import Subject, subject_of
from trace.scans.tables import SCAN, SCAN_SUMMARY
from trace.walk import WalkLimits
from typing import Any

from sqlalchemy import Engine, select, text

from base.db import reading
from parties.issuing.state import states_of
from tests.instances import Installation

LIMITS = RecorderLimits(waiting_max=1000, batch_max=100, addresses_max=100, every_s=3600)


def subject(uri: str) -> Subject:
    found = subject_of(uri)
    if found is None:
        raise ValueError(f"{uri} is not scanned")
    return found


@dataclass(slots=True, kw_only=True)
class ScanDesk:
    """One process's recorder. `look` is a visitor with a device who looks at a code."""

    place: Installation
    engine: Engine
    limits: RecorderLimits = LIMITS
    recorder: ScanRecorder = field(init=False)

    def __post_init__(self) -> None:
        self.recorder = ScanRecorder(
            engine=self.engine,
            clock=self.place.clock,
            look_up=known_codes(self.place.secret, self.place.log),
            limits=self.limits,
        )

    def look(
        self, uri: str, device: int = 0, *, minutes: float = 0, where: Place | None = None
    ) -> Scan:
        scan = Scan(
            at=self.place.clock.now() + timedelta(minutes=minutes),
            device=device.to_bytes(12),
            place=where,
        )
        self.recorder.note(View(subject=subject(uri), scan=scan))
        return scan

    def tell(self, uri: str, device: int, where: Place, *, minutes: float = 0) -> None:
        at = self.place.clock.now() + timedelta(minutes=minutes)
        told = ToldPlace(subject=subject(uri), device=device.to_bytes(12), at=at, place=where)
        self.recorder.tell(told)

    def scans(self, uri: str) -> list[Any]:
        statement = select(SCAN).where(SCAN.c.item == subject(uri).item).order_by(SCAN.c.at)
        with reading(self.engine) as connection:
            return list(connection.execute(statement))

    def summary(self, uri: str) -> Any:
        statement = select(SCAN_SUMMARY).where(SCAN_SUMMARY.c.uri == uri)
        with reading(self.engine) as connection:
            return connection.execute(statement).one_or_none()

    def count(self, uri: str) -> int:
        row = self.summary(uri)
        return row.scan_count if row is not None else 0

    def sources(self) -> AlertSources:
        place = self.place
        return AlertSources(
            log=place.log,
            issued_codes=lambda connection, uris: states_of(
                connection, place.secret, place.log, uris
            ),
            owners_of=place.desk.owners.owners_of,
            walk_limits=WalkLimits(events_max=200, depth_max=16),
            rows_max=1000,
        )


@contextmanager
def nobody_writes(engine: Engine) -> Iterator[None]:
    """Keep every other writer of summaries out until the end of the block."""
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.connect().execution_options(writes=True) as connection, connection.begin():
        if not is_sqlite:
            connection.execute(text("LOCK TABLE scan_summary IN ACCESS EXCLUSIVE MODE"))
        yield


def minutes_after(at: datetime, minutes: float) -> datetime:
    return at + timedelta(minutes=minutes)
