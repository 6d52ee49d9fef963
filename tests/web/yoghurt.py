"""A cup of yoghurt from three farms to a shelf: its events, its history, its cards.

The events are whole, with quantities, partners and a driver's name; what a page may see of them is
cut out by the ledger's own split.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from trace.disclosure import split_event
from trace.history import History, HistoryStep
from typing import Any
from uuid import UUID

from codes.gs1.check_digit import mod10_check_digit
from ledger.parts import Part, merge
from parties.directory import CertificateCard, PartyCard, ProductCard, SiteCard
from parties.tables import PartyKind
from web.pages.model import Directory

TODAY = date(2026, 11, 8)


def _checked(body: str) -> str:
    return body + mod10_check_digit(body)


GTIN = _checked("0690123456701")
PRODUCT = f"https://id.gs1.org/01/{GTIN}"
LOT = f"{PRODUCT}/10/L20261102A"
ITEM = f"{PRODUCT}/21/K7Q2M9XR4TBW"
CASE = f"https://id.gs1.org/00/{_checked('06901234500000001')}"
MILK = f"https://id.gs1.org/01/{_checked('0690123456702')}"
MILKS = tuple(f"{MILK}/10/{name}-1101" for name in ("ZD", "XT", "LS"))


def _place(number: int) -> str:
    return f"https://id.gs1.org/414/{_checked(f'69012345{number:04d}')}"


# number, kind, zh, en, region, latitude, longitude, USCC, licence kind, licence number
_PARTIES: tuple[tuple[int, PartyKind, str, str, str, str, str, str, str, str], ...] = (
    (1, PartyKind.FARM, "正定滹沱河奶牛养殖场", "Hutuo River Dairy Farm, Zhengding", "130123",
     "38.146", "114.571", "91130123MA07XK2B3F", "VET", "冀石动防合字第20210123号"),
    (2, PartyKind.FARM, "行唐县口头奶牛合作社", "Koutou Dairy Co-operative, Xingtang", "130125",
     "38.438", "114.552", "93130125MA08RT5N1H", "VET", "冀石动防合字第20190417号"),
    (3, PartyKind.FARM, "灵寿县慈峪家庭牧场", "Ciyu Family Pasture, Lingshou", "130126",
     "38.307", "114.383", "92130126MA0A4PWE9T", "VET", "冀石动防合字第20220088号"),
    (4, PartyKind.CARRIER, "冀中冷链运输有限公司", "Jizhong Cold Chain Transport", "130111",
     "37.883", "114.648", "91130111MA0CB6JU57", "MTR", "冀A准运2026第0431号"),
    (5, PartyKind.PLANT, "石家庄太行乳业有限公司", "Taihang Dairy, Shijiazhuang", "130110",
     "38.090", "114.318", "91130110MA07D3LQ8X", "SC", "SC10513011000213"),
    (6, PartyKind.WAREHOUSE, "桥西城市冷库", "Qiaoxi City Cold Store", "130104",
     "38.028", "114.462", "91130104MA0EN9G4XW", "COLD", "冀石温储备2025第117号"),
    (7, PartyKind.SHOP, "北国超市中山路店", "Beiguo Supermarket, Zhongshan Road", "130102",
     "38.045", "114.512", "91130102MA07H1T65K", "JY", "JY11301020034519"),
)  # fmt: skip


def party_id(number: int) -> UUID:
    """Return the id of a party of the chain, 1 to 7."""
    return UUID(int=number)


def directory() -> Directory:
    """Return the register's cards of the whole chain."""
    parties = {
        party_id(number): PartyCard(
            id=party_id(number),
            uscc=uscc,
            name_zh=zh,
            name_en=en,
            kind=kind,
            licence_kind=licence_kind,
            licence_no=licence_no,
            region=region,
        )
        for number, kind, zh, en, region, _, _, uscc, licence_kind, licence_no in _PARTIES
    }
    sites = {
        _place(number): SiteCard(
            id=UUID(int=100 + number),
            party_id=party_id(number),
            uri=_place(number),
            name_zh=zh,
            name_en=en,
            region=region,
            latitude=Decimal(latitude),
            longitude=Decimal(longitude),
        )
        for number, _, zh, en, region, latitude, longitude, _, _, _ in _PARTIES
    }
    return Directory(
        sites=sites, products={PRODUCT: _product()}, parties=parties, certificates=_certificates()
    )


def _product() -> ProductCard:
    return ProductCard(
        id=UUID(int=200),
        party_id=party_id(5),
        uri=PRODUCT,
        name_zh="太行牧场原味酸奶",
        name_en="Taihang Pasture Natural Yoghurt",
        spec_zh="200 克 × 1 杯",
        spec_en="one cup of 200 g",
        class_code="dairy",
    )


def _certificates() -> tuple[CertificateCard, ...]:
    rows = (
        (5, True, "factory", "TH-2026-1102-A-017", "石家庄太行乳业检验中心", None, ""),
        (5, False, "haccp", "001HACCP2400317", "中国质量认证中心", date(2027, 6, 30), ""),
        (1, False, "green", "GF130123240117", "中国绿色食品发展中心", date(2026, 10, 31),
         "https://www.greenfood.org.cn/"),
    )  # fmt: skip
    return tuple(
        CertificateCard(
            id=UUID(int=300 + at),
            party_id=party_id(number),
            product_id=UUID(int=200) if is_product else None,
            lot=LOT.rpartition("/")[2] if kind == "factory" else None,
            kind=kind,
            number=text,
            issuer=issuer,
            from_on=date(2024, 7, 1),
            until_on=until_on,
            link=link,
        )
        for at, (number, is_product, kind, text, issuer, until_on, link) in enumerate(rows)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """An event as its party sent it, and how it belongs to the cup."""

    seq: int
    party: int
    event: dict[str, Any]
    items: tuple[str, ...]
    relation: str
    distance: int


def _degrees(low: float, high: float | None = None) -> list[dict[str, Any]]:
    reading: dict[str, Any] = {"type": "gs1:Temperature", "uom": "CEL", "deviceID": "urn:x:probe:7"}
    if high is None:
        reading["value"] = low
    else:
        reading.update(minValue=low, maxValue=high)
    return [{"sensorReport": [reading, {"type": "gs1:Mass", "value": 8120, "uom": "KGM"}]}]


def _event(
    at: str, step: str, place: int, /, kind: str = "ObjectEvent", **more: Any
) -> dict[str, Any]:
    """Return an event in November 2026 at `DD HH:MM` Beijing time."""
    day, clock = at.split()
    return {
        "type": kind,
        "eventTime": f"2026-11-{day}T{clock}:00.000+08:00",
        "eventTimeZoneOffset": "+08:00",
        "action": "OBSERVE",
        "bizStep": step,
        "readPoint": {"id": _place(place)},
        **more,
    }


def _test(item: str, result: str, report: str) -> dict[str, str]:
    return {"suxin:testItem": item, "suxin:testResult": result, "suxin:testReportNumber": report}


def sent_events() -> tuple[Sent, ...]:
    """Return the seventeen events of the cup by time."""
    return (*_milk_events(), *_yoghurt_events())


def _milk_events() -> tuple[Sent, ...]:
    temperatures, mornings = (3.4, 3.1, 3.8), ("05:10", "05:25", "05:40")
    milking = tuple(
        Sent(
            seq=4100 + 3 * farm,
            party=farm,
            event=_event(
                f"01 {mornings[farm - 1]}",
                "collecting",
                farm,
                action="ADD",
                sensorElementList=_degrees(temperatures[farm - 1]),
                quantityList=[{"epcClass": MILKS[farm - 1], "quantity": 8120, "uom": "KGM"}],
            ),
            items=(MILKS[farm - 1],),
            relation="input",
            distance=1,
        )
        for farm in (1, 2, 3)
    )
    testing = tuple(
        Sent(
            seq=4120 + farm,
            party=farm,
            event=_event(
                f"01 06:{farm}0", "inspecting", farm, **_test("antibiotics", "NEG", f"AB-{farm}71")
            ),
            items=(MILKS[farm - 1],),
            relation="input",
            distance=1,
        )
        for farm in (1, 2, 3)
    )
    return (*milking, *testing, *_tanker_events())


def _tanker_events() -> tuple[Sent, ...]:
    driver = {"suxin:driverName": "王强", "suxin:vehiclePlate": "冀A12345"}
    return (
        Sent(
            seq=4131,
            party=4,
            event=_event(
                "01 07:30", "transporting", 1, sensorElementList=_degrees(3.2, 4.6), **driver
            ),
            items=MILKS,
            relation="input",
            distance=1,
        ),
        Sent(
            seq=4160,
            party=5,
            event=_event("01 10:05", "receiving", 5, sensorElementList=_degrees(4.4)),
            items=MILKS,
            relation="input",
            distance=1,
        ),
        Sent(
            seq=4163,
            party=5,
            event=_event("01 10:40", "inspecting", 5, **_test("melamine", "ND", "TH-RM-2211")),
            items=MILKS,
            relation="input",
            distance=1,
        ),
    )


def _yoghurt_events() -> tuple[Sent, ...]:
    making = _event(
        "02 08:15",
        "commissioning",
        5,
        "TransformationEvent",
        disposition="active",
        inputQuantityList=[{"epcClass": uri, "quantity": 8120, "uom": "KGM"} for uri in MILKS],
        outputQuantityList=[{"epcClass": LOT, "quantity": 121000}],
        ilmd={
            "cbvmda:lotNumber": "L20261102A",
            "suxin:productionDate": "2026-11-02",
            "cbvmda:bestBeforeDate": "2026-11-23",
            "suxin:storageCondition": "2–6 ℃",
            "suxin:executiveStandard": "GB 19302",
        },
    )
    del making["action"]
    packing = _event("02 13:30", "packing", 5, "AggregationEvent", action="ADD", parentID=CASE)
    release = _event(
        "02 16:20",
        "inspecting",
        5,
        disposition="conformant",
        **_test("release", "PASS", "TH-A-017"),
    )
    cold = _event("03 02:10", "storing", 6, sensorElementList=_degrees(2.3, 4.1))
    road = _event("04 04:45", "transporting", 6, sensorElementList=_degrees(2.8, 5.2))
    unpacking = _event(
        "04 06:30", "unpacking", 7, "AggregationEvent", action="DELETE", parentID=CASE
    )
    rows = (
        (4207, 5, making, (LOT,), "lot", 0),
        (4219, 5, {**packing, "childEPCs": [ITEM, ITEM[:-1] + "V"]}, (ITEM, CASE), "self", 0),
        (4224, 5, release, (LOT,), "lot", 0),
        (4238, 4, _event("02 22:00", "departing", 5), (CASE,), "container", 1),
        (4251, 6, cold, (CASE,), "container", 1),
        (4302, 4, road, (CASE,), "container", 1),
        (4310, 7, _event("04 06:05", "receiving", 7), (CASE,), "container", 1),
        (4311, 7, {**unpacking, "childEPCs": [ITEM, ITEM[:-1] + "V"]}, (ITEM, CASE), "self", 0),
        (4315, 7, _event("04 07:20", "stocking", 7, disposition="sellable_accessible",
                         epcList=[ITEM]), (ITEM,), "self", 0),
    )  # fmt: skip
    return tuple(
        Sent(seq=seq, party=party, event=event, items=items, relation=relation, distance=distance)
        for seq, party, event, items, relation, distance in rows
    )


def recorded_at(sent: Sent) -> datetime:
    """Return when the ledger took an event: eleven minutes after it happened."""
    happened = datetime.fromisoformat(sent.event["eventTime"])
    return happened.astimezone(UTC) + timedelta(minutes=11)


def history(sent: Sequence[Sent] | None = None, **changes: Any) -> History:
    """Return the public history of the cup; `changes` go to the history itself."""
    steps = tuple(public_step(one) for one in (sent_events() if sent is None else sent))
    whole = History(subject=ITEM, steps=steps, truncated=False, log=1, size=4321)
    return replace(whole, **changes)


def public_step(sent: Sent) -> HistoryStep:
    """Return one step as anybody may see it."""
    public = split_event(sent.event, {"suxin": "urn:suxin:epcis:"})[Part.PUBLIC]
    event = merge([public])["event"]
    if not isinstance(event, dict):
        raise TypeError("an event is an object")
    return HistoryStep(
        log=1,
        seq=sent.seq,
        recorded_at=recorded_at(sent),
        event=event,
        party_id=party_id(sent.party),
        items=sent.items,
        relation=sent.relation,
        distance=sent.distance,
        is_damaged=False,
        error_declared_at=None,
    )


def with_step(whole: History, seq: int, **changes: Any) -> History:
    """Return the history with one step changed."""
    steps = tuple(replace(step, **changes) if step.seq == seq else step for step in whole.steps)
    return replace(whole, steps=steps)
