"""Acts on credit while a long batch waits to be folded: each waits, and none is half done."""

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from trace.projections.tables import PROJECTION_CURSOR
from typing import Any, Final
from uuid import UUID

import pytest
from sqlalchemy import select

from base.db import reading, transaction
from credit.folding.projector import bring_up_credit, forget_credit
from ledger.store import read_head
from tests.credit.samples import csv_of, penalty, serious, uscc
from tests.web.credit_world import hand_in
from tests.web.house import House, open_house
from tests.web.issuing_world import made, send
from tests.web.signed_in import sign_in

SHORT, LONG = 1, 30
API: Final = "/api/v1/credit"
NOBODY: Final = UUID("00000000-0000-7000-8000-000000000000")
MORNING: Final = datetime(2026, 11, 25, 1, tzinfo=UTC)
NOTICE: Final = {
    "kind": "listing",
    "uscc": uscc(1),
    "reason": "三次抽检不合格",
    "article": "第44号令第五条",
    "terms": {
        "list": "serious_violation",
        "item": "1",
        "measures": "MZ-01",
        "authority": "market_regulation",
        "authority_name": "青岛市市场监督管理局",
    },
}
ACTS: Final[dict[str, tuple[str, dict[str, Any]]]] = {
    "cases": ("POST", NOTICE),
    "applications": ("POST", {"uscc": uscc(1), "measure": "MZ-03", "matter": "honours"}),
    f"applications/{NOBODY}/lift": ("POST", {}),
    "judgements": (
        "POST",
        {"mention": str(NOBODY), "subject": str(NOBODY), "verdict": "negative", "reason": "不是"},
    ),
    f"judgements/{NOBODY}/undo": ("POST", {"reason": "误判"}),
    f"warnings/{NOBODY}/acts": ("POST", {"act": "acknowledge"}),
    "draws": (
        "POST",
        {
            "title": "双随机",
            "plan": "food",
            "inspectors": ["37020001"],
            "beacon": "双色球",
            "due_on": "2026-12-31",
        },
    ),
    f"draws/{NOBODY}/draw": ("POST", {"value": "03 07"}),
    f"inspections/{NOBODY}/result": ("POST", {"result": "passed", "inspected_on": "2026-11-25"}),
    "lists/serious_violation/snapshots": ("POST", {}),
    "reports": ("POST", {"uscc": uscc(1), "issued_to": "某某公司", "purpose": "招标"}),
    "watches": ("POST", {"codes": [uscc(1)], "purpose": "政府采购项目的供应商"}),
    "changes/hook": ("PUT", {"url": "https://127.0.0.1/changes"}),
}
"""What is done over HTTP by what is known: by path, with its method and body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """A house that folds forty rows at most, a case of it, and the entry of a batch of more."""

    house: House
    case_id: str
    seq: int

    def stands_at(self) -> tuple[int, int]:
        """Return how far was folded, and how long the log is."""
        own, log = PROJECTION_CURSOR.c, self.house.services.log
        with reading(self.house.services.engine) as connection:
            cursor = select(own.next_seq).where(own.name == "credit")
            folded = int(connection.execute(cursor).scalar() or 0)
            return folded, read_head(connection, log).size


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Waiting]:
    folder: Path = tmp_path_factory.mktemp("backlog")
    url = f"sqlite:///{folder / 'suxin.db'}"
    house = open_house(url, folder, credit_backlog_max=40, hooks_private_allowed=1)
    house.clock.instant = MORNING
    hand_in(house, "serious_listing", *(serious(number) for number in range(1, SHORT + 1)))
    case_id = made(send(house, "POST", f"{API}/cases", NOTICE, role="authority"))["id"]
    batch = hand_in(house, "penalty", *(penalty(number) for number in range(2, LONG + 2)))
    assert batch.seq is not None
    yield Waiting(house=house, case_id=case_id, seq=batch.seq)
    house.services.engine.dispose()


@pytest.mark.parametrize("path", [*ACTS, "cases/{case}/steps"])
def test_what_is_done_by_what_is_known_waits_until_that_is_all(waiting: Waiting, path: str) -> None:
    before = waiting.stands_at()
    method, body = ACTS.get(path, ("POST", {"step": "drop", "reason": "证据不足"}))

    answer = send(
        waiting.house,
        method,
        f"{API}/{path.replace('{case}', waiting.case_id)}",
        body,
        role="authority",
    )

    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "nothing was recorded" in json.loads(answer.get_data())["detail"]
    assert waiting.stands_at() == before
    assert before[0] <= waiting.seq


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("cases/{case}", {"step": "drop", "reason": "证据不足"}),
        ("apply", {"uscc": uscc(1), "measure": "MZ-03", "matter": "honours"}),
        ("watches", {"code": uscc(1), "purpose": "政府采购项目的供应商"}),
        ("feeds/penalty", {"file": "csv"}),
        ("watches/hook", {"url": "https://127.0.0.1/changes"}),
        ("lists/serious_violation/snapshots", {}),
        (
            "reports/new",
            {"edition": "public", "uscc": uscc(1), "issued_to": "某某公司", "purpose": "招标"},
        ),
    ],
)
def test_a_form_is_shown_again_as_it_was_typed_and_says_when_to_send_it(
    waiting: Waiting, path: str, form: dict[str, str]
) -> None:
    before, person = waiting.stands_at(), sign_in(waiting.house, "authority")
    page = f"/work/credit/{path.replace('{case}', waiting.case_id)}"
    there = f"{page}/steps" if "step" in form else page

    sent: dict[str, Any] = dict(form)
    if "file" in form:
        sent["file"] = (io.BytesIO(csv_of([penalty(1)])), "a.csv")

    answer = person.post(there, page=page, **sent)

    text = answer.get_data(as_text=True)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    assert "正在计入大批数据，本次没有记录，请5秒后再提交" in text
    assert all(form[name] in text for name in ("reason", "purpose", "url") if name in form)
    assert waiting.stands_at() == before


def test_what_was_asked_for_is_done_once_the_batch_was_read(tmp_path: Path) -> None:
    house = open_house(f"sqlite:///{tmp_path / 'suxin.db'}", tmp_path, credit_backlog_max=40)
    house.clock.instant = MORNING
    hand_in(house, "serious_listing", serious(1))
    parts = house.services
    with transaction(parts.engine) as connection:
        forget_credit(connection, parts.log)
    hand_in(house, "penalty", *(penalty(number) for number in range(2, LONG + 2)))

    early = send(house, "POST", f"{API}/cases", NOTICE, role="authority", once="notice-1")
    bring_up_credit(parts.engine, parts.log)
    late = send(house, "POST", f"{API}/cases", NOTICE, role="authority", once="notice-1")

    assert (early.status_code, late.status_code) == (503, 201)
    house.services.engine.dispose()
