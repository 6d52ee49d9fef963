"""Credit reports over HTTP: asked for, handed out, checked, verified; who may have which."""

import json
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pikepdf
import pytest

from base.errors import InvalidInput
from credit.reporting.papers import check_report_file
from tests.codes.labels.samples import raster, read_all, text_of_pdf
from tests.credit.samples import defaulter, penalty, serious, uscc
from tests.parties.samples import uscc_of
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now, vkey_of
from tests.web.house import House
from tests.web.issuing_world import errors_of, made, send

REPORTS = "/api/v1/credit/reports"
HASH = "ab" * 32


@pytest.fixture
def world(house: House) -> House:
    house.clock.instant = datetime(2026, 6, 1, tzinfo=UTC)
    return house


def ask(house: House, number: int, *, role: str = "authority", **body: Any) -> Any:
    values = {"uscc": uscc(number), "issued_to": "政务服务中心", "purpose": "资质审查", **body}
    return send(house, "POST", REPORTS, values, role=role)


def files(house: House, number: str, *, role: str = "authority") -> tuple[bytes, bytes]:
    seal_now(house)
    found = [
        send(house, "GET", f"{REPORTS}/{number}/report.{name}", role=role)
        for name in ("json", "pdf")
    ]
    assert [one.status_code for one in found] == [200, 200], found[0].get_data(as_text=True)
    return found[0].data, found[1].data


def told(data: bytes) -> dict[str, list[Any]]:
    return {one["id"]: one["facts"] for one in json.loads(data)["report"]["sections"]}


def look(house: House, link: str) -> Any:
    parts = urlsplit(link)
    path = parts.path.replace("/credit/reports/", f"{REPORTS}/")
    return house.ask("GET", f"{path}/verification?{parts.query}")


def test_a_report_tells_each_fact_with_source_article_clock_and_proof(world: House) -> None:
    hand_in(world, "judgment_default", defaulter(1))
    hand_in(world, "penalty", penalty(1), penalty(2))

    number = made(ask(world, 1, edition="full"))["number"]
    data, _pdf = files(world, number)

    sections = told(data)
    (fine,), (court,) = sections["administration"], sections["dishonesty"]
    assert (fine["number"], fine["source"], fine["stops_on"]) == (
        "青农罚〔2026〕1号",
        "行政处罚",
        "2027-04-02",
    )
    assert fine["because"][0]["article"]
    assert court["because"][0]["norm"]
    checked = check_report_file(data, [vkey_of(world)])
    assert (checked.facts, checked.facts_proven) == (2, 2)


def test_whoever_changes_a_fact_of_the_file_is_found_out(world: House) -> None:
    hand_in(world, "penalty", penalty(1), penalty(2), penalty(3))
    data, _pdf = files(world, made(ask(world, 1))["number"])
    changed = json.loads(data)
    changed["report"]["sections"][1]["facts"][0]["stops_on"] = "2026-06-02"

    with pytest.raises(InvalidInput):
        check_report_file(json.dumps(changed).encode(), [vkey_of(world)])


def test_what_is_over_or_not_published_is_not_in_a_public_report(world: House) -> None:
    minor = penalty(1, cf_wsh="轻微1号", cf_cflb="警告", cf_nr_fk="")
    hand_in(world, "penalty", penalty(1), minor)
    hand_in(
        world,
        "serious_listing",
        serious(1, list_no="旧1号", listed_on="2023-01-01"),
        serious(1, list_no="移1号", removed_on="2026-05-01", removed_no="青市监移〔2026〕1号"),
    )

    public, _pdf = files(world, made(ask(world, 1))["number"])
    full, _pdf = files(world, made(ask(world, 1, edition="full"))["number"])

    numbers = [one["number"] for facts in told(public).values() for one in facts]
    assert numbers == ["青农罚〔2026〕1号"]
    assert {one["number"] for one in told(full)["administration"]} >= {
        "青农罚〔2026〕1号",
        "轻微1号",
    }
    assert "旧1号" not in full.decode()
    assert "移1号" not in full.decode()


def test_the_code_on_the_paper_leads_to_its_verification(world: House, tmp_path: Path) -> None:
    hand_in(world, "penalty", penalty(1))
    report = made(ask(world, 1))
    _data, pdf = files(world, report["number"])

    (symbol,) = read_all(raster(pdf, tmp_path, dpi=150)[0])
    seen = look(world, symbol.text)

    assert symbol.text == report["link"]
    found = json.loads(seen.get_data())
    assert (found["standing"], found["name"], found["uscc"]) == (
        "valid",
        "青岛第1食品有限公司",
        uscc(1),
    )
    assert report["number"] in text_of_pdf(pdf)


def test_a_report_says_when_facts_have_changed_since(world: House) -> None:
    hand_in(world, "penalty", penalty(1))
    link = made(ask(world, 1))["link"]

    hand_in(world, "serious_listing", serious(1))
    after = json.loads(look(world, link).get_data())

    assert after["standing"] == "changed"


def test_a_fact_that_runs_out_changes_the_report(world: House) -> None:
    hand_in(world, "penalty", penalty(1))
    link = made(ask(world, 1))["link"]

    world.clock.instant = datetime(2027, 4, 2, tzinfo=UTC)

    assert json.loads(look(world, link).get_data())["standing"] == "changed"


def test_a_wrong_code_and_an_unknown_number_are_alike(world: House) -> None:
    link = made(ask(world, 1))["link"]

    wrong = look(world, link[:-1] + ("0" if link[-1] != "0" else "1"))
    unknown = look(world, link.replace("/CR20260601-", "/CR20260602-"))

    assert (wrong.status_code, unknown.status_code) == (404, 404)
    assert json.loads(wrong.data)["detail"] == json.loads(unknown.data)["detail"]


def test_a_file_is_compared_by_what_it_says(world: House) -> None:
    report = made(ask(world, 1))
    data, pdf = files(world, report["number"])
    parts = urlsplit(report["link"])
    path = f"{REPORTS}/{report['number']}/comparison?{parts.query}"
    written_anew = json.dumps(json.loads(data), indent=1).encode()

    answers = [
        json.loads(world.ask("POST", path, data=body).get_data())["same_as"]
        for body in (data, written_anew, pdf, pdf + b" ", b'{"report": {}}')
    ]

    assert answers == ["json", "json", "pdf", "", ""]


def test_an_unknown_party_has_a_report_that_says_so(world: House) -> None:
    data, pdf = files(world, made(ask(world, 77))["number"])

    assert json.loads(data)["report"]["subject"]["known"] is False
    assert "不等于没有不良记录" in text_of_pdf(pdf).replace("\n", "")


def test_a_party_gets_its_own_full_report_and_of_others_a_public_one(world: House) -> None:
    hand_in(world, "penalty", penalty(1))
    own = made(ask(world, 1, role="producer", uscc="", edition="full"))

    public = ask(world, 1, role="producer")
    full = ask(world, 1, role="producer", edition="full")
    theirs = send(world, "GET", f"{REPORTS}/{own['number']}/report.pdf", role="authority")

    assert own["issued_to"] != "政务服务中心"
    assert (public.status_code, full.status_code, theirs.status_code) == (201, 403, 404)


def test_only_an_authority_looks_back_and_what_was_repaired_stays_out(world: House) -> None:
    hand_in(world, "penalty", penalty(1))
    back = {"known_at": "2026-06-01T00:00:00Z", "day": "2026-06-01"}
    world.clock.instant += timedelta(days=1)

    refused = ask(world, 1, role="producer", edition="public", **back)
    public = ask(world, 1, edition="public", **back)
    full = made(ask(world, 1, edition="full", **back))

    assert (refused.status_code, public.status_code) == (403, 400)
    assert json.loads(look(world, full["link"]).get_data())["standing"] == "look_back"


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({"purpose": ""}, "purpose"),
        ({"issued_to": ""}, "issued_to"),
        ({"uscc": "91370200000000001A"}, "uscc"),
        ({"uscc": ""}, "uscc"),
        ({"edition": "personal"}, "edition"),
        ({"edition": "full", "day": "2026-06-02"}, "day"),
        ({"day": "2026-05-01"}, "day"),
    ],
)
def test_a_wrong_request_is_refused_by_its_field(
    sqlite_house: House, body: dict[str, Any], path: str
) -> None:
    sqlite_house.clock.instant = datetime(2026, 6, 1, tzinfo=UTC)

    answer = ask(sqlite_house, 1, **body)

    assert answer.status_code in (400, 422)
    assert errors_of(answer) == [path]


def test_the_same_request_is_one_report(world: House) -> None:
    body = {"uscc": uscc(1), "issued_to": "政务服务中心", "purpose": "资质审查"}

    first, again = (
        made(send(world, "POST", REPORTS, body, role="authority", once="one")) for _ in range(2)
    )

    assert first["number"] == again["number"]


def test_many_facts_make_many_numbered_pages(sqlite_house: House) -> None:
    sqlite_house.clock.instant = datetime(2026, 6, 1, tzinfo=UTC)
    rows = [penalty(1, cf_wsh=f"青农罚〔2026〕{at}号") for at in range(60)]
    hand_in(sqlite_house, "penalty", *rows)

    report = made(ask(sqlite_house, 1))
    _data, pdf = files(sqlite_house, report["number"])

    text = text_of_pdf(pdf)
    with pikepdf.open(BytesIO(pdf)) as file:
        pages = len(file.pages)
    assert pages > 5
    assert f"{pages} / {pages}" in text
    assert text.count(report["number"]) >= pages


def test_who_looked_is_told_to_the_party_and_the_auditor(world: House) -> None:
    body = {"issued_to": "市场监管所", "purpose": "许可审查"}
    made(send(world, "POST", REPORTS, {**body, "uscc": uscc(1)}, role="authority"))
    own = made(ask(world, 0, role="producer", uscc="", edition="full"))
    world.clock.instant += timedelta(hours=1)
    made(ask(world, 0, uscc=own_code(world), edition="full", purpose="专项检查"))

    party, auditor, authority = (
        json.loads(send(world, "GET", "/api/v1/credit/accesses", role=role).data)["accesses"]
        for role in ("producer", "auditor", "authority")
    )

    assert [one["purpose"] for one in party] == ["专项检查", "资质审查"]
    assert own["number"] == party[1]["number"]
    assert (len(auditor), len(authority)) == (3, 2)
    assert {one["kept_until"] for one in auditor} == {"2031-06-01"}


def own_code(house: House) -> str:
    answer = send(house, "GET", f"/api/v1/parties/{house.party_id}", role="operator")
    return str(json.loads(answer.data).get("uscc") or uscc_of(0))
