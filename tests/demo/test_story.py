"""The demonstration journeys as a careful reader would check them, with nothing running."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from trace.events.check import check_events

import orjson
import pytest

from base.strict_json import JsonObject
from codes.canonical import canonical_uri
from codes.registry import parse
from jobs.demo.events import SX
from jobs.demo.mill import BAG_KG
from jobs.demo.millet import pesticide_units
from jobs.demo.plot import Plot
from jobs.demo.register import PARTIES, PRODUCTS, SITES, standing_certificates
from jobs.demo.story import Story, tell
from jobs.demo.yoghurt import CUP_KG
from schemas.epcis import DocumentLimits, read_document

TOLD_AT = datetime(2026, 7, 22, 6, 45, 31, tzinfo=UTC)
MIDNIGHT = datetime(2026, 3, 1, 16, 0, 0, tzinfo=UTC)
PLOT = Plot(seed=1, told_at=TOLD_AT)
STORY = tell(PLOT)

UNIT_KG = {
    PRODUCTS["yoghurt_cup"].uri: Decimal(str(CUP_KG)),
    PRODUCTS["millet_bag"].uri: Decimal(str(BAG_KG)),
}
GROWING = f"{SX}harvesting"
"""The one step whose output weighs more than its input."""

_LISTS_OF_THINGS = ("epcList", "inputEPCList", "outputEPCList", "childEPCs")
_LISTS_OF_AMOUNTS = ("quantityList", "inputQuantityList", "outputQuantityList")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One event with who posts it."""

    author: str
    event: JsonObject

    @property
    def at(self) -> datetime:
        return datetime.fromisoformat(str(self.event["eventTime"]))

    def things(self, name: str) -> list[str]:
        listed = self.event.get(name, [])
        return [canonical_uri(str(uri)) for uri in listed] if isinstance(listed, list) else []

    def amounts(self, name: str) -> list[tuple[str, Decimal, str]]:
        listed = self.event.get(name, [])
        assert isinstance(listed, list)
        return [
            (canonical_uri(str(row["epcClass"])), Decimal(str(row["quantity"])), str(row["uom"]))
            for row in listed
            if isinstance(row, dict)
        ]

    def is_making(self) -> bool:
        is_added = self.event["type"] == "ObjectEvent" and self.event.get("action") == "ADD"
        return is_added or self.event["type"] == "TransformationEvent"


def told(story: Story) -> Iterator[Told]:
    for post in story.posts:
        for event in orjson.loads(post.body)["epcisBody"]["eventList"]:
            yield Told(author=post.author, event=event)


def kilograms(uri: str, quantity: Decimal, uom: str) -> Decimal:
    if uom == "KGM":
        return quantity
    assert uom == "H87"
    return quantity * unit_kilograms(uri)


def unit_kilograms(uri: str) -> Decimal:
    return UNIT_KG[uri.partition("/10/")[0].partition("/21/")[0]]


def test_every_party_has_a_valid_credit_code_and_party_number() -> None:
    for party in PARTIES.values():
        code = parse("cn_uscc", party.uscc)

        assert code.warnings == ()
        assert party.uscc[2:8] == party.region
        assert parse("gln", party.gln).text == party.gln
        assert party.gln.startswith(party.prefix)


def test_every_food_licence_has_the_right_check_digit() -> None:
    licences = [party for party in PARTIES.values() if party.licence_kind == "SC"]

    assert len(licences) == 4
    for party in licences:
        product = 10
        for digit in party.licence_no[2:-1]:
            product = ((product + int(digit)) % 10 or 10) * 2 % 11
        assert int(party.licence_no[-1]) == (11 - product) % 10
        assert party.licence_no[5:11] == party.region


def test_every_site_and_product_is_under_its_owners_company_prefix() -> None:
    for site in SITES.values():
        assert parse("gln", site.gln).text == site.gln
        assert site.gln.startswith(PARTIES[site.party].prefix)
        assert canonical_uri(site.uri) == site.uri
        assert canonical_uri(site.urn(PARTIES[site.party].prefix)) == site.uri
    for product in PRODUCTS.values():
        assert product.gtin[0] == "0"
        assert parse("gtin13", product.gtin[1:]).fields["gtin14"] == product.gtin
        assert product.gtin[1:].startswith(PARTIES[product.party].prefix)
        assert canonical_uri(product.uri) == product.uri


def test_every_site_lies_around_shijiazhuang() -> None:
    for site in SITES.values():
        assert Decimal("37.5") < Decimal(site.latitude) < Decimal("38.7")
        assert Decimal("113.8") < Decimal(site.longitude) < Decimal("115.4")
        assert site.region.startswith("1301")


def test_the_certificates_of_two_years_have_different_numbers() -> None:
    numbers = [one.number for year in (2026, 2027) for one in standing_certificates(year)]

    assert len(set(numbers)) == len(numbers)


def test_the_pesticide_units_are_valid_unit_codes() -> None:
    for unit in pesticide_units(PLOT):
        code = parse("cn_pesticide_unit32", unit.rpartition(":")[2])

        assert code.uri == unit
        assert code.fields["production"] == "登记证持有人生产"


def test_every_logistic_unit_has_a_valid_number() -> None:
    parents = {one.event["parentID"] for one in told(STORY) if "parentID" in one.event}

    assert len({canonical_uri(str(uri)) for uri in parents}) == 6
    for uri in parents:
        sscc = canonical_uri(str(uri)).rpartition("/")[2]
        assert parse("sscc", sscc).text == sscc


@pytest.mark.parametrize("told_at", [TOLD_AT, MIDNIGHT])
def test_every_document_is_accepted_by_the_door_at_the_time_of_telling(told_at: datetime) -> None:
    story = tell(Plot(seed=7, told_at=told_at))

    for post in story.posts:
        document = read_document(post.body, limits=DocumentLimits())

        assert check_events(document, now=told_at, future_max=timedelta(0)) == []
        assert len(document.events) == post.events
        assert document.namespaces["sx"] == SX


@pytest.mark.parametrize("hour", range(24))
def test_the_story_runs_forward_and_ends_two_hours_before_it_is_told(hour: int) -> None:
    told_at = MIDNIGHT + timedelta(hours=hour, minutes=59, seconds=59)

    story = tell(Plot(seed=1, told_at=told_at))

    last = max(one.at for one in told(story))
    assert timedelta(hours=2) <= told_at - last < timedelta(hours=2, minutes=1)
    made: dict[str, datetime] = {}
    for one in sorted(told(story), key=lambda one: one.at):
        for uri in _named(one):
            assert made.setdefault(uri, one.at) <= one.at
    _assert_documents_are_in_order(story)


def _assert_documents_are_in_order(story: Story) -> None:
    known: set[str] = set()
    for one in told(story):
        known |= _made(one)
        assert _named(one) <= known, "a document names what no document before it has made"


def _named(one: Told) -> set[str]:
    things = {uri for name in _LISTS_OF_THINGS for uri in one.things(name)}
    lots = {uri for name in _LISTS_OF_AMOUNTS for uri, _, _ in one.amounts(name)}
    parent = one.event.get("parentID")
    return things | lots | ({canonical_uri(parent)} if isinstance(parent, str) else set())


def _made(one: Told) -> set[str]:
    if one.event["type"] == "AggregationEvent" and one.event["action"] == "ADD":
        return {canonical_uri(str(one.event["parentID"]))}
    if not one.is_making():
        return set()
    lists = ("outputEPCList",) if one.event["type"] == "TransformationEvent" else ("epcList",)
    amounts = (
        ("outputQuantityList",) if one.event["type"] == "TransformationEvent" else ("quantityList",)
    )
    return {uri for name in lists for uri in one.things(name)} | {
        uri for name in amounts for uri, _, _ in one.amounts(name)
    }


def test_nothing_is_made_twice() -> None:
    counted: dict[str, int] = defaultdict(int)
    for one in told(STORY):
        for uri in _made(one):
            counted[uri] += 1

    assert {uri for uri, times in counted.items() if times > 1} == set()


def test_no_step_gives_more_than_it_takes() -> None:
    steps = [one for one in told(STORY) if one.event["type"] == "TransformationEvent"]

    assert len(steps) == 6
    for one in steps:
        taken = sum((kilograms(*row) for row in one.amounts("inputQuantityList")), Decimal())
        given = sum((kilograms(*row) for row in one.amounts("outputQuantityList")), Decimal())
        given += sum(map(unit_kilograms, one.things("outputEPCList")), Decimal())
        assert (given <= taken) == (one.event["bizStep"] != GROWING)
        assert given > 0


def test_no_lot_is_used_beyond_what_was_made_of_it() -> None:
    left: dict[str, Decimal] = defaultdict(Decimal)
    for one in told(STORY):
        if one.is_making():
            name = "outputQuantityList" if "outputQuantityList" in one.event else "quantityList"
            for uri, quantity, _ in one.amounts(name):
                left[uri] += quantity
        for uri, quantity, _ in one.amounts("inputQuantityList"):
            left[uri] -= quantity

    assert min(left.values()) >= 0
    assert len(left) == 13


def test_every_event_happens_at_a_place_of_the_party_that_posts_it() -> None:
    owners = {site.uri: site.party for site in SITES.values()}
    for one in told(STORY):
        for name in ("readPoint", "bizLocation"):
            place = one.event.get(name)
            if isinstance(place, dict):
                assert owners[canonical_uri(str(place["id"]))] == one.author


def test_every_party_makes_only_its_own_products() -> None:
    owners = {product.uri: product.party for product in PRODUCTS.values()}
    for one in told(STORY):
        for uri in _made(one):
            gtin = uri.partition("/10/")[0].partition("/21/")[0]
            assert owners.get(gtin, one.author) == one.author


def test_every_party_of_the_register_posts_something() -> None:
    assert {post.author for post in STORY.posts} == set(PARTIES)


def test_whatever_was_packed_is_unpacked_with_the_same_content() -> None:
    packed: dict[str, list[str]] = {}
    for one in told(STORY):
        if one.event["type"] != "AggregationEvent":
            continue
        parent = canonical_uri(str(one.event["parentID"]))
        if one.event["action"] == "ADD":
            packed[parent] = one.things("childEPCs")
        else:
            assert packed.pop(parent) == one.things("childEPCs")

    assert packed == {}


def test_the_pages_to_open_are_of_things_in_the_story() -> None:
    made = set().union(*(_made(one) for one in told(STORY)))

    assert {STORY.cup, STORY.sold_cup, STORY.cup_lot, STORY.bag, STORY.bag_lot} <= made
    sold = [uri for one in told(STORY) if _is_sale(one) for uri in one.things("epcList")]
    assert STORY.sold_cup in sold
    assert STORY.cup not in sold
    assert STORY.bag not in sold


def _is_sale(one: Told) -> bool:
    return one.event["bizStep"] == "retail_selling"


def test_the_test_reports_in_the_register_are_those_that_events_cite() -> None:
    cited = {str(one.event.get("sx:testReportNumber")) for one in told(STORY)}

    reports = {one.number for one in STORY.certificates if one.kind == "factory"}
    assert len(reports) == 2
    assert reports <= cited


def test_the_same_seed_at_the_same_instant_is_the_same_bytes() -> None:
    again = tell(Plot(seed=1, told_at=TOLD_AT))

    assert again == STORY
    assert len({post.idempotency_key for post in STORY.posts}) == len(STORY.posts)


@pytest.mark.parametrize(
    "other",
    [Plot(seed=2, told_at=TOLD_AT), Plot(seed=1, told_at=TOLD_AT + timedelta(minutes=1))],
)
def test_another_seed_or_another_instant_has_nothing_in_common(other: Plot) -> None:
    made = set().union(*(_made(one) for one in told(STORY)))
    made_again = set().union(*(_made(one) for one in told(tell(other))))

    assert len(made_again) == len(made)
    assert made & made_again == set()


def test_a_fixed_hour_is_refused_for_the_last_days() -> None:
    with pytest.raises(ValueError, match="counted back in hours"):
        PLOT.on(1, "08:00")
