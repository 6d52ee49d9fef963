"""A measure that was lifted after a repair, and whose record counts again since."""

from datetime import timedelta

from tests.credit.samples import serious
from tests.web.credit_world import hand_in
from tests.web.house import House
from tests.web.signed_in import once_of, sign_in
from tests.web.test_credit_case_pages import ask, at_of, code_of, fact_of
from tests.web.test_credit_counter_pages import APPLY, MEASURES
from tests.web.test_credit_waiting import told_on
from tests.web.work_world import text_of


def test_who_lifted_a_measure_is_told_that_its_record_counts_again(sqlite_house: House) -> None:
    house = sqlite_house
    house.clock.instant += timedelta(days=300)
    own = code_of(house)
    hand_in(house, "serious_listing", serious(1, uscc=own, listed_on="2025-06-01"))
    authority = sign_in(house, "authority")
    form = f"{APPLY}?uscc={own}&measure=MZ-03"
    sent = {"uscc": own, "measure": "MZ-03", "matter": "honours"}
    authority.post(APPLY, once=once_of(authority.get(form)), **sent)
    at = at_of(ask(sign_in(house), fact_of(house)))
    decided = {"decision": "青市监修〔2026〕1号", "decided_on": "2026-12-26", "reason": "核实"}
    for step, more in (("accept", {}), ("approve", decided)):
        at_of(authority.post(f"{at}/steps", page=at, step=step, **more))
    lift = text_of(authority.get(MEASURES)).split('<form class="credit-lift" action="')[1]
    at_of(authority.post(lift.split('"')[0], once=once_of(authority.get(MEASURES))))
    before = [text_of(authority.get(one)) for one in (MEASURES, at)]
    start = told_on(text_of(authority.get("/work")))

    revoked = {**decided, "article": "ndrc36 19", "decision": "青市监修〔2026〕2号"}
    at_of(authority.post(f"{at}/steps", page=at, step="revoke", **revoked))

    assert not any("条件恢复" in page for page in before)
    assert all("条件恢复" in text_of(authority.get(one)) for one in (MEASURES, at))
    again = f"{MEASURES}#lifted"
    assert again not in start
    assert told_on(text_of(authority.get("/work")))[again] == "依据恢复的措施 待办 1"
    authority.post(APPLY, once=once_of(authority.get(form)), **sent)
    assert again not in told_on(text_of(authority.get("/work")))
    assert not any("条件恢复" in text_of(authority.get(one)) for one in (MEASURES, at))
