"""An installation for the city, whose clock stands where the city's time is.

One rule: the clock goes forward only, so that each event is recorded when it is said to have been.
"""

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from trace.capture import Submission, submit
from typing import Final
from uuid import UUID, uuid4

import orjson

from base.clock import SetClock
from base.config import Settings
from base.db import transaction
from base.installation_secret import load_secret
from benchmarks.city.people import City, Person
from benchmarks.city.registering import register_city
from benchmarks.city.serving import ServedCity, serve_city
from benchmarks.city.telling import Told
from benchmarks.city.templates import instant_of, instant_text
from jobs.commands.init import upgrade
from ledger.note import SignerKey
from ledger.opening import DEFAULT_LOG, load_signer, open_log
from parties.actors import Actor, Role, actor_of_key
from schemas.epcis import read_document
from web.services import Services, build_services

EVENTS_MAX: Final = 1_000
AGE_MAX_S: Final = 20 * 3_600
"""How long an event waits at most until its party hands it in with others."""

HTTP_EVERY: Final = 10
"""Of so many documents one is posted over HTTP, the others are handed to the door of the process.

It is the same door: what HTTP adds is a request to read and a key to check.
"""

_CONTEXT: Final = [
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
    {"sx": "urn:suxin:epcis:"},
]


@dataclass(slots=True, kw_only=True)
class CityPlace:
    """The installation, its clock, and who is who in it."""

    services: Services
    clock: SetClock
    parties: Mapping[int, UUID]
    log: int = DEFAULT_LOG
    signer: SignerKey
    desk: ServedCity | None = None
    captured: int = 0
    documents: int = 0
    posted: int = 0
    _waiting: dict[int, list[Told]] = field(default_factory=dict)
    _now: int = 0

    def hand_in(self, told: Told) -> None:
        """Give an event to its party, which hands in a document when it is due."""
        self._now = max(self._now, told.reported_at)
        # A dict keeps the order in which parties began to wait: the first waits longest.
        while self._waiting:
            due = next(iter(self._waiting.values()))[0].reported_at + AGE_MAX_S
            if due > self._now:
                break
            self._capture(self._waiting.pop(next(iter(self._waiting))), due)
        events = self._waiting.setdefault(told.author.at, [])
        events.append(told)
        if len(events) >= EVENTS_MAX:
            self._capture(self._waiting.pop(told.author.at), self._now)

    def hand_in_rest(self) -> None:
        """Let everybody hand in what is left."""
        for events in self._waiting.values():
            self._capture(events, events[0].reported_at + AGE_MAX_S)
        self._waiting.clear()

    def _capture(self, events: list[Told], at: int) -> None:
        author = events[0].author
        self.clock.instant = max(self.clock.instant, instant_of(at + 60))
        body = _document(events)
        if len(body) > self.services.settings.capture_bytes_max:
            # Loggers write much: such a document goes in two.
            half = len(events) // 2
            self._capture(events[:half], at)
            self._capture(events[half:], at)
            return
        self.documents += 1
        self.captured += len(events)
        if self.desk is not None and self.documents % HTTP_EVERY == 0:
            self.posted += len(events)
            self.desk.capture(self.parties[author.at], body)
            return
        document = read_document(body, limits=self.services.document_limits)
        submit(self.services.desk, Submission(actor=self._actor(author), document=document))

    def _actor(self, person: Person) -> Actor:
        return actor_of_key(key_id=uuid4(), role=Role.PRODUCER, party_id=self.parties[person.at])


def open_place(
    city: City,
    *,
    folder: Path,
    database_url: str,
    redis_url: str,
    closing: ExitStack,
    is_served: bool = False,
) -> CityPlace:
    """Open a new installation with the city in its register, the day before its first story.

    It is served on loopback where the city is to be told and recalled over HTTP.
    """
    settings = Settings(
        data_dir=folder,
        database_url=database_url,
        redis_url=redis_url,
        append_queue_entries_max=1_000_000,
        # Everybody in the city sits behind one address.
        sign_ins_minute_max=1_000,
    )
    clock = SetClock(instant_of(0) - timedelta(days=1))
    secret = load_secret(folder / "keys", may_create=True)
    services = build_services(settings, clock=clock, secret=secret)
    closing.callback(services.engine.dispose)
    upgrade(services.engine)
    signer = load_signer(folder / "keys", settings.origin, DEFAULT_LOG, may_create=True)
    with transaction(services.engine) as connection:
        open_log(
            connection,
            log=DEFAULT_LOG,
            origin=settings.origin,
            verifier=signer.verifier(),
            clock=clock,
        )
    parties = register_city(services, city)
    desk = closing.enter_context(serve_city(services)) if is_served else None
    return CityPlace(services=services, clock=clock, parties=parties, signer=signer, desk=desk)


def _document(events: list[Told]) -> bytes:
    return orjson.dumps(
        {
            "@context": _CONTEXT,
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": instant_text(max(one.reported_at for one in events)),
            "epcisBody": {"eventList": [one.event for one in events]},
        }
    )
