"""Monitoring over HTTP and as a page: counts for the supervision alone."""

import json

from tests.web.drug_world import PACKS, deliver, pharmacy, record, seen
from tests.web.house import House
from tests.web.issuing_world import errors_of, send
from tests.web.signed_in import sign_in
from tests.web.work_world import text_of

PAGE = "/work/monitoring"


def told(house: House) -> None:
    shop = pharmacy(house)
    deliver(house, shop, *PACKS)
    record(house, seen(9, PACKS[0], bizStep="dispensing"), key=shop.key)


def test_the_supervision_is_told_counts_by_stage_region_class_and_party(house: House) -> None:
    told(house)

    answer = send(house, "GET", "/api/v1/monitoring", role="authority")

    found = json.loads(answer.get_data())
    assert found["whole"]["stages"] == {"production": 1, "transport": 2, "sale": 1, "other": 0}
    assert (found["whole"]["registered"], found["whole"]["coverage"]) == (2, "100.0")
    assert len(found["parties"]) == 2
    assert found["counts"]["never"] == 0
    assert (found["from"], found["to"]) == ("2026-01-31", "2026-03-01")


def test_days_out_of_bounds_are_refused_by_their_field(sqlite_house: House) -> None:
    path = "/api/v1/monitoring?from=2020-01-01&to=2026-01-01"

    answer = send(sqlite_house, "GET", path, role="auditor")

    assert (answer.status_code, errors_of(answer)) == (400, ["to"])


def test_the_page_shows_tables_with_bars_and_who_fell_silent(house: House) -> None:
    told(house)
    person = sign_in(house, "authority")

    regions = text_of(person.get(PAGE))
    parties = text_of(person.get(f"{PAGE}?by=party"))
    later = text_of(person.get(f"{PAGE}?from=2026-03-02&to=2026-03-31&by=class", lang="en"))

    assert f'href="{PAGE}"' in text_of(person.get("/work"))
    assert "名册上报率" in regions
    assert 'class="stage-production"' in regions
    assert "同仁大药房" in parties
    assert "Stopped reporting" in later
    assert "last on 2026-03-01" in later
    assert person.get(f"{PAGE}?from=2026-13-01").status_code == 400
    assert person.get(f"{PAGE}?from=2020-01-01").status_code == 400


def test_a_table_is_taken_as_csv_with_all_of_its_rows(house: House) -> None:
    told(house)
    person = sign_in(house, "auditor")

    answer = person.get(f"{PAGE}/table.csv?by=party&from=2026-02-01&to=2026-03-01")

    rows = answer.get_data(as_text=True).removeprefix("\ufeff").split("\r\n")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert "monitoring-party-2026-02-01-2026-03-01.csv" in answer.headers["Content-Disposition"]
    assert rows[0].startswith("代码,名称,登记数,上报数")
    assert any("同仁大药房" in row for row in rows)
    assert len(rows) == 4


def test_producers_and_operators_see_none_of_it(sqlite_house: House) -> None:
    for role in ("producer", "operator"):
        assert send(sqlite_house, "GET", "/api/v1/monitoring", role=role).status_code == 403
        assert sign_in(sqlite_house, role).get(PAGE).status_code == 403
