"""A fresh, migrated installation in this process: database, log, desk, parties and their keys."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from trace.capture import Desk, Submission, open_desk, submit
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, func, select

from base.clock import SetClock
from base.config import Settings
from base.db import open_engine, reading, transaction
from base.installation_secret import SECRET_BYTES, InstallationSecret
from ledger.batch import Receipt
from ledger.checkpoint import origin_of_log
from ledger.note import SignerKey
from ledger.opening import DEFAULT_LOG, open_log
from ledger.sealing import seal
from ledger.store import StoredCheckpoint
from ledger.tables import LEDGER_ENTRY
from parties.actors import Actor, Role, actor_of_key
from parties.drafts import PartyDraft, SiteDraft
from parties.issuing.owning import open_owners
from parties.register import register_party, register_site
from parties.tables import PartyKind
from schemas.epcis import Document, DocumentLimits, read_document, read_event
from tests.checking import check_ledger
from tests.migrated import migrate
from tests.parties.samples import gln_uri, uscc_of
from tests.statements import share_statements

ORIGIN = "ledger.example.org"
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = InstallationSecret(bytes(SECRET_BYTES))
CONTEXT = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


@dataclass(slots=True, kw_only=True)
class Installation:
    """What a test needs of one ledger. The clock stands still until a test moves it."""

    settings: Settings
    engine: Engine
    clock: SetClock
    desk: Desk
    signer: SignerKey
    secret: InstallationSecret = SECRET
    log: int = DEFAULT_LOG
    parties: dict[str, Actor] = field(default_factory=dict)

    def party(self, name: str) -> Actor:
        """Return a producer of this name; the first call registers it with a site of its own."""
        if name not in self.parties:
            number = len(self.parties) + 1
            draft = PartyDraft(uscc=uscc_of(number), name_zh=name, kind=PartyKind.FARM)
            with transaction(self.engine) as connection:
                party_id = register_party(connection, draft, now=self.clock.now()).id
                site = SiteDraft(party_id=party_id, uri=gln_uri(number), name_zh=name)
                register_site(connection, site, now=self.clock.now())
            self.desk.owners.forget(gln_uri(number))
            self.parties[name] = actor_of_key(
                key_id=UUID(int=number), role=Role.PRODUCER, party_id=party_id
            )
        return self.parties[name]

    def site_of(self, name: str) -> str:
        """Return the URI of a party's site."""
        self.party(name)
        return gln_uri(list(self.parties).index(name) + 1)

    def capture(self, name: str, *events: dict[str, Any], **options: Any) -> Receipt:
        """Submit events as one document of a party."""
        submission = Submission(actor=self.party(name), document=document(events), **options)
        return submit(self.desk, submission)[1]

    def seal(self) -> StoredCheckpoint | None:
        """Sign what was appended."""
        return seal(self.engine, self.log, self.signer, self.clock)

    def entry_count(self) -> int:
        """Return how many entry rows there are, whatever the head says."""
        statement = select(func.count()).select_from(LEDGER_ENTRY)
        with reading(self.engine) as connection:
            return int(connection.execute(statement).scalar_one())

    def check(self) -> int:
        """Re-verify the whole ledger; return its size."""
        return check_ledger(self.engine, self.log, [self.signer.verifier()])

    def another_desk(self, **settings: Any) -> "Installation":
        """Return the same installation as a second process would have it: nothing is shared."""
        changed = replace(self.settings, **settings)
        engine = open_engine(changed.effective_database_url, pool_size=changed.web_threads)
        share_statements(engine)
        desk = open_desk(
            changed, engine, self.clock, open_owners(engine, self.clock, SECRET, DEFAULT_LOG)
        )
        return Installation(
            settings=changed,
            engine=engine,
            clock=self.clock,
            desk=desk,
            signer=self.signer,
            parties=self.parties,
        )


def open_installation(url: str, **settings: Any) -> Installation:
    """Migrate the empty database at `url` and open its log."""
    merged: dict[str, Any] = {"origin": ORIGIN, "web_threads": 8, **settings}
    known = Settings(database_url=url, **merged)
    engine = open_engine(url, pool_size=known.web_threads)
    migrate(engine)
    share_statements(engine)
    clock = SetClock(NOW)
    signer = SignerKey.from_seed(origin_of_log(ORIGIN, DEFAULT_LOG), bytes(32))
    with transaction(engine) as connection:
        open_log(
            connection, log=DEFAULT_LOG, origin=ORIGIN, verifier=signer.verifier(), clock=clock
        )
    desk = open_desk(known, engine, clock, open_owners(engine, clock, SECRET, DEFAULT_LOG))
    return Installation(settings=known, engine=engine, clock=clock, desk=desk, signer=signer)


def document(
    events: Iterable[Mapping[str, Any]], *, limits: DocumentLimits | None = None
) -> Document:
    """Return the events as the document that a sender's bytes are read into."""
    return read_document(document_bytes(events), limits=limits or DocumentLimits())


def single(event: Mapping[str, Any]) -> Document:
    """Return one event as `POST /events` reads it."""
    return read_event(json.dumps(event).encode(), limits=DocumentLimits())


def document_bytes(events: Iterable[Mapping[str, Any]]) -> bytes:
    """Return an EPCIS document as it is sent."""
    return json.dumps(
        {
            "@context": [CONTEXT, {"sx": "urn:suxin:epcis:"}],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2024-05-01T08:00:00Z",
            "epcisBody": {"eventList": list(events)},
        },
        ensure_ascii=False,
    ).encode()


def observation(item: str, **changes: Any) -> dict[str, Any]:
    """Return an ObjectEvent that says that a thing was seen; a change to None takes away."""
    event = {
        "type": "ObjectEvent",
        "eventTime": "2024-05-01T08:00:00.000Z",
        "eventTimeZoneOffset": "+08:00",
        "action": "OBSERVE",
        "bizStep": "inspecting",
        "epcList": [item],
        **changes,
    }
    return {name: value for name, value in event.items() if value is not None}


def at(minute: int) -> str:
    """Return the time of the `minute`-th minute of the story that a test tells."""
    told = datetime(2024, 5, 1, tzinfo=UTC) + timedelta(minutes=minute)
    return told.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def serial(number: int, gtin: str = "06901234567892") -> str:
    """Return the URI of a single thing."""
    return f"https://id.gs1.org/01/{gtin}/21/S{number}"


def lot(name: str, gtin: str = "06901234567892") -> str:
    """Return the URI of a lot."""
    return f"https://id.gs1.org/01/{gtin}/10/{name}"
