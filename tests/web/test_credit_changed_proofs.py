"""A record that was changed since its file came is proven by its batch, on every page and paper."""

import re
from datetime import timedelta

from tests.codes.labels.samples import text_of_pdf
from tests.credit.samples import serious
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now
from tests.web.house import House
from tests.web.issuing_world import made, send
from tests.web.signed_in import sign_in
from tests.web.test_credit_case_pages import ask, at_of, code_of, fact_of
from tests.web.work_world import text_of

LIST = "serious_violation"


def test_a_row_is_told_beside_the_entry_of_its_batch_and_not_of_what_changed_it(
    sqlite_house: House,
) -> None:
    house = sqlite_house
    house.clock.instant += timedelta(days=300)
    own = code_of(house)
    batch = hand_in(house, "serious_listing", serious(1, uscc=own, listed_on="2025-06-01"))
    _repaired_and_revoked(house)
    authority = sign_in(house, "authority")

    entry = send(house, "GET", f"/api/v1/credit/check?uscc={own}", role="authority").get_json()
    (changed,) = entry["entries"]
    texts = [
        text_of(authority.get(path))
        for path in (
            f"/work/credit/parties/{own}",
            f"/work/credit/lists/{LIST}",
            f"/work/credit/check?q={own}&matter=procurement",
        )
    ]

    assert changed["seq"] > (batch.seq or 0)
    since = rf"后经账本条目变更： ?<[^>]*/{changed['seq']}\">"
    for text in texts:
        assert re.search(rf"/{batch.seq}\">#{batch.seq}</a> 文件第 2 行 · {since}", text)
    for paper in _papers(house, own):
        told = f"账本条目 {batch.seq}，文件第 2 行；后经账本条目 {changed['seq']} 变更"
        assert told in paper.replace("\n", "")


def _repaired_and_revoked(house: House) -> None:
    authority = sign_in(house, "authority")
    at = at_of(ask(sign_in(house), fact_of(house)))
    decided = {"decision": "青市监修〔2026〕1号", "decided_on": "2026-12-26", "reason": "核实"}
    revoked = {**decided, "article": "ndrc36 19", "decision": "青市监修〔2026〕2号"}
    for step, more in (("accept", {}), ("approve", decided), ("revoke", revoked)):
        at_of(authority.post(f"{at}/steps", page=at, step=step, **more))


def _papers(house: House, code: str) -> list[str]:
    """Return what a snapshot of the list and a report on the party say on paper."""
    asked = {"uscc": code, "issued_to": "政务服务中心", "purpose": "资质审查"}
    lists, reports = f"/api/v1/credit/lists/{LIST}/snapshots", "/api/v1/credit/reports"
    snapshot = made(send(house, "POST", lists, {}, role="authority"))["number"]
    report = made(send(house, "POST", reports, asked, role="authority"))["number"]
    seal_now(house)
    links = (
        f"/api/v1/credit/snapshots/{snapshot}/list.pdf",
        f"/api/v1/credit/reports/{report}/report.pdf",
    )
    return [text_of_pdf(send(house, "GET", one, role="authority").data) for one in links]
