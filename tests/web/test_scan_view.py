"""The consumer's view: what a history says to somebody who holds the cup."""

from dataclasses import replace
from datetime import date
from typing import Any, get_args

import pytest

from parties.tables import PartyKind
from schemas.cbv import BIZ_STEP, DISPOSITION
from tests.web import yoghurt
from tests.web.views import facts, later, view_of
from web.pages.chain_picture import LYING_WIDTH, UPRIGHT_WIDTH, draw_lying, draw_upright, wrap
from web.pages.model import Directory, Fact, NoticeKind, Stage
from web.pages.notices import _TONES
from web.pages.scan_view import build_scan_view, shown_gtin
from web.pages.words import DISPOSITIONS, STAGES, STEPS, by_name, local_name, step_key


def test_the_view_names_the_cup_its_lot_and_its_dates() -> None:
    identity = view_of(yoghurt.history()).identity

    assert identity.name == "太行牧场原味酸奶"
    assert identity.other_name == "Taihang Pasture Natural Yoghurt"
    assert (identity.gtin, identity.lot) == ("6901234567014", "L20261102A")
    assert identity.serial == "K7Q2M9XR4TBW"
    assert (identity.produced_on, identity.expires_on) == ("2026-11-02", "2026-11-23")
    assert not identity.is_expired


def test_three_farms_and_eighteen_steps_are_counted() -> None:
    summary = view_of(yoghurt.history()).summary

    assert (summary.origins, summary.origin_stage) == (3, "farm")
    assert (summary.steps, summary.parties, summary.last_stage) == (18, 7, "shop")
    assert (summary.damaged, summary.withdrawn) == (0, 0)


def test_the_maker_of_the_feed_is_no_farm_that_the_milk_comes_from() -> None:
    cards = yoghurt.directory()
    feed = replace(cards.parties[yoghurt.party_id(1)], kind=PartyKind.INPUT_MAKER)
    parties = {**cards.parties, feed.id: feed}

    view = build_scan_view(yoghurt.history(), replace(cards, parties=parties), "zh", yoghurt.TODAY)

    assert (view.summary.origins, view.summary.origin_stage) == (2, "farm")


def test_stages_stand_in_the_order_in_which_the_goods_passed_them() -> None:
    stages = [group.stage for group in view_of(yoghurt.history()).stages]

    assert stages == ["farm", "transport", "plant", "transport", "storage", "transport", "shop"]


def test_the_steps_of_one_farm_stand_together() -> None:
    farm = view_of(yoghurt.history()).stages[0]

    assert [step.place for step in farm.steps if step.is_new_place] == [
        "正定滹沱河奶牛养殖场",
        "行唐县口头奶牛合作社",
        "灵寿县慈峪家庭牧场",
    ]
    assert [step.seq for step in farm.steps] == [4103, 4121, 4106, 4122, 4109, 4123]


def test_every_step_of_the_history_is_on_the_page_once() -> None:
    history = yoghurt.history()

    shown = [step.seq for group in view_of(history).stages for step in group.steps]

    assert sorted(shown) == sorted(step.seq for step in history.steps)


def test_no_quantity_partner_or_person_reaches_the_view() -> None:
    text = repr(view_of(yoghurt.history())) + repr(view_of(yoghurt.history(), lang="en"))

    for secret in ("8120", "121000", "王强", "冀A12345", "probe"):
        assert secret not in text


def test_a_weight_that_slipped_into_the_public_part_is_still_not_shown() -> None:
    weighed = {"sensorReport": [{"type": "gs1:Mass", "value": 8120, "uom": "KGM"}]}
    history = later(yoghurt.history(), sensorElementList=[weighed], quantityList=[{"quantity": 7}])

    assert facts(view_of(history), 4320) == ()


def test_temperatures_and_test_results_are_told_in_plain_words() -> None:
    view = view_of(yoghurt.history())

    assert facts(view, 4103) == (Fact(label="温度", value="3.4 ℃"),)
    assert facts(view, 4251) == (Fact(label="温度", value="最低 2.3 ℃，最高 4.1 ℃"),)
    assert facts(view, 4121)[0] == Fact(label="抗生素残留", value="阴性（未检出）", tone="good")


def test_the_english_view_speaks_english() -> None:
    view = view_of(yoghurt.history(), lang="en")

    assert view.identity.name == "Taihang Pasture Natural Yoghurt"
    assert facts(view, 4251) == (Fact(label="Temperature", value="lowest 2.3 °C, highest 4.1 °C"),)
    assert view.stages[0].steps[0].title == "Collected"
    assert view.makers[0].kind == "farm"


def test_times_are_those_of_the_clock_where_it_happened() -> None:
    history = yoghurt.with_step(
        yoghurt.history(),
        4315,
        event={
            "type": "ObjectEvent",
            "bizStep": "stocking",
            "eventTime": "2026-11-03T23:20:00.000Z",
            "eventTimeZoneOffset": "+09:30",
        },
    )

    step = view_of(history).stages[-1].steps[-1]
    when, here = step.when, step.here

    assert when is not None
    assert here is not None
    assert (here.date, here.time, here.offset) == ("2026-11-04", "07:20", "+08:00")
    assert view_of(history).stages[-1].steps[0].here is None
    assert (when.date, when.time, when.offset) == ("2026-11-04", "08:50", "+09:30")
    assert when.iso == "2026-11-03T23:20:00.000Z"


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": 5, "eventTime": 7, "bizStep": None, "readPoint": "x", "ilmd": [1]},
        {"eventTime": "2026-11-04T07:20:00", "sensorElementList": [{"sensorReport": ["x"]}, 3]},
        {"eventTime": "yesterday", "eventTimeZoneOffset": "+99:00", "persistentDisposition": "x"},
        {"readPoint": {"id": "https://id.gs1.org/414/123"}, "bizStep": "https://x.example/folding"},
    ],
)
def test_an_event_of_any_shape_is_shown_without_what_cannot_be_read(event: dict[str, Any]) -> None:
    view = view_of(yoghurt.with_step(yoghurt.history(), 4315, event=event))

    step = next(step for group in view.stages for step in group.steps if step.seq == 4315)
    assert step.when is None
    assert step.title in {"已记录", "“folding”（企业自定义步骤）"}


def test_an_unknown_item_of_a_known_product_is_no_unknown_code() -> None:
    view = view_of(yoghurt.history([], subject=yoghurt.ITEM))
    stranger = build_scan_view(yoghurt.history([]), Directory(), "zh", yoghurt.TODAY)

    assert view.is_known
    assert view.identity.name == "太行牧场原味酸奶"
    assert not stranger.is_known


def test_the_products_own_certificates_come_first_and_old_ones_are_marked() -> None:
    papers = view_of(yoghurt.history()).certificates

    assert [paper.kind for paper in papers] == ["出厂检验报告", "HACCP 体系认证", "绿色食品认证"]
    assert [paper.lot for paper in papers] == ["L20261102A", "", ""]
    assert [paper.validity for paper in papers] == ["held", "held", "not_then"]


@pytest.mark.parametrize(
    ("at", "from_on", "until_on", "today", "validity"),
    [
        # Of the dairy, which acts from 1 to 2 November; of the lot, made on 2 November.
        (1, "2026-11-01", "2026-11-02", "2026-11-02", "held"),
        (1, "2026-11-01", "2026-11-02", "2026-11-03", "ended"),
        (1, "2026-11-02", "2027-11-01", "2026-11-03", "not_then"),
        (1, "2026-01-01", "2026-11-01", "2026-11-03", "not_then"),
        (0, "2026-11-05", None, "2026-11-06", "held"),
        (0, "2026-11-05", "2026-11-01", "2026-11-06", "not_then"),
    ],
)
def test_a_certificate_is_held_against_the_days_of_what_it_speaks_for(
    at: int, from_on: str, until_on: str | None, today: str, validity: str
) -> None:
    cards = yoghurt.directory()
    card = replace(
        cards.certificates[at],
        from_on=date.fromisoformat(from_on),
        until_on=date.fromisoformat(until_on) if until_on else None,
    )

    view = build_scan_view(
        yoghurt.history(),
        replace(cards, certificates=(card,)),
        "zh",
        date.fromisoformat(today),
    )

    assert [paper.validity for paper in view.certificates] == [validity]


def test_only_a_web_address_becomes_a_link() -> None:
    cards = yoghurt.directory()
    evil = replace(cards.certificates[0], link="javascript:alert(1)")

    view = build_scan_view(
        yoghurt.history(), replace(cards, certificates=(evil,)), "zh", yoghurt.TODAY
    )

    assert view.certificates[0].link == ""


def test_the_picture_lets_three_farms_meet_in_one_tanker() -> None:
    chain = view_of(yoghurt.history()).chain

    assert [(node.rank, node.lanes) for node in chain.nodes[:4]] == [(0, 3), (0, 3), (0, 3), (1, 1)]
    assert chain.links[:3] == (("0:0", "1:0"), ("0:1", "1:0"), ("0:2", "1:0"))
    assert chain.ranks == 7


def test_a_fifth_farm_becomes_a_number_in_the_picture() -> None:
    sent = yoghurt.sent_events()
    milking = sent[0]
    farms = [
        replace(
            milking,
            seq=5000 + at,
            event={**milking.event, "readPoint": {"id": _place(at)}},
            items=(f"{yoghurt.MILK}/10/F{at}",),
        )
        for at in range(9)
    ]
    tanker = replace(sent[6], items=tuple(farm.items[0] for farm in farms))
    cards = yoghurt.directory()
    base = next(iter(cards.sites.values()))
    sites = {
        _place(at): replace(base, uri=_place(at), name_zh=f"牧场{at}", party_id=base.party_id)
        for at in range(9)
    }
    history = yoghurt.history([*farms, tanker])

    view = build_scan_view(
        history, replace(cards, sites={**cards.sites, **sites}), "zh", yoghurt.TODAY
    )

    assert [node.more for node in view.chain.nodes if node.rank == 0] == [0, 0, 0, 6]
    assert all(first.startswith("0:") for first, _ in view.chain.links)


def _place(at: int) -> str:
    return f"https://farms.example/{at}"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_everything_drawn_lies_inside_the_picture(lang: Any) -> None:
    chain = view_of(yoghurt.history(), lang=lang).chain

    for picture, width in (
        (draw_lying(chain, lang), LYING_WIDTH),
        (draw_upright(chain, lang), UPRIGHT_WIDTH),
    ):
        assert picture.width == width
        for dot in picture.dots:
            assert picture.radius <= dot.x <= width - picture.radius
            assert picture.radius <= dot.y <= picture.height - picture.radius
        assert all(0 < text.y <= picture.height for text in picture.texts)


def test_a_long_name_becomes_two_like_lines() -> None:
    assert wrap("北国超市", 100) == ("北国超市",)
    assert wrap("冀中冷链运输有限公司", 100) == ("冀中冷链运", "输有限公司")
    assert wrap("Hutuo River Dairy Farm", 120) == ("Hutuo River", "Dairy Farm")
    assert wrap("石" * 40, 100)[1].endswith("…")
    assert wrap("", 100) == ()


def test_gtins_are_shown_as_they_are_printed() -> None:
    assert shown_gtin("06901234567014") == "6901234567014"
    assert shown_gtin("00000096385074") == "96385074"
    assert shown_gtin("16901234567011") == "16901234567011"


def test_every_spelling_of_a_step_is_one_word() -> None:
    for spelling in (
        "shipping",
        "urn:epcglobal:cbv:bizstep:shipping",
        "https://ref.gs1.org/cbv/BizStep-shipping",
        "cbv:BizStep-shipping",
    ):
        assert local_name(spelling) == "shipping"
    assert step_key("TransformationEvent", "commissioning") == "TransformationEvent|commissioning"
    assert step_key("ObjectEvent", "commissioning") == "commissioning"


def test_the_word_lists_are_complete_and_said_twice() -> None:
    assert BIZ_STEP.words <= set(STEPS)
    assert DISPOSITION.words == set(DISPOSITIONS)
    assert set(STAGES) == set(get_args(Stage))
    assert {*_TONES, "sold"} == set(get_args(NoticeKind))
    assert all(words.title.zh and words.title.en for words in STEPS.values())


def test_a_table_of_words_refuses_a_second_row_of_a_name() -> None:
    with pytest.raises(ValueError, match="two rows for a"):
        by_name([("a", "甲", "A"), ("a", "乙", "B")])
