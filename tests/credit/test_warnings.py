"""Early warning: what a night opens, what is done about it, and what ends by itself."""

from datetime import date, timedelta

import pytest

from base.db import reading
from base.errors import Conflict, InvalidInput
from credit.evidence.gathering import gather_evidence
from credit.folding.projector import bring_up_credit
from credit.intake.taking import IntakeDesk
from credit.warning.since import since_worked_out
from parties.actors import CONSOLE
from tests.credit.rebuilding import rebuild
from tests.credit.samples import penalty, serious
from tests.credit.test_evidence import declared, failed
from tests.credit.warning_world import (
    TODAY,
    act,
    hand_over,
    make,
    night,
    set_day,
    stored,
    take,
    told,
    warnings,
)
from tests.instances import Installation
from tests.parties.samples import uscc_of

DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _today(installation: Installation) -> None:
    set_day(installation, TODAY)


def fined(*days: str) -> list[dict[str, str]]:
    return [penalty(1, cf_wsh=f"青农罚〔2026〕{at}号", cf_jdrq=day) for at, day in enumerate(days)]


THREE = ("2026-09-01", "2026-10-01", "2026-11-01")


def test_penalties_that_jump_are_warned_of_once(
    installation: Installation, intake: IntakeDesk
) -> None:
    take(intake, "penalty", *fined(*THREE))

    first, second = night(installation, intake), night(installation, intake)

    assert (first.opened, second.opened, second.ended) == (1, 0, 0)
    (one,) = warnings(installation)
    assert (one.code, one.severity, one.state) == ("penalty_jump", "warn", "open")
    assert (one.details["count"], one.details["before"], len(one.fact_ids)) == (3, 0, 3)
    assert one.rule is not None
    assert one.rule.says("zh", one.details) == "近90天行政处罚3次，此前365天0次。"


def test_a_failed_test_that_was_declared_wrong_ends_its_warning(
    installation: Installation, intake: IntakeDesk
) -> None:
    test = failed()
    installation.capture("maker", test)
    gather_evidence(intake, CONSOLE, installation.desk.owners.owners_of)
    night(installation, intake)
    assert [one.code for one in warnings(installation)] == ["failed_test"]

    installation.capture("maker", {**test, "errorDeclaration": declared()})
    gather_evidence(intake, CONSOLE, installation.desk.owners.owners_of)
    bring_up_credit(installation.engine, installation.log)
    with reading(installation.engine) as connection:
        found = since_worked_out(connection, installation.log, warnings(installation), TODAY)
    assert [one.is_hollow for one in found.values()] == [True]

    assert night(installation, intake).ended == 1


@pytest.mark.parametrize(
    ("days", "count"),
    [
        (THREE[:2], 0),
        # As many as ever: three in ninety days against twelve in the year before.
        ((*THREE, *(f"2026-{month:02d}-0{day}" for month in (2, 3, 4, 5) for day in (1, 2, 3))), 0),
        ((*THREE, "2026-03-01"), 1),
    ],
)
def test_as_many_as_ever_are_no_jump(
    installation: Installation, intake: IntakeDesk, days: tuple[str, ...], count: int
) -> None:
    take(intake, "penalty", *fined(*days))

    assert night(installation, intake).found == count


def test_what_was_dismissed_is_opened_by_new_facts_alone(
    installation: Installation, intake: IntakeDesk
) -> None:
    take(intake, "penalty", *fined(*THREE))
    night(installation, intake)
    (one,) = warnings(installation)

    act(installation, intake, one.id, "dismiss", reason="同一案件分拆")
    assert night(installation, intake).opened == 0
    assert told(installation)[0][2] == "dismissed"

    take(intake, "penalty", *fined(*THREE, "2026-11-20")[3:])
    assert night(installation, intake).opened == 1
    assert told(installation)[0][2] == "open"


def test_a_warning_ends_when_its_ground_is_gone_and_opens_when_it_is_back(
    installation: Installation, intake: IntakeDesk
) -> None:
    take(intake, "penalty", *fined(*THREE))
    night(installation, intake)

    later = night(installation, intake, TODAY + 60 * DAY)
    assert (later.ended, told(installation)[0][2]) == (1, "closed")

    again = night(installation, intake, TODAY)
    assert (again.opened, told(installation)[0][2]) == (1, "open")


def test_acts_follow_each_other_and_say_why(installation: Installation, intake: IntakeDesk) -> None:
    take(intake, "penalty", *fined(*THREE))
    night(installation, intake)
    (one,) = warnings(installation)

    with pytest.raises(InvalidInput, match="Say why"):
        act(installation, intake, one.id, "dismiss")
    seen = act(installation, intake, one.id, "acknowledge")
    assert (seen.state, seen.last_seq > one.last_seq) == ("acknowledged", True)
    with pytest.raises(Conflict, match="is acknowledged by now"):
        act(installation, intake, one.id, "dismiss", reason="过期", after=one.last_seq)
    ordered = act(installation, intake, one.id, "escalate", reason="连续处罚")
    assert (ordered.state, ordered.inspection_id is not None) == ("escalated", True)
    with pytest.raises(Conflict, match="what can follow is close"):
        act(installation, intake, one.id, "acknowledge")
    # Its inspection is awaited, whatever becomes of the ground.
    assert night(installation, intake, TODAY + 60 * DAY).ended == 0
    assert act(installation, intake, one.id, "close", reason="已检查").state == "closed"


def test_rebuilding_gives_the_same_rows(installation: Installation, intake: IntakeDesk) -> None:
    take(intake, "penalty", *fined(*THREE))
    take(intake, "serious_listing", serious(1))
    night(installation, intake)
    for one in warnings(installation, "penalty_jump"):
        act(installation, intake, one.id, "escalate", reason="连续处罚")
    live = stored(installation)

    rebuild(installation)

    assert stored(installation) == live
    assert [row[7] for row in live] != []


def test_a_listed_supplier_is_told_to_its_buyers_and_whoever_holds_its_goods(
    installation: Installation, intake: IntakeDesk
) -> None:
    for name in ("farm", "plant", "shop"):
        installation.party(name)
    day = date(2026, 11, 20)
    make(installation, "farm", 1, 2, day=day)
    hand_over(installation, "farm", "plant", 1, 2, day=day)
    hand_over(installation, "plant", "shop", 2, day=day + DAY)
    assert night(installation, intake).found == 0

    take(intake, "serious_listing", serious(1, uscc=uscc_of(1), listed_on="2026-11-22"))
    night(installation, intake)

    found = {(one.code, one.name): one for one in warnings(installation)}
    assert ("listed_supplier", "plant") in found
    assert found["listed_supplier", "plant"].details["count"] == 2
    assert ("listed_supplier", "shop") not in found
    assert {name for code, name in found if code == "listed_goods"} == {"plant", "shop"}
    assert ("punished", "青岛第1食品有限公司") in found


def test_a_party_that_stops_recording_is_told_once(
    installation: Installation, intake: IntakeDesk
) -> None:
    for number in range(10):
        make(installation, "farm", number + 1, day=date(2026, 10, 1) + number * DAY)
    assert night(installation, intake, date(2026, 11, 1)).found == 0

    first, second = night(installation, intake), night(installation, intake, TODAY + DAY)

    assert (first.opened, second.opened) == (1, 0)
    assert told(installation) == [("silent", "farm", "open")]


def test_who_takes_all_its_goods_from_one_supplier_depends_on_it(
    installation: Installation, intake: IntakeDesk
) -> None:
    for name in ("farm", "mill", "plant"):
        installation.party(name)
    hand_over(installation, "farm", "plant", *range(1, 8), day=date(2026, 11, 20))
    hand_over(installation, "mill", "plant", *range(11, 14), day=date(2026, 11, 20))

    night(installation, intake)

    (one,) = warnings(installation)
    assert (one.code, one.name, one.details["other"]) == ("dependence", "plant", "farm")
    assert (one.details["count"], one.details["share"]) == (10, 70)
