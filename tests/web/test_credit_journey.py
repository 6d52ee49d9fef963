"""From one failed test of milk to the last receipt, through the doors, each step proven."""

import base64
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from base.db import reading
from credit.intake.proving import check_row
from credit.intake.senders import Sender, add_sender, signed_bytes
from credit.offices import EVERY, grant_office
from ledger.verify import verify_bundle
from parties.actors import Role
from parties.keys import KeyRequest, grant
from parties.tables import PARTY
from tests.credit.samples import csv_of, penalty
from tests.instances import lot, observation
from tests.web.credit_world import run_rules
from tests.web.epcis_world import check, post_event, seal_now, vkey_of
from tests.web.house import House
from tests.web.issuing_world import errors_of, send

API = "/api/v1/credit"
KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
MARKET = "青岛市市场监督管理局"
DECISION = {"decision": "青市监列〔2026〕7号", "article": "第44号令第五条"}


@dataclass(slots=True, kw_only=True)
class Journey:
    """A house, the producer's code and the entries that its steps left in the ledger."""

    house: House
    code: str
    sender: Sender
    seqs: dict[str, int] = field(default_factory=dict)

    def on(self, day: str) -> None:
        """Let it be the morning of a day."""
        self.house.clock.instant = datetime.fromisoformat(f"{day}T01:00:00").replace(tzinfo=UTC)

    def renew_keys(self) -> None:
        """Grant new keys: those of the house are good for a year."""
        now, parts = self.house.clock.now(), self.house.services
        renewed = dict(self.house.keys)
        for role in (Role.PRODUCER, Role.AUTHORITY, Role.AUDITOR):
            party = self.house.party_id if role is Role.PRODUCER else None
            asked = KeyRequest(label=f"{role.value} 2", role=role, party_id=party)
            key = grant(parts.engine, asked, now=now, record=lambda *_: None)
            renewed[role.value] = key.text or ""
        self.house = replace(self.house, keys=renewed)

    def get(self, path: str, role: str = "authority") -> Any:
        return _told(send(self.house, "GET", API + path, role=role))

    def post(self, path: str, body: Any = None, role: str = "authority") -> Any:
        return _told(send(self.house, "POST", API + path, body, role=role))

    def checked(self) -> Any:
        """Ask at the counter of the honours."""
        return self.get(f"/check?uscc={self.code}&matter=honours")

    def facts(self) -> dict[str, Any]:
        """Return the party's own record by kind."""
        return {one["kind"]: one for one in self.get("/record", role="producer")["facts"]}

    def push(self, *rows: dict[str, str]) -> Any:
        """Hand in penalties as their authority does: signed."""
        body = csv_of(rows)
        signature = KEY.sign(signed_bytes("penalty", len(rows), body, None))
        headers = {
            "Content-Type": "text/csv",
            "Suxin-Sender": str(self.sender.id),
            "Suxin-Rows": str(len(rows)),
            "Suxin-Signature": base64.b64encode(signature).decode(),
        }
        path = f"{API}/feeds/penalty/batches"
        return _told(self.house.ask("POST", path, role="authority", data=body, headers=headers))


def _told(answer: Any) -> Any:
    assert answer.status_code in (200, 201), answer.get_data(as_text=True)
    return json.loads(answer.get_data())


@pytest.fixture
def journey(house: House) -> Journey:
    parts = house.services
    with reading(parts.engine) as connection:
        statement = select(PARTY.c.uscc).where(PARTY.c.id == house.party_id)
        code = str(connection.execute(statement).scalar_one())
    sender = add_sender(
        parts.engine,
        name="青岛市农业农村局",
        feeds=["penalty"],
        public_key=KEY.public_key().public_bytes_raw(),
        now=house.clock.now(),
        record=lambda *_: None,
    )
    grant_office(
        parts.engine,
        actor=EVERY,
        authority=EVERY,
        code="",
        now=house.clock.now(),
        record=lambda *_: None,
    )
    return Journey(house=house, code=code, sender=sender)


def test_a_failed_antibiotic_test_leads_to_a_list_and_the_repair_off_it(journey: Journey) -> None:
    _is_tested(journey)
    _is_inspected(journey)
    _is_fined(journey)
    _is_listed(journey)
    application = _is_refused_an_honour(journey)
    _repairs(journey)
    _is_released(journey, application)

    house = journey.house
    seal_now(house)
    for step, seq in journey.seqs.items():
        proof = house.ask("GET", f"/ledger/proof/1/{seq}").get_data()
        (entry,) = verify_bundle(proof, [vkey_of(house)]).entries
        assert entry.seq == seq, step
    for kind, told in (("trace", "fact"), ("penalty", "penalty")):
        path = f"{API}/facts/{journey.facts()[kind]['id']}/proof"
        row = house.ask("GET", path, role="producer").get_data()
        assert check_row(row, [vkey_of(house)]).entry.seq == journey.seqs[told]
    in_order = list(journey.seqs.values())
    assert (in_order, len(set(in_order))) == (sorted(in_order), len(in_order))
    assert check(house) > max(in_order)


def _is_tested(journey: Journey) -> None:
    """Let a lot of milk be tested for antibiotics and fail."""
    journey.on("2026-03-10")
    tested = observation(
        "",
        epcList=[],
        quantityList=[{"epcClass": lot("MILK1")}],
        action="OBSERVE",
        bizStep="inspecting",
        eventTime="2026-03-09T01:00:00.000Z",
        **{"sx:testItem": "恩诺沙星", "sx:testResult": "FAIL"},
    )
    captured = post_event(journey.house, tested)
    assert captured.status_code == 201, captured.get_data(as_text=True)
    ran = run_rules(journey.house)
    assert ran["by_rule"] == {"failed_test": 1}
    shown = journey.facts()["trace"]
    assert (shown["title"], shown["state"]) == ("恩诺沙星", "active")
    journey.seqs["failed test"] = 0
    journey.seqs["fact"] = shown["seq"]


def _is_inspected(journey: Journey) -> None:
    """Let the warning order an inspection, and the inspection find the same."""
    (warning,) = journey.get(f"/warnings?uscc={journey.code}")["warnings"]
    journey.seqs["warning"] = warning["last_seq"]
    act = {"act": "escalate", "reason": "兽药残留超标", "due_on": "2026-03-31"}
    escalated = journey.post(f"/warnings/{warning['id']}/acts", act)
    journey.seqs["escalation"] = escalated["last_seq"]
    (ordered,) = journey.get("/inspections")["inspections"]
    journey.on("2026-03-20")
    found = {"result": "failed", "inspected_on": "2026-03-19", "failed_item": "恩诺沙星"}
    done = journey.post(f"/inspections/{ordered['id']}/result", {**found, "authority": MARKET})
    journey.seqs["inspection"] = done["result_seq"]
    assert journey.facts()["inspection"]["seq"] == done["result_seq"]


def _is_fined(journey: Journey) -> None:
    """Let the authority's feed tell of the penalty."""
    journey.on("2026-04-21")
    batch = journey.push(penalty(1, cf_xdr_shxym=journey.code, cf_jdrq="2026-04-20"))
    assert (batch["state"], batch["accepted"]) == ("accepted", 1)
    journey.seqs["penalty"] = batch["seq"]


def _is_listed(journey: Journey) -> None:
    """Let the list be noticed, served, waited for and decided."""
    journey.on("2026-05-11")
    terms = {
        "list": "serious_violation",
        "measures": "MZ-03",
        "authority": "market_regulation",
        "authority_name": MARKET,
    }
    asked = {"kind": "listing", "uscc": journey.code, "terms": terms, "reason": "兽药残留超标"}
    case = journey.post("/cases", {**asked, "article": DECISION["article"]})
    steps = f"/cases/{case['id']}/steps"
    served = journey.post(steps, {"step": "serve", "served_on": "2026-05-11"})
    early = {"step": "list", "reason": "事实清楚", "decided_on": "2026-05-11", **DECISION}
    refused = send(journey.house, "POST", API + steps, early, role="authority")
    assert (refused.status_code, errors_of(refused)) == (400, ["decided_on"])
    assert journey.checked()["entries"] == []

    journey.on("2026-05-20")
    assert served["due_on"] < "2026-05-20"
    journey.post(steps, {**early, "decided_on": "2026-05-20"})
    whole = journey.get(f"/cases/{case['id']}")
    journey.seqs |= {one["step"]: one["seq"] for one in whole["steps"]}


def _is_refused_an_honour(journey: Journey) -> Any:
    """Let a counter ask, be told of the list and its measure, and report that it applied it."""
    told = journey.checked()
    (entry,) = told["entries"]
    assert (entry["list"], entry["number"]) == ("serious_violation", DECISION["decision"])
    assert [one["id"] for one in told["measures"]] == ["MZ-03"]
    (public,) = journey.get("/lists/serious_violation", role="auditor")["listed"]
    assert public["uscc"] == journey.code
    report = {"uscc": journey.code, "measure": "MZ-03", "matter": "honours"}
    application = journey.post("/applications", {**report, "reference": "评优 2026-7"})
    journey.seqs["application"] = application["seq"]
    return application


def _repairs(journey: Journey) -> None:
    """Let the party have the penalty repaired, and the list once the law lets it be."""
    refused = send(journey.house, "POST", f"{API}/cases", _asked(journey, "serious_listing"))
    assert (refused.status_code, errors_of(refused)) == (400, ["facts"])
    journey.on("2026-08-03")
    _is_repaired(journey, "penalty", "青农信修〔2026〕3号", "2026-08-03")
    assert len(journey.checked()["entries"]) == 1
    journey.on("2027-06-01")
    journey.renew_keys()
    _is_repaired(journey, "serious_listing", "青市监信修〔2027〕1号", "2027-06-01")


def _asked(journey: Journey, kind: str) -> dict[str, Any]:
    return {
        "kind": "repair",
        "facts": [journey.facts()[kind]["id"]],
        "reason": "已整改并履行义务",
        "committed": True,
        "documents": [{"name": "整改报告.pdf", "sha256": "00" * 32}],
    }


def _is_repaired(journey: Journey, kind: str, number: str, day: str) -> None:
    case = journey.post("/cases", _asked(journey, kind), role="producer")
    steps = f"/cases/{case['id']}/steps"
    journey.post(steps, {"step": "accept"})
    decided = {"decision": number, "decided_on": day}
    done = journey.post(steps, {"step": "approve", "reason": "核实", **decided})
    assert (done["state"], journey.facts()[kind]["state"]) == ("repaired", "repaired")
    whole = journey.get(f"/cases/{case['id']}", role="producer")
    journey.seqs |= {f"{kind}: {one['step']}": one["seq"] for one in whole["steps"]}


def _is_released(journey: Journey, application: Any) -> None:
    """Let every answer be without the list, and the counter lift what it had applied."""
    after = journey.checked()
    assert (after["entries"], after["measures"]) == ([], [])
    assert journey.get("/lists/serious_violation", role="auditor")["listed"] == []
    on_that_day = "/lists/serious_violation/entries?day=2026-06-01&known=2026-06-01"
    (then,) = journey.get(on_that_day)["listed"]
    assert then["uscc"] == journey.code
    (due,) = journey.get("/applications?to_lift=true")["applications"]
    assert due["id"] == application["id"]
    lifted = journey.post(f"/applications/{due['id']}/lift", {"reference": "解除 2027-7"})
    assert (lifted["must_lift"], lifted["lifted_on"]) == (False, "2027-06-01")
    journey.seqs["receipt"] = lifted["lifted_seq"]
