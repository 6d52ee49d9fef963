"""No natural person and no record that was repaired, withdrawn or is over, in any public answer.

Every route of the application is asked by somebody without a key, with everything in its places
that a curious person could put there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from typing import Any, Final
from urllib.parse import quote

import pytest
from sqlalchemy import select
from werkzeug.routing import Rule

from base.db import reading
from credit.feeds.model import SubjectKind
from credit.rulebook.lists import credit_lists
from credit.subjects import subject_of_code
from credit.tables import CREDIT_BATCH, CREDIT_CASE, CREDIT_FACT, CREDIT_SUBJECT
from ledger.heads import size_of
from tests.credit.naming_world import registered
from tests.credit.samples import defaulter, penalty, serious, tax_case
from tests.parties.samples import uscc_of
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now
from tests.web.house import House
from tests.web.issuing_world import made, send
from tests.web.recall_world import CUP, YOGHURT, RecallWorld, open_world
from tests.web.test_access_matrix import doors_of

OWN: Final = uscc_of(51)
# Whom a person found to be the same party: what stood with this code stands with `OWN`.
FORMER: Final = uscc_of(52)
STANDS: Final = "青市监列〔2026〕501号"
# What nobody may read without a key: persons, and what marks each record that counts no longer.
PERSON: Final = "11010519491231002X"
GONE: Final = ("R601", "E602", "W603", "X604", "Y606", "T607", "J608")
SECRETS: Final = ("欧阳秘", "司马隐", PERSON, "P605", *GONE)
PAST: Final = "2025-06-01"
CASES: Final = "/api/v1/credit/cases"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curious:
    """A house with records of every kind, and what may be put into an address."""

    world: RecallWorld
    secrets: tuple[str, ...]
    values: dict[str, tuple[str, ...]]

    @property
    def house(self) -> House:
        return self.world.house


@pytest.fixture
def curious(house: House) -> Curious:
    house.clock.instant = datetime(2026, 6, 1, 2, tzinfo=UTC)
    world = open_world(house)
    _tell(house)
    _join(house)
    _repair(world, "R601")
    _repair(world, "J608")
    _object(world, "W603")
    report = {"uscc": OWN, "issued_to": "政务服务中心", "purpose": "资质审查"}
    number = made(send(house, "POST", "/api/v1/credit/reports", report, role="authority"))
    seal_now(house)
    return Curious(
        world=world,
        secrets=(*SECRETS, *_persons(house)),
        values=_values(house, str(number["number"])),
    )


def _tell(house: House) -> None:
    """Hand in what stands, and beside it everything that must not be told in public."""
    own, former = {"uscc": OWN, "name": "乳品厂"}, {"uscc": FORMER, "name": "旧乳品厂"}
    hand_in(house, "registration", registered(1, **own), registered(2, **former))
    removed = {"removed_on": "2026-05-01", "removed_no": "E602号移出", "removed_why": "E602已纠正"}
    hand_in(
        house,
        "serious_listing",
        serious(501, **own),
        serious(601, **own, list_no="R601", ground="R601事由", listed_on="2025-03-01"),
        serious(602, **own, list_no="E602", ground="E602事由", listed_on="2025-03-01", **removed),
        serious(603, **own, list_no="W603", ground="W603事由"),
        serious(604, **own, list_no="X604", ground="X604事由", listed_on="2022-01-01"),
        serious(608, **former, list_no="J608", ground="J608事由", listed_on="2025-03-01"),
    )
    person = {"cf_xdr_mc": "司马隐", "cf_xdr_lb": "自然人", "cf_xdr_shxym": "", "cf_wsh": "P605"}
    held = {"cf_xdr_zjlx": "身份证", "cf_xdr_zjhm": PERSON, "cf_wfxw": "P605行为"}
    hand_in(
        house,
        "penalty",
        penalty(605, **person, **held),
        penalty(
            606,
            cf_xdr_mc="乳品厂",
            cf_xdr_shxym=OWN,
            cf_wsh="Y606",
            cf_wfxw="Y606行为",
            cf_jdrq="2020-01-01",
        ),
    )
    # No row says how long an entry of before the list's first norm stays: it is in no public list.
    early = {"nsrmc": "乳品厂", "nsrsbh": OWN, "gbrq": "2022-01-15"}
    hand_in(house, "tax_case", tax_case(607, **early, wfss="T607事实"))
    court = {"type": "0", "iname": "欧阳秘", "cardnum": PERSON, "age": "40"}
    hand_in(house, "judgment_default", defaulter(9), defaulter(8, **court))


def _join(house: House) -> None:
    """Let a person say that the party with the former code is the one with the own code."""
    with reading(house.services.engine) as connection:
        own, former = (
            str(subject_of_code(connection, house.services.log, code)) for code in (OWN, FORMER)
        )
    said = {"party": former, "subject": own, "verdict": "positive", "reason": "换发证照"}
    made(send(house, "POST", "/api/v1/credit/judgements", said, role="authority"))


def _fact(world: RecallWorld, number: str) -> str:
    record = send(world.house, "GET", "/api/v1/credit/record", key=world.dairy.key).get_json()
    (found,) = [one["id"] for one in record["facts"] if one["number"] == number]
    return str(found)


def _open(world: RecallWorld, kind: str, number: str) -> str:
    body = {
        "kind": kind,
        "facts": [_fact(world, number)],
        "reason": f"{number}申请理由",
        "committed": True,
        "documents": [{"name": f"{number}.pdf", "sha256": "00" * 32}],
    }
    return str(made(send(world.house, "POST", CASES, body, key=world.dairy.key))["id"])


def _step(world: RecallWorld, case: str, step: str, **more: Any) -> None:
    path, body = f"{CASES}/{case}/steps", {"step": step, **more}
    answer = send(world.house, "POST", path, body, role="authority")
    assert answer.status_code == 200, answer.get_data(as_text=True)


def _repair(world: RecallWorld, number: str) -> None:
    case = _open(world, "repair", number)
    _step(world, case, "accept")
    decided = {"decision": f"{number}号修复", "decided_on": "2026-06-01"}
    _step(world, case, "approve", reason=f"{number}核实", **decided)


def _object(world: RecallWorld, number: str) -> None:
    case = _open(world, "objection", number)
    _step(world, case, "uphold", reason=f"{number}成立")


def _persons(house: House) -> Iterator[str]:
    """Yield by what the ledger knows natural persons."""
    with reading(house.services.engine) as connection:
        is_person = CREDIT_SUBJECT.c.kind == SubjectKind.PERSON.value
        for found in connection.execute(select(CREDIT_SUBJECT.c.id).where(is_person)).scalars():
            yield str(found)


def _values(house: House, number: str) -> dict[str, tuple[str, ...]]:
    """Return what to put in each kind of place."""
    with reading(house.services.engine) as connection:
        ids = [
            str(one)
            for column in (CREDIT_FACT.c.id, CREDIT_CASE.c.id, CREDIT_BATCH.c.id)
            for one in connection.execute(select(column).distinct()).scalars()
        ]
    size = size_of(house.services.engine, house.services.log) or 0
    codes = [CUP, YOGHURT, CUP.split("/21/")[0]]
    rests = [code.split("/01/")[1] for code in codes]
    words = [OWN, FORMER, PERSON, number, "R601", "serious_violation", "11010"]
    return {
        "uuid": tuple(ids),
        "log": (str(house.services.log),),
        "int": tuple(str(seq) for seq in range(size)),
        "list_id": tuple(credit_lists()),
        "kind": ("csv", "xlsx", "json"),
        "rest": tuple(rests),
        "code": (*codes, *words),
        "filename": ("suxin.css",),
        "number": (number, "R601"),
        "word": tuple(words),
    }


def _paths(curious: Curious, rule: str) -> Iterator[str]:
    names = re.findall(r"<(?:([a-z]+)(?:\([^)]*\))?:)?([a-z_0-9]+)>", rule)
    places = []
    for kind, name in names:
        found = curious.values
        places.append(found.get(name) or found.get(kind) or found["word"])
    for chosen in product(*places):
        path = rule
        for one in chosen:
            path = re.sub(r"<[^>]+>", quote(one, safe="/"), path, count=1)
        yield path


QUERIES: Final = (
    "",
    f"?day={PAST}",
    f"?day={PAST}&known={PAST}&from={PAST}&to=2026-06-01",
    f"?uscc={OWN}&q={OWN}&code={quote(CUP)}&query=R601&old=1&new=2",
    f"?uscc={FORMER}&q={FORMER}&query=J608&day=2026-05-31",
)


def _asked(curious: Curious) -> Iterator[tuple[str, str, str]]:
    """Yield every door with every path to it, and its answer to somebody without a key."""
    rules: dict[str, Rule] = {one.rule: one for one in curious.house.app.url_map.iter_rules()}
    for method, rule in sorted(doors_of(curious.house)):
        assert rule in rules
        for path in _paths(curious, rule):
            # Entries have no other answer to a query, and there are many of them.
            queries = QUERIES if "<int:" not in rule else QUERIES[:1]
            for query in queries if method == "GET" else QUERIES[:1]:
                answer = curious.house.ask(
                    method,
                    path + query,
                    headers={"Accept-Language": "zh"},
                    json=None if method == "GET" else {"uscc": OWN, "code": CUP},
                )
                text = answer.get_data().decode(errors="replace")
                answer.close()
                assert answer.status_code < 500, path
                yield f"{method} {rule}", path + query, text


def test_no_route_tells_anybody_of_a_person_or_of_a_record_that_counts_no_longer(
    curious: Curious,
) -> None:
    told, doors, tellers = [], set(), set()

    for door, path, answer in _asked(curious):
        doors.add(door)
        # What somebody typed may be said back to him and tells nobody anything.
        text = answer.replace(path, "")
        told += [(path, one) for one in curious.secrets if one in text and one not in path]
        if STANDS in text:
            tellers.add(door)

    assert told == []
    assert doors == {f"{method} {rule}" for method, rule in doors_of(curious.house)}
    # What stands is told: the same doors would have told the rest.
    assert {
        "GET /credit/lists/<list_id>",
        "GET /api/v1/credit/lists/<list_id>",
        "GET /01/<path:rest>",
    } <= tellers


def test_the_authority_reads_all_of_it_so_that_there_was_something_to_hide(
    curious: Curious,
) -> None:
    path = f"/api/v1/credit/record?uscc={OWN}"

    record = send(curious.house, "GET", path, role="authority").get_data(as_text=True)

    assert [one for one in (*GONE, STANDS) if one not in record] == []
