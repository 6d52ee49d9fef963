"""What faults need beside events: papers that ran out, a list of parties, scans of copied codes.

One rule: it goes in by the same doors as anybody's papers and scans.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from hashlib import sha256
from trace.findings.model import Listing
from trace.scans.alerts import judge_due, keep_judged
from trace.scans.known import known_codes
from trace.scans.model import Scan
from trace.scans.recording import View, record_views
from trace.scans.subjects import subject_of
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.db import reading, transaction
from benchmarks.city.faults import Fault
from benchmarks.city.people import City
from benchmarks.city.place import CityPlace
from benchmarks.city.templates import BEGINNING
from jobs.instance import Instance
from jobs.scans import alert_sources
from parties.directory import products_by_uri
from parties.drafts import CertificateDraft
from parties.register import register_certificate

_SCANNERS: Final = 14
_LOT: Final = "/10/"


def tell_the_rest(place: CityPlace, faults: Iterable[Fault]) -> None:
    """Register the papers of faults and scan the codes of others."""
    by_code: dict[str, list[Fault]] = {}
    for fault in faults:
        by_code.setdefault(fault.code, []).append(fault)
    lots = [one.subjects[0] for one in by_code.get("expired_certificate", [])]
    with transaction(place.services.engine) as connection:
        _register_old_papers(place, connection, lots)
    _scan(place, [one.subjects[0] for one in by_code.get("clone_suspicion", [])])


def listings_of(place: CityPlace, city: City) -> "_Listings":
    """Return the list on which one party of the city stands."""
    return _Listings(place.parties[city.wrong["listed_party"].at])


class _Listings:
    """A source of lists, as findings ask it."""

    def __init__(self, party_id: UUID) -> None:
        self._party_id = party_id

    def __call__(
        self,
        connection: Connection,  # noqa: ARG002 -- the signature is that of a source
        parties: Collection[UUID],
    ) -> Mapping[UUID, Sequence[Listing]]:
        if self._party_id not in parties:
            return {}
        from_on = BEGINNING.date() - timedelta(days=30)
        return {self._party_id: [Listing(list_name="city", from_on=from_on, until_on=None)]}


def _register_old_papers(place: CityPlace, connection: Connection, lots: Sequence[str]) -> None:
    cards = products_by_uri(connection, {lot.partition(_LOT)[0] for lot in lots})
    for lot in lots:
        product, _, number = lot.partition(_LOT)
        draft = CertificateDraft(
            party_id=cards[product].party_id,
            product_id=cards[product].id,
            lot=number,
            kind="organic",
            number=f"OG-{number}",
            issuer="有机产品示例认证中心",
            from_on=BEGINNING.date() - timedelta(days=400),
            until_on=BEGINNING.date() - timedelta(days=1),
        )
        register_certificate(connection, draft, now=place.clock.now())


def _scan(place: CityPlace, codes: Sequence[str]) -> None:
    """Let many devices look at each of these codes, and work out what that means."""
    parts = place.services
    now = place.clock.now()
    views = [
        View(subject=subject, scan=Scan(at=now, device=sha256(f"{number}".encode()).digest()[:12]))
        for code in codes
        if (subject := subject_of(code)) is not None
        for number in range(_SCANNERS)
    ]
    instance = Instance(
        settings=parts.settings,
        engine=parts.engine,
        clock=place.clock,
        key_ring=parts.key_ring,
        desk=parts.desk,
        secret=parts.secret,
    )
    with transaction(parts.engine) as connection:
        record_views(connection, views, known_codes(parts.secret, place.log), now=now)
    with reading(parts.engine) as connection:
        judged = judge_due(connection, alert_sources(instance), now=now, items_max=len(codes) + 1)
    with transaction(parts.engine) as connection:
        keep_judged(connection, judged)
