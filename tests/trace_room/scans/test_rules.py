"""Each rule exactly at, below and above its limit, and against a slow and simple count."""

from datetime import date, timedelta
from trace.scans.model import CodeLife, Place, Scan, period_of, period_start
from trace.scans.rule_table import ADDRESS_RULES, CODE_RULES, build_table, find_rule, rules_on
from trace.scans.rules import Evidence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.trace_room.scans.samples import (
    NOW,
    SHANGHAI,
    SHIJIAZHUANG,
    START,
    at,
    judge,
    rule,
    scan,
)

MONTH_H = 30 * 24


@pytest.mark.parametrize(("devices", "is_found"), [(9, False), (10, False), (11, True)])
def test_ten_devices_in_a_month_are_in_order_and_eleven_are_told(
    devices: int, is_found: bool
) -> None:
    scans = [scan(hour=n, device=n) for n in range(devices)]

    found = judge(rule("many_devices"), *scans)

    assert (found is not None) is is_found
    if found is not None:
        assert (found.count, found.first_at, found.last_at) == (11, at(0), at(10))


def test_one_device_is_one_however_often_it_looks() -> None:
    assert judge(rule("many_devices", limit=1), *(scan(hour=n) for n in range(100))) is None


@pytest.mark.parametrize(("last_h", "is_found"), [(48, True), (48.001, False)])
def test_the_ends_of_a_window_belong_to_it(last_h: float, is_found: bool) -> None:
    row = rule("many_devices", limit=1, window=timedelta(hours=48))

    found = judge(row, scan(hour=0, device=1), scan(hour=last_h, device=2))

    assert (found is not None) is is_found


def test_devices_of_two_periods_are_never_added_up() -> None:
    before = [scan(hour=MONTH_H - 1 - n, device=n) for n in range(6)]
    after = [scan(hour=MONTH_H + n, device=100 + n) for n in range(6)]

    found = judge(rule("many_devices", limit=5), *before, *after)

    assert found is not None
    assert found.count == 6
    assert judge(rule("many_devices", limit=6), *before, *after) is None


@pytest.mark.parametrize(("provinces", "is_found"), [(2, False), (3, False), (4, True)])
def test_four_provinces_in_a_month_are_told(provinces: int, is_found: bool) -> None:
    regions = ["130102", "130133", "310101", "440305", "510104"]
    scans = [scan(hour=n, region=region) for n, region in enumerate(regions[: provinces + 1])]

    # The first two are of one province.
    found = judge(rule("many_provinces"), scan(hour=0), *scans)

    assert (found is not None) is is_found


@pytest.mark.parametrize(("areas", "is_found"), [(3, False), (4, False), (5, True)])
def test_five_areas_in_a_month_are_told(areas: int, is_found: bool) -> None:
    places = [Place(lat_tenths=300 + 10 * n, lon_tenths=1145) for n in range(areas)]

    found = judge(rule("many_places"), *(scan(hour=n, place=one) for n, one in enumerate(places)))

    assert (found is not None) is is_found


def test_four_cells_around_one_corner_are_no_journey() -> None:
    corner = [Place(lat_tenths=lat, lon_tenths=lon) for lat in (379, 380) for lon in (1149, 1150)]

    scans = [scan(hour=n, device=n, place=one) for n, one in enumerate(corner)]

    assert judge(rule("many_places"), *scans) is None
    assert judge(rule("impossible_travel"), *scans) is None


# At least 973 km lie between the two cells; at 1,000 km/h that takes 58 minutes and 22.8 seconds.
@pytest.mark.parametrize(
    ("seconds", "is_found"), [(0, True), (3502, True), (3503, False), (7200, False)]
)
def test_nobody_travels_faster_than_a_thousand_kilometres_an_hour(
    seconds: int, is_found: bool
) -> None:
    here = scan(hour=0, device=1, place=SHIJIAZHUANG)
    there = scan(hour=seconds / 3600, device=2, place=SHANGHAI)

    found = judge(rule("impossible_travel"), here, there)

    assert (found is not None) is is_found
    if found is not None:
        assert found.numbers == {"km": 973, "minutes": -(-seconds // 60)}


def test_a_speed_that_is_exactly_the_limit_is_in_order() -> None:
    here = scan(hour=0, device=1, place=SHIJIAZHUANG)
    there = scan(hour=1, device=2, place=SHANGHAI)

    assert judge(rule("impossible_travel", limit=973), here, there) is None
    assert judge(rule("impossible_travel", limit=972), here, there) is not None


def test_one_device_does_not_travel_against_itself() -> None:
    here = scan(hour=0, device=1, place=SHIJIAZHUANG)
    there = scan(hour=0.1, device=1, place=SHANGHAI)

    assert judge(rule("impossible_travel"), here, there) is None


@pytest.mark.parametrize(("km_min", "is_found"), [(972, True), (973, True), (974, False)])
def test_places_nearer_than_the_least_distance_are_one(km_min: int, is_found: bool) -> None:
    here = scan(hour=0, device=1, place=SHIJIAZHUANG)
    there = scan(hour=0, device=2, place=SHANGHAI)

    found = judge(rule("impossible_travel", km_min=km_min), here, there)

    assert (found is not None) is is_found


def test_a_journey_is_found_across_scans_that_told_no_place_and_a_device_that_told_two() -> None:
    scans = [
        scan(hour=0, device=1, place=SHIJIAZHUANG),
        scan(hour=0.1, device=3),
        scan(hour=0.2, device=1, place=SHANGHAI),
        scan(hour=0.3, device=2, place=SHANGHAI),
    ]

    found = judge(rule("impossible_travel"), *scans)

    assert found is not None
    assert (found.first_at, found.last_at, found.count) == (at(0), at(0.3), 1)


@pytest.mark.parametrize(
    ("activated_h", "is_found"), [(24, False), (24.001, True), (100, True), (-1, False)]
)
def test_a_scan_more_than_a_day_before_activation_is_told(
    activated_h: float, is_found: bool
) -> None:
    life = CodeLife(is_issued=True, activated_at=at(activated_h))

    found = judge(rule("before_activation"), scan(hour=0), life=life)

    assert (found is not None) is is_found


def test_a_code_that_was_never_activated_is_told_a_day_after_its_scan() -> None:
    life = CodeLife(is_issued=True)

    in_time = judge(rule("before_activation"), scan(hour=0), life=life, now=at(24))
    late = judge(rule("before_activation"), scan(hour=0), life=life, now=at(24.001))

    assert in_time is None
    assert late is not None


def test_a_code_that_others_gave_out_has_no_activation_here() -> None:
    assert judge(rule("before_activation"), scan(hour=0), life=CodeLife()) is None


@pytest.mark.parametrize(("devices", "is_found"), [(2, False), (3, False), (4, True)])
def test_four_devices_after_the_sale_are_told(devices: int, is_found: bool) -> None:
    life = CodeLife(sold_at=at(0))
    before = [scan(hour=-1 - n, device=50 + n) for n in range(8)]
    at_the_till = [scan(hour=0.999, device=60)]
    after = [scan(hour=1 + n, device=n) for n in range(devices)]

    found = judge(rule("after_sale"), *before, *at_the_till, *after, life=life)

    assert (found is not None) is is_found
    assert judge(rule("after_sale"), *after) is None


@pytest.mark.parametrize(("hour", "is_found"), [(-0.001, False), (0, True), (1, True)])
def test_any_scan_after_the_code_was_voided_is_told(hour: float, is_found: bool) -> None:
    found = judge(rule("after_void"), scan(hour=hour), life=CodeLife(voided_at=at(0)))

    assert (found is not None) is is_found
    assert judge(rule("after_void"), scan(hour=hour)) is None


@pytest.mark.parametrize(("misses", "is_found"), [(19, False), (20, False), (21, True)])
def test_twenty_one_misses_in_ten_minutes_are_guessing(misses: int, is_found: bool) -> None:
    missed_at = [START + timedelta(seconds=n) for n in range(misses)]

    found = judge(rule("guessing"), missed_at=missed_at)
    slow = judge(rule("guessing"), missed_at=[START + timedelta(minutes=n) for n in range(misses)])

    assert (found is not None) is is_found
    assert slow is None


_SCANS = st.lists(
    st.builds(
        scan,
        hour=st.integers(0, 80 * 24),
        device=st.integers(0, 6),
        region=st.sampled_from([None, "130102", "130133", "310101", "440305"]),
    ),
    max_size=14,
)


def _slow_count(scans: list[Scan], window: timedelta, *, of_devices: bool) -> int:
    """Count by trying every window that begins with a scan."""
    most = 0
    for first in scans:
        inside = [one for one in scans if timedelta(0) <= one.at - first.at <= window]
        if of_devices:
            for period in {period_of(one.at) for one in inside}:
                of_period = {one.device for one in inside if period_of(one.at) == period}
                most = max(most, len(of_period))
        else:
            most = max(most, len({one.region[:2] for one in inside if one.region}))
    return most


@given(scans=_SCANS, limit=st.integers(0, 5), days=st.integers(1, 40))
def test_the_sliding_count_is_the_slow_one(scans: list[Scan], limit: int, days: int) -> None:
    window = timedelta(days=days)
    devices = _slow_count(scans, window, of_devices=True)
    provinces = _slow_count(scans, window, of_devices=False)

    by_device = judge(rule("many_devices", limit=limit, window=window), *scans)
    by_province = judge(rule("many_provinces", limit=limit, window=window), *scans)

    assert (by_device.count if by_device else 0) == (devices if devices > limit else 0)
    assert (by_province.count if by_province else 0) == (provinces if provinces > limit else 0)


@given(scans=_SCANS, more=_SCANS)
def test_more_scans_never_make_a_finding_smaller(scans: list[Scan], more: list[Scan]) -> None:
    for row in CODE_RULES:
        life = CodeLife(is_issued=True, sold_at=at(10), voided_at=at(200))
        few = judge(row, *scans, life=life)
        many = judge(row, *scans, *more, life=life)

        assert few is None or (many is not None and many.count >= few.count)


@given(scans=_SCANS)
def test_a_finding_lies_within_the_scans_and_speaks_in_both_languages(scans: list[Scan]) -> None:
    life = CodeLife(is_issued=True, sold_at=at(10), voided_at=at(200))
    for row in CODE_RULES:
        found = judge(row, *scans, life=life)
        if found is None:
            continue
        assert min(one.at for one in scans) <= found.first_at <= found.last_at
        assert found.last_at <= max(one.at for one in scans)
        for lang in ("zh", "en"):
            said = row.says(lang, {"count": found.count, **found.numbers})
            assert "{" not in said


def test_no_rule_calls_anything_a_fake() -> None:
    told = " ".join(
        text
        for row in (*CODE_RULES, *ADDRESS_RULES)
        for text in (row.title_zh, row.title_en, row.says_zh, row.says_en)
    )

    assert not any(word in told.lower() for word in ("fake", "counterfeit", "假", "伪", "冒"))


def test_a_rule_replaced_by_another_one_is_in_force_to_its_last_day() -> None:
    old = rule("many_devices", until_on=date(2026, 6, 30))
    new = rule("many_devices", from_on=date(2026, 7, 1), limit=20)

    table = build_table((old, new))

    assert rules_on(date(2025, 12, 31), table) == {}
    assert rules_on(date(2026, 6, 30), table)["many_devices"].limit == 10
    assert rules_on(date(2026, 7, 1), table)["many_devices"].limit == 20


def test_two_rows_of_one_rule_on_one_day_are_refused() -> None:
    with pytest.raises(ValueError, match="many_devices"):
        build_table((rule("many_devices"), rule("many_devices", from_on=date(2026, 7, 1))))


def test_a_rule_is_found_again_by_the_code_in_an_alert() -> None:
    assert find_rule("after_sale", NOW.date()) == rule("after_sale")
    assert find_rule("after_sale", date(2020, 1, 1)) == rule("after_sale")
    assert find_rule("nothing", NOW.date()) is None


def test_no_evidence_sets_no_rule_off() -> None:
    life = CodeLife(is_issued=True, activated_at=at(1), sold_at=at(2), voided_at=at(3))

    for row in (*CODE_RULES, *ADDRESS_RULES):
        assert row.judge(row, Evidence(now=NOW, life=life)) is None


def test_a_period_begins_where_the_one_before_it_ends() -> None:
    assert period_of(period_start(688)) == 688
    assert period_of(period_start(688) - timedelta(microseconds=1)) == 687
