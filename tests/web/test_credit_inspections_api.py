"""Inspections over HTTP: ordered by a warning or drawn, and what they found is a fact."""

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import select

from base.db import reading
from credit.inspecting.entries import RESULT_KIND
from credit.warning.entries import ACT_KIND, NIGHT_KIND
from ledger.store import read_entries
from parties.tables import PARTY
from tests.credit.drawn_by_hand import drawn_by_hand
from tests.credit.samples import penalty, uscc
from tests.web.credit_world import hand_in, run_rules
from tests.web.house import House
from tests.web.issuing_world import errors_of, send

WARNINGS = "/api/v1/credit/warnings"
DRAWS = "/api/v1/credit/draws"
OPEN = "/api/v1/credit/open/draws"
INSPECTIONS = "/api/v1/credit/inspections"
SUPERVISION = "/api/v1/credit/supervision"
DAYS = ("2026-09-01", "2026-10-01", "2026-11-01")


def _json(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return json.loads(answer.get_data())


def _get(house: House, path: str, role: str = "authority") -> Any:
    return _json(send(house, "GET", path, role=role))


def _post(house: House, path: str, body: Any, **more: Any) -> Any:
    return send(house, "POST", path, body, role="authority", **more)


@pytest.fixture
def warned(sqlite_house: House) -> House:
    sqlite_house.clock.instant += timedelta(days=265)
    rows = [penalty(1, cf_wsh=f"青农罚〔2026〕{at}号", cf_jdrq=day) for at, day in enumerate(DAYS)]
    hand_in(sqlite_house, "penalty", *rows)
    run_rules(sqlite_house)
    return sqlite_house


def _ordered(house: House) -> tuple[Any, Any]:
    (warning,) = _get(house, WARNINGS)["warnings"]
    asked = {"act": "escalate", "reason": "处罚骤增", "due_on": "2026-12-31"}
    _json(_post(house, f"{WARNINGS}/{warning['id']}/acts", asked))
    (inspection,) = _get(house, INSPECTIONS)["inspections"]
    return warning, inspection


def test_an_inspection_that_a_warning_ordered_ends_it_and_becomes_a_fact(warned: House) -> None:
    warning, inspection = _ordered(warned)
    assert (inspection["origin"], inspection["warning"], inspection["uscc"]) == (
        "warning",
        warning["id"],
        uscc(1),
    )
    day = warned.clock.now().date().isoformat()

    told = {"result": "failed", "inspected_on": day, "failed_item": "兽药残留"}
    told["authority"] = "青岛市市场监督管理局"
    done = _json(_post(warned, f"{INSPECTIONS}/{inspection['id']}/result", told, once="one"))
    again = _json(_post(warned, f"{INSPECTIONS}/{inspection['id']}/result", told, once="one"))

    assert (done["result"], again["result_seq"]) == ("failed", done["result_seq"])
    whole = _get(warned, f"{WARNINGS}/{warning['id']}")
    assert (whole["state"], [one["act"] for one in whole["said"]]) == (
        "closed",
        ["night", "escalate", "inspected_failed"],
    )
    seqs = [one["seq"] for one in whole["said"]]
    assert (seqs[1], seqs[2]) == (inspection["ordered_seq"], done["result_seq"])
    with reading(warned.services.engine) as connection:
        entries = read_entries(connection, warned.services.log, seqs)
    assert [entries[seq].header.kind for seq in seqs] == [NIGHT_KIND, ACT_KIND, RESULT_KIND]
    facts = _get(warned, f"/api/v1/credit/record?uscc={uscc(1)}")["facts"]
    (fact,) = [one for one in facts if one["kind"] == "inspection"]
    assert (fact["title"], fact["seq"], fact["state"]) == ("兽药残留", done["result_seq"], "active")
    run = run_rules(warned)
    assert run["by_rule"] == {"failed_inspection": 1, "penalty_jump": 1}
    assert run["opened"] == 1


@pytest.mark.parametrize(
    ("changes", "paths"),
    [
        ({"result": "fine"}, ["result"]),
        ({"result": "passed", "failed_item": "x"}, ["failed_item"]),
        ({"failed_item": ""}, ["failed_item"]),
        ({"inspected_on": "2026-01-01"}, ["inspected_on"]),
        ({"inspected_on": "2027-01-01"}, ["inspected_on"]),
        ({"surprise": 1}, ["surprise"]),
    ],
)
def test_what_is_wrong_with_a_result_is_told_by_its_field(
    warned: House, changes: dict[str, Any], paths: list[str]
) -> None:
    _, inspection = _ordered(warned)
    told = {"result": "failed", "inspected_on": "2026-11-25", "failed_item": "兽药残留"}

    answer = _post(warned, f"{INSPECTIONS}/{inspection['id']}/result", {**told, **changes})

    assert (answer.status_code in (400, 422), errors_of(answer)) == (True, paths)
    assert _get(warned, f"{INSPECTIONS}/{inspection['id']}")["result"] == ""


def _registered(number: int) -> dict[str, str]:
    return {
        "name": f"青岛第{number}食品有限公司",
        "uscc": uscc(number),
        "kind": "02",
        "region": "370202",
        "industry": "1411",
        "established_on": "2015-01-05",
        "status": "存续",
        "authority": "青岛市市场监督管理局",
    }


ASKED = {
    "title": "2026年第四季度双随机",
    "plan": "food",
    "region": "3702",
    "inspectors": ["37020001", "37020002", "37020003"],
    "beacon": "双色球 2026136期",
    "due_on": "2026-12-31",
}


def test_a_draw_can_be_made_again_by_anybody_who_has_pool_seed_and_value(house: House) -> None:
    house.clock.instant += timedelta(days=265)
    hand_in(house, "registration", *(_registered(number) for number in range(1, 12)))

    committed = _json(_post(house, DRAWS, ASKED, once="one"))
    assert _json(_post(house, DRAWS, ASKED, once="one"))["id"] == committed["id"]
    assert (committed["seed"], committed["parties"], committed["drawn"]) == ("", 11, None)
    own = f"{DRAWS}/{committed['id']}"
    _json(_post(house, f"{own}/draw", {"value": "03 07 12"}))

    told, pool = _open(house, committed["id"])
    seed = bytes.fromhex(told["seed"])
    assert sha256(seed).hexdigest() == committed["seed_hash"] == told["seed_hash"]
    assert sha256(pool).hexdigest() == committed["pool_hash"]
    by_hand = drawn_by_hand(pool, seed, told["value"])
    assert told["marks"] == [mark for mark, _ in by_hand]
    listed = _get(house, f"{INSPECTIONS}?draw={committed['id']}")["inspections"]
    marks = {one["uscc"]: _get(house, f"{own}/mark?uscc={one['uscc']}") for one in listed}
    assert {marks[one["uscc"]]["mark"]: one["inspectors"] for one in listed} == dict(by_hand)
    assert all(one["drawn"] and one["in_pool"] for one in marks.values())
    assert not any(uscc(number).encode() in pool for number in range(1, 12))
    assert _get(house, f"{own}/check", role="auditor") == {"fits": True, "problems": []}
    assert _post(house, f"{own}/draw", {"value": "other"}).status_code == 409
    assert [one["id"] for one in _get(house, DRAWS)["draws"]] == [committed["id"]]


def test_a_supervision_grade_is_told_with_its_reasons_and_its_visits(sqlite_house: House) -> None:
    house = sqlite_house
    house.clock.instant += timedelta(days=265)
    hand_in(house, "registration", _registered(1))
    hand_in(house, "penalty", penalty(1, cf_jdrq="2026-11-01"))
    asked = f"{SUPERVISION}?uscc={uscc(1)}"

    told = _get(house, asked)

    assert (told["static"], told["static_zh"]) == (20, "焙烤食品")
    assert told["risk"] == told["static"] + told["dynamic"]
    assert [one["facts"] != [] for one in told["shares"]] == [True]
    assert (told["grade"], told["visits_least"], told["visits_most"], told["left"]) == (
        "A",
        1,
        1,
        1,
    )
    assert {"RFR-1", "RFR-2", "R49-21"} <= {one["id"] for one in told["rules"]}
    assert _get(house, f"{SUPERVISION}?uscc={uscc(9)}") == {"known": False}
    assert send(house, "GET", asked).status_code == 404
    assert send(house, "GET", f"{asked}&day=2001-01-01", role="authority").status_code == 400


def _open(house: House, draw: str) -> tuple[Any, bytes]:
    """Return what anybody is told of a draw, without a key."""
    told = _json(house.ask("GET", f"{OPEN}/{draw}"))
    return told, house.ask("GET", f"{OPEN}/{draw}/pool").get_data()


def test_a_pool_that_was_changed_or_lost_is_seen(sqlite_house: House) -> None:
    house = sqlite_house
    house.clock.instant += timedelta(days=265)
    hand_in(house, "registration", *(_registered(number) for number in range(1, 12)))
    committed = _json(_post(house, DRAWS, ASKED))
    own = f"{DRAWS}/{committed['id']}"
    _json(_post(house, f"{own}/draw", {"value": "03 07 12"}))
    _, pool = _open(house, committed["id"])
    folder = house.services.settings.effective_files_dir
    (path,) = [one for one in folder.rglob("*") if one.is_file() and one.read_bytes() == pool]
    first = next(line for line in pool.split(b"\n") if line.startswith(b"party "))

    path.chmod(0o600)
    path.write_bytes(pool.replace(first + b"\n", b""))
    changed = _get(house, f"{own}/check")
    answer = house.ask("GET", f"{OPEN}/{committed['id']}/pool")

    assert (changed["fits"], len(changed["problems"])) == (False, 1)
    assert changed["problems"][0].startswith("The pool cannot be read")
    assert answer.status_code >= 400
    path.write_bytes(pool)
    assert _get(house, f"{own}/check")["fits"] is True


def test_a_party_finds_itself_in_a_pool_and_nobody_else(sqlite_house: House) -> None:
    house = sqlite_house
    house.clock.instant += timedelta(days=265)
    with reading(house.services.engine) as connection:
        code = connection.execute(select(PARTY.c.uscc).where(PARTY.c.id == house.party_id)).scalar()
    rows = [_registered(1), {**_registered(2), "uscc": str(code)}]
    hand_in(house, "registration", *rows)
    committed = _json(_post(house, DRAWS, {**ASKED, "region": ""}))

    own = _json(send(house, "GET", f"{DRAWS}/{committed['id']}/mark"))
    other = send(house, "GET", f"{DRAWS}/{committed['id']}/mark?uscc={uscc(1)}")

    lines = ["suxin-draw/1 mark", str(code), own["salt"]]
    assert own["mark"] == sha256("\n".join(lines).encode()).hexdigest()[:32]
    assert f"party {own['mark']} {own['class']}\n".encode() in _open(house, committed["id"])[1]
    assert (own["in_pool"], own["drawn"], other.status_code) == (True, False, 404)


def test_a_producer_sees_no_draw_and_no_inspection(house: House) -> None:
    for method, path in (("GET", DRAWS), ("POST", DRAWS), ("GET", INSPECTIONS)):
        assert send(house, method, path, ASKED if method == "POST" else None).status_code == 403
