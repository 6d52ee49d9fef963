"""Everything that became of one lot whose every lot travelled in a box, beside the bare query.

The traced tree is recorded through the door: each lot is packed into a box by who made it and taken
out by whom it was sent to, so that each stay is ended by somebody whose standing must be looked up
(`docs/adr/0010`). The links around it are written at once, as in `benchmarks.lineage`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from trace.capture import Submission, submit
from trace.identifiers import find_ids
from trace.lineage import Direction, Reach
from trace.projections.lineage import bring_up
from trace.tracing import trace_goods
from typing import Final
from uuid import UUID, uuid4

import orjson

from base.clock import SystemClock
from base.db import reading, transaction
from base.strict_json import JsonObject
from benchmarks.data import PLANT, PRODUCT, SHOP
from benchmarks.harness import (
    DATABASE_WORDS,
    DATABASES,
    Bench,
    Contest,
    Reading,
    Result,
    Side,
    compete,
    timed,
)
from benchmarks.lineage import LOG, bare, fill, timed_bare, timed_trace
from benchmarks.places import Place, new_place
from parties.actors import Role, actor_of_key
from parties.drafts import PartyDraft, SiteDraft
from parties.register import register_party, register_site
from parties.tables import PartyKind
from schemas.epcis import read_document

_USES: Final = 4
_LOTS: Final = 4
_EVENTS_PER_DOCUMENT: Final = 500
_START: Final = datetime(2026, 3, 1, tzinfo=UTC)
_CONTEXT: Final = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"


def lineage_stays(bench: Bench) -> Iterator[Result]:
    """Yield descendants a second on each database, for goods that somebody else unpacks."""
    for kind in DATABASES:
        place = new_place(bench, kind)
        fill(place, levels=bench.scale.lineage_levels, links=bench.scale.links)
        root = record_tree(place, bench.scale.lineage_levels)
        count = len(bare(place, root))
        contest = Contest(
            title=f"Forward trace through boxes, {DATABASE_WORDS[kind]}",
            about=f"{count:,} descendants of one lot, lots, makings and boxes, among"
            f" {bench.scale.links:,} links. Every lot was boxed by its maker and taken out by who"
            " received it; the walk asks who may have ended a stay where that decides, the answer"
            " of the API of every stay, the floor minds neither times nor people.",
            unit="descendants/s",
            sides=(
                Side(name="trace", run=partial(timed_trace, place, root, count)),
                Side(name="answer of the API", run=partial(_timed_answer, place, count)),
                Side(name="floor: recursive query", run=partial(timed_bare, place, root, count)),
            ),
            target="at least 0.5 of the floor",
        )
        yield compete(contest, pairs=bench.pairs)


def _timed_answer(place: Place, count: int) -> Reading:
    """Time the whole answer: names, every step, and who may have ended each stay."""
    reach = Reach(items_max=count + 1, depth_max=1000)
    engine = place.services.engine
    return timed(
        lambda: trace_goods(engine, LOG, [lot_uri(0)], Direction.FORWARD, reach), count=count
    )


def record_tree(place: Place, levels: int) -> int:
    """Record the tree through the door and bring its links up; return the number of its root."""
    receiver = _register_receiver(place)
    tree = _Tree()
    tree.grow(levels)
    for party_id, events in ((place.party_id, tree.by_maker), (receiver, tree.by_receiver)):
        for at in range(0, len(events), _EVENTS_PER_DOCUMENT):
            _record(place, party_id, events[at : at + _EVENTS_PER_DOCUMENT])
    engine = place.services.engine
    bring_up(engine, LOG)
    with reading(engine) as connection:
        return find_ids(connection, LOG, [lot_uri(0)])[lot_uri(0)]


def _register_receiver(place: Place) -> UUID:
    now = SystemClock().now()
    with transaction(place.services.engine) as connection:
        party = PartyDraft(
            name_zh="青禾商店", kind=PartyKind.SHOP, licence_kind="bench", licence_no="2"
        )
        party_id = register_party(connection, party, now=now).id
        site = SiteDraft(party_id=party_id, uri=SHOP, name_zh="青禾商店", name_en="Qinghe shop")
        register_site(connection, site, now=now)
    return party_id


def _record(place: Place, party_id: UUID, events: list[JsonObject]) -> None:
    body = orjson.dumps(
        {
            "@context": [_CONTEXT],
            "type": "EPCISDocument",
            "schemaVersion": "2.0",
            "creationDate": "2026-03-01T08:00:00.000+08:00",
            "epcisBody": {"eventList": events},
        }
    )
    document = read_document(body, limits=place.services.document_limits)
    actor = actor_of_key(key_id=uuid4(), role=Role.PRODUCER, party_id=party_id)
    submit(place.services.desk, Submission(actor=actor, document=document))


@dataclass(slots=True)
class _Tree:
    """The events of a tree of lots; lot 0 is its root."""

    lots: int = 1
    by_maker: list[JsonObject] = field(default_factory=list)
    by_receiver: list[JsonObject] = field(default_factory=list)

    def grow(self, levels: int) -> None:
        """Box the root, and let each lot of a level go into makings that give those of the next."""
        layer = [0]
        self._box(0, 0)
        for level in range(levels):
            following: list[int] = []
            for lot in layer:
                for _ in range(_USES):
                    made = list(range(self.lots, self.lots + _LOTS))
                    self.lots += _LOTS
                    self.by_maker.append(_making(3 * level + 2, lot, made))
                    for one in made:
                        self._box(3 * level + 3, one)
                    following += made
            layer = following

    def _box(self, hour: int, lot: int) -> None:
        self.by_maker.append(_boxing(hour, lot, "ADD"))
        self.by_receiver.append(_boxing(hour + 1, lot, "DELETE"))


def _making(hour: int, used: int, made: list[int]) -> JsonObject:
    return {
        "type": "TransformationEvent",
        **_head(hour),
        "inputQuantityList": [_amount(used, 10)],
        "outputQuantityList": [_amount(one, 2) for one in made],
    }


def _boxing(hour: int, lot: int, action: str) -> JsonObject:
    receiver: JsonObject = {"type": "possessing_party", "destination": SHOP}
    return {
        "type": "AggregationEvent",
        **_head(hour, PLANT if action == "ADD" else SHOP),
        "action": action,
        "parentID": f"https://id.gs1.org/00/{_sscc(lot)}",
        "childQuantityList": [_amount(lot, 2)],
        **({"destinationList": [receiver]} if action == "ADD" else {}),
    }


def _head(hour: int, place: str = PLANT) -> JsonObject:
    at = (_START + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%S.000+08:00")
    return {"eventTime": at, "eventTimeZoneOffset": "+08:00", "readPoint": {"id": place}}


def _amount(lot: int, kilos: int) -> JsonObject:
    return {"epcClass": lot_uri(lot), "quantity": kilos, "uom": "KGM"}


def lot_uri(number: int) -> str:
    """Return the code of the n-th lot; 0 is the root."""
    return f"{PRODUCT}/10/T{number}"


def _sscc(number: int) -> str:
    body = f"06901234{number:09d}"
    weighed = sum(int(digit) * (3 if at % 2 == 0 else 1) for at, digit in enumerate(body))
    return f"{body}{-weighed % 10}"
