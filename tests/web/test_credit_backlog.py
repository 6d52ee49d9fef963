"""Questions of credit while a long batch waits to be folded: nobody who asks folds it."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from trace.projections.tables import PROJECTION_CURSOR
from typing import Any, Final

import pytest
from sqlalchemy import select

from base.db import reading, transaction
from credit.folding.projector import bring_up_credit, forget_credit
from tests.credit.samples import csv_of, penalty, serious, uscc
from tests.web.access_table import EXPECTED
from tests.web.credit_world import hand_in
from tests.web.house import House, open_house
from tests.web.issuing_world import send
from tests.web.signed_in import sign_in

SHORT, LONG = 1, 30
CHECK: Final = "/api/v1/credit/check?uscc="
MORNING: Final = datetime(2026, 11, 25, 1, tzinfo=UTC)
_FILLED: Final = {"uuid": "00000000-0000-7000-8000-000000000000", "int": "1", "path": "x"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A house whose questions fold forty rows at most, and the entry of a batch of more."""

    house: House
    seq: int

    def folded(self) -> int:
        own = PROJECTION_CURSOR.c
        with reading(self.house.services.engine) as connection:
            cursor = select(own.next_seq).where(own.name == "credit")
            return int(connection.execute(cursor).scalar() or 0)


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Waiting]:
    folder: Path = tmp_path_factory.mktemp("backlog")
    house = open_house(f"sqlite:///{folder / 'suxin.db'}", folder, credit_backlog_max=40)
    house.clock.instant = MORNING
    hand_in(house, "serious_listing", *(serious(number) for number in range(1, SHORT + 1)))
    assert _check(house, 1)[0]["behind"] == 0
    batch = hand_in(house, "penalty", *(penalty(number) for number in range(2, LONG + 2)))
    assert batch.seq is not None
    yield Waiting(house=house, seq=batch.seq)
    house.services.engine.dispose()


def _check(house: House, number: int) -> tuple[Any, Any]:
    answer = send(house, "GET", f"{CHECK}{uscc(number)}", role="authority")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.loads(answer.get_data()), answer.headers


def _path(rule: str) -> str:
    """Return an address of a rule, whatever it names."""
    return re.sub(r"<(?:(\w+):)?\w+>", lambda found: _FILLED.get(found[1] or "", "x"), rule)


def test_a_short_batch_is_in_the_answer_to_the_first_question(waiting: Waiting) -> None:
    told, _ = _check(waiting.house, 1)

    assert [one["list"] for one in told["entries"]] == ["serious_violation"]


def test_an_answer_says_which_entries_it_is_of_while_a_long_batch_waits(waiting: Waiting) -> None:
    told, headers = _check(waiting.house, 2)

    assert (told["known"], told["behind"]) == (False, 1)
    assert (headers["Suxin-Credit-Size"], headers["Suxin-Credit-Behind"]) == (str(waiting.seq), "1")
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("address", ["/work/credit/check", "/work/credit/cases", "/credit/lists/x"])
def test_a_page_says_what_it_lacks(waiting: Waiting, address: str) -> None:
    address = address.replace("/x", "/serious_violation")
    address += f"?q={uscc(2)}" if address.endswith("check") else ""

    page = sign_in(waiting.house, "authority").get(address).get_data(as_text=True)

    assert "本结果落后于账本" in page
    assert "已记录的 1 条信用条目还没有计入" in page


@pytest.mark.parametrize(
    "rule",
    sorted(rule for method, rule in EXPECTED if method == "GET" and "/credit" in rule),
)
def test_no_door_folds_a_long_batch_because_somebody_asked(waiting: Waiting, rule: str) -> None:
    house, path = waiting.house, f"{_path(rule)}?uscc={uscc(2)}"

    if rule.startswith("/work"):
        sign_in(house, "authority").get(path)
    else:
        house.ask("GET", path, role="authority")

    assert waiting.folded() <= waiting.seq


def test_what_is_not_folded_yet_is_told_to_a_subscriber_later(tmp_path: Path) -> None:
    house = open_house(f"sqlite:///{tmp_path / 'suxin.db'}", tmp_path, credit_backlog_max=40)
    house.clock.instant = MORNING
    hand_in(house, "serious_listing", serious(1))
    body = {"codes": [uscc(2)], "purpose": "政府采购项目的供应商"}
    assert send(house, "POST", "/api/v1/credit/watches", body, role="authority").status_code < 300
    hand_in(house, "serious_listing", *(serious(number) for number in range(2, LONG + 2)))

    early = _changes(house, "")
    bring_up_credit(house.services.engine, house.services.log)
    late = _changes(house, early["next_after"])

    assert early["changes"] == []
    assert late["changes"][0]["kind"] == "record_begun"
    house.services.engine.dispose()


def test_a_counter_is_not_told_of_a_clean_record_while_entries_are_unread(waiting: Waiting) -> None:
    person = sign_in(waiting.house, "authority")

    unread = person.get(f"/work/credit/check?q={uscc(2)}").get_data(as_text=True)
    listed = person.get(f"/work/credit/check?q={uscc(1)}").get_data(as_text=True)

    assert "尚不能确定" in unread
    assert "尚不能确定" not in listed


def test_a_subscriber_asks_again_while_credit_is_made_anew(tmp_path: Path) -> None:
    house = open_house(f"sqlite:///{tmp_path / 'suxin.db'}", tmp_path, credit_backlog_max=0)
    house.clock.instant = MORNING
    hand_in(house, "serious_listing", serious(1))
    parts = house.services
    bring_up_credit(parts.engine, parts.log)
    told = _changes(house, "")["next_after"]
    with transaction(parts.engine) as connection:
        forget_credit(connection, parts.log)

    early = send(house, "GET", f"/api/v1/credit/changes?after={told}", role="authority")
    bring_up_credit(parts.engine, parts.log)

    assert early.status_code == 503
    assert _changes(house, told)["changes"] == []
    parts.engine.dispose()


def test_whoever_hands_in_a_long_batch_reads_it_at_once(tmp_path: Path) -> None:
    house = open_house(f"sqlite:///{tmp_path / 'suxin.db'}", tmp_path, credit_backlog_max=0)
    house.clock.instant = MORNING
    page = "/work/credit/feeds/penalty"
    person = sign_in(house, "authority")
    file = (io.BytesIO(csv_of(penalty(number) for number in range(1, LONG + 1))), "a.csv")

    tried = person.post(page, page=page, file=file).get_data(as_text=True)
    found = re.search(r'name="sha256" value="([0-9a-f]{64})"', tried)
    assert found is not None
    taken = person.post(f"{page}/take", page=page, sha256=found[1])
    told, headers = _check(house, 2)

    assert taken.status_code == 303
    assert (told["known"], told["behind"]) == (True, 0)
    assert "Suxin-Credit-Behind" not in headers
    house.services.engine.dispose()


def _changes(house: House, after: str) -> Any:
    answer = send(house, "GET", f"/api/v1/credit/changes?after={after}", role="authority")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return json.loads(answer.get_data())
