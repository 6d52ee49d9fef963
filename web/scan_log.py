"""Notes who looks at the page of a code, and says on the page what earlier looks there were.

The rule that must stay true: a page is not slower for it and is kept for everybody as before. What
concerns one visitor is put into the page's bytes on their way out, at a mark that no text of a page
can hold, so that nobody is told what was meant for somebody else.
"""

import atexit
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.util import Finalize
from trace.scans.devices import Hasher
from trace.scans.facts import Answer, Facts, answer_to, read_facts
from trace.scans.known import is_made_up, known_codes
from trace.scans.model import Place, Scan
from trace.scans.recorder import RecorderLimits, ScanRecorder
from trace.scans.recording import ToldPlace, View
from trace.scans.subjects import Subject, subject_of
from typing import Final

from flask import Flask, Response, current_app, g, request
from markupsafe import Markup
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from base.clock import Clock
from base.db import describe_error, reading
from base.installation_secret import InstallationSecret
from base.log import get_logger
from parties.cache import TimedCache
from web.pages.scan_facts import ScanWords, has_warning, write_facts
from web.services import Services
from web.visitor import Environ, is_visitor, region_of, trust_proxies, visitor_of

EXTENSION: Final = "suxin_scan_log"

# Comments, which no escaped text can be.
_WARNING: Final = Markup("<!--scans:warning-->")
_LINE: Final = Markup("<!--scans:line-->")

_SHARED: Final = {"Cache-Control": "no-cache"}
# What is said to one visitor is nothing for a cache that others share.
_OF_ONE: Final = {"Cache-Control": "private, no-cache"}

_LOG: Final = get_logger(__name__)
# As old as a kept page may be (`web.held_pages`).
_FACTS_S: Final = 2.0
_FACTS_MAX: Final = 10_000


@dataclass(slots=True, kw_only=True)
class ScanLog:
    """The scans of one process: where they go, and what is remembered of stored ones."""

    engine: Engine
    clock: Clock
    secret: InstallationSecret
    log: int
    hasher: Hasher
    recorder: ScanRecorder
    region_header: str
    session_cookie: str
    _facts: TimedCache[int, Facts]

    def note(self, subject: Subject, environ: Environ, device: bytes, at: datetime) -> None:
        """Note a request as a look at a code, if a visitor sent it."""
        if is_visitor(environ, session_cookie=self.session_cookie):
            region = region_of(environ, self.region_header)
            scan = Scan(at=at, device=device, region=region)
            self.recorder.note(View(subject=subject, scan=scan))

    def device(self, subject: Subject, environ: Environ, at: datetime) -> bytes:
        """Return the number of a request's device among the scans of a product."""
        return self.hasher.device(visitor_of(environ), subject.product_uri, at)

    def answer(self, subject: Subject, device: bytes, at: datetime) -> tuple[Answer, Facts]:
        """Return what to tell a visitor of the scans of a code."""
        # First what waits: what ceases to wait meanwhile is stored, and what is known is forgotten.
        waiting = self.recorder.waiting(subject.item)
        facts = self.facts(subject, at)
        return answer_to(facts, waiting, device, at), facts

    def facts(self, subject: Subject, at: datetime) -> Facts:
        """Return what is stored of the scans of a code, or was a moment ago."""
        is_known, facts = self._facts.get(subject.item, at)
        if not is_known or facts is None:
            ticket = self._facts.ticket()
            facts = read_facts(self.engine, subject)
            until = at + timedelta(seconds=_FACTS_S)
            self._facts.put({subject.item: facts}, ticket=ticket, until=until)
        return facts

    def tell_place(self, subject: Subject, place: Place) -> None:
        """Take where the sender of the current request says that it scanned a code."""
        now = self.clock.now()
        device = self.device(subject, request.environ, now)
        self.recorder.tell(ToldPlace(subject=subject, device=device, at=now, place=place))

    def is_made_up(self, uri: str) -> bool:
        """Return whether a code has the form of those issued here and is none of them."""
        with reading(self.engine) as connection:
            return is_made_up(connection, self.secret, self.log, uri)

    def miss(self, asked: str, *, is_refused: bool) -> None:
        """Note that the current request asked for a code that does not exist."""
        now = self.clock.now()
        address = self.hasher.address(visitor_of(request.environ), now)
        self.recorder.miss(address, now, asked, is_refused=is_refused)


def install_scan_log(app: Flask, parts: Services, *, is_live: bool) -> ScanLog:
    """Give the application its scan log. A live one writes by itself, until the process ends."""
    settings = parts.settings
    trust_proxies(app, settings)
    facts: TimedCache[int, Facts] = TimedCache(entries_max=_FACTS_MAX)
    log = ScanLog(
        engine=parts.engine,
        clock=parts.clock,
        secret=parts.secret,
        log=parts.log,
        hasher=Hasher(parts.secret),
        recorder=ScanRecorder(
            engine=parts.engine,
            clock=parts.clock,
            look_up=known_codes(parts.secret, parts.log),
            limits=RecorderLimits(
                waiting_max=settings.scan_waiting_max,
                batch_max=settings.scan_batch_max,
                addresses_max=settings.addresses_watched_max,
            ),
            on_written=facts.forget,
        ),
        region_header=settings.scan_region_header,
        session_cookie=str(app.config["SESSION_COOKIE_NAME"]),
        _facts=facts,
    )
    app.extensions[EXTENSION] = log
    if is_live:
        log.recorder.start()
        # A process of the web server ends like one of `multiprocessing`, which leaves out `atexit`.
        Finalize(None, log.recorder.close, exitpriority=10)
        atexit.register(log.recorder.close)
    return log


def scan_log() -> ScanLog | None:
    """Return the scan log of the current application, None where it has none."""
    found = current_app.extensions.get(EXTENSION)
    return found if isinstance(found, ScanLog) else None


def scan_marks(uri: str) -> dict[str, Markup]:
    """Return what stands in the page of a single thing until it is known who reads it."""
    subject = subject_of(uri)
    is_told = subject is not None and subject.is_single
    return {"warning": _WARNING, "line": _LINE} if is_told else {}


def scanned_page(uri: str, body: bytes) -> Response:
    """Return the page of a code for the sender of the current request, and note the look at it."""
    log, subject = scan_log(), subject_of(uri)
    if subject is None:
        return Response(body, headers=_SHARED)
    told = ScanWords()
    if log is not None:
        environ, now = request.environ, log.clock.now()
        device = log.device(subject, environ, now)
        if subject.is_single:
            told = _told(log, subject, device, now)
        log.note(subject, environ, device, now)
    if not subject.is_single:
        return Response(body, headers=_SHARED)
    for mark, words in ((_WARNING, told.warning), (_LINE, told.line)):
        body = body.replace(mark.encode(), words.encode(), 1)
    return Response(body, headers=_OF_ONE)


def note_scan(uri: str) -> None:
    """Note the current request as a look at a code whose owner leads it to a page of his own."""
    log, subject = scan_log(), subject_of(uri)
    if log is not None and subject is not None:
        now = log.clock.now()
        log.note(subject, request.environ, log.device(subject, request.environ, now), now)


def is_warned_of(uri: str) -> bool:
    """Return whether the scans of a code gave rise to a warning that nobody may be led past."""
    log, subject = scan_log(), subject_of(uri)
    if log is None or subject is None or not subject.is_single:
        return False
    try:
        return has_warning(log.facts(subject, log.clock.now()))
    except (DBAPIError, PoolTimeout) as error:
        _LOG.warning("scan_facts_away", error=describe_error(error))
        return False


def note_bare_page(uri: str) -> None:
    """Count the current request as a miss where its code was made up, though its page is shown."""
    log = scan_log()
    if log is not None and log.is_made_up(uri):
        note_miss()


def note_miss() -> None:
    """Count the current request as a miss, though it is answered."""
    g.has_missed = True


def _told(log: ScanLog, subject: Subject, device: bytes, now: datetime) -> ScanWords:
    try:
        answer, facts = log.answer(subject, device, now)
    except (DBAPIError, PoolTimeout) as error:
        # The page of the goods is worth more than what is said of its scans.
        _LOG.warning("scan_facts_away", error=describe_error(error))
        return ScanWords()
    return write_facts(answer, facts)
