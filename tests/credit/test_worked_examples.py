"""Every worked example of the gathered facts, to the day."""

from collections.abc import Callable
from datetime import date
from trace.recall.workdays import workdays_after
from typing import Any

import pytest

from credit.model import Penalty
from credit.rulebook.matters import ClockTerms, GradesTerms
from credit.rulebook.model import Regime, Severity
from credit.rulebook.reading import national_book
from credit.rules.listing import delete_by, term_of
from credit.rules.publicity import Publicity, publicity_of
from tests.credit.facts_file import worked_examples

_SEVERITIES = {Severity.MINOR: "轻微", Severity.GENERAL: "一般", Severity.SERIOUS: "严重"}

Told = dict[str, Any]


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _fine(decided: str, kinds: frozenset[str] = frozenset({"fine_large"}), **more: Any) -> Penalty:
    return Penalty(decided_on=_day(decided), regime=Regime.CREDIT_CHINA, kinds=kinds, **more)


def _periods(found: Publicity) -> Told:
    assert found.minimum is not None
    assert found.maximum is not None
    return {
        "finding_date": found.minimum.start_on.isoformat(),
        "min_period_last_day": found.minimum.last_on.isoformat(),
        "repair_earliest_date": str(found.repairable_on),
        "repair_earliest_if_finding_day_counts": str(found.repairable_if_first_counts_on),
        "max_period_last_day": found.maximum.last_on.isoformat(),
        "auto_stop_from": str(found.stops_on),
    }


def _x01(facts: Told) -> Told:
    penalty = _fine(facts["decision"], fulfilled_on=_day(facts["duty_fulfilled"]))
    found = publicity_of(penalty, national_book())
    assert found.severity is not None
    return {"class": _SEVERITIES[found.severity], **_periods(found), "list_entry": False}


def _x02(facts: Told) -> Told:
    penalty = _fine(facts["decision"])
    kept = publicity_of(penalty, national_book())
    converted = publicity_of(penalty, national_book().converting({"R36-repeal"}))
    return {
        "under_order_58": _periods(kept),
        "under_order_36_if_old_records_are_converted": _periods(converted),
    }


def _x04(facts: Told) -> Told:
    penalty = _fine(facts["decision"], frozenset({"warning"}), procedure="summary")
    found = publicity_of(penalty, national_book())
    assert found.maximum is not None
    assert found.severity is not None
    told = "day the duty is fulfilled" if found.waits_for_duty else str(found.repairable_on)
    return {
        "class": _SEVERITIES[found.severity],
        "published": found.is_published,
        "if_published_last_day": found.maximum.last_on.isoformat(),
        "repair_earliest_date": told,
        "list_entry": False,
    }


def _x06(facts: Told) -> Told:
    return _periods(
        publicity_of(_fine(facts["decision"], stated=Severity.GENERAL), national_book())
    )


def _clock(regime: Regime, day: date) -> ClockTerms:
    found = national_book().one("repair.clock", day, regime, ClockTerms)
    assert found is not None
    return found[1]


def _x07(facts: Told) -> Told:
    clock = _clock(Regime.MARKET, _day(facts["accepted"]))
    decided = workdays_after(_day(facts["accepted"]), clock.decide or 0)
    pushed = workdays_after(decided.day, clock.push or 0)
    return {
        "deadline": str(decided.day),
        "cross_province_push_deadline_if_decided_on_deadline": str(pushed.day),
    }


def _x09(facts: Told) -> Told:
    clock = _clock(Regime.CREDIT_CHINA, _day(facts["accepted"]))
    assert clock.total == facts["working_days"]
    counted = workdays_after(_day(facts["accepted"]), clock.total or 0)
    return {"provisional_deadline": str(counted.day), "final": not counted.is_provisional}


def _x10(facts: Told) -> Told:
    listed_on = _day(facts["listed"])
    term = term_of(
        national_book(), "judgment_defaulter.period", Regime.COURT, starts_on=listed_on, item="4"
    )
    assert term.maximum is not None

    def by(ground_on: date) -> str:
        found = delete_by(
            national_book(), "judgment_defaulter.clock", Regime.COURT, ground_on, workdays_after
        )
        assert found is not None
        return str(found[0].day)

    performed = "2026-08-03"
    return {
        "last_day": str(term.maximum.last_on),
        "delete_by": by(term.maximum.last_on),
        "if_performed_on": performed,
        "then_delete_by": by(_day(performed)),
    }


def _x12(facts: Told) -> Told:
    clock = _clock(Regime.MARKET, _day(facts["application"]))
    counted = workdays_after(_day(facts["application"]), clock.decide or 0)
    shielding = national_book().of("repair.bankruptcy", _day(facts["application"]), Regime.MARKET)
    assert [rule.id for rule in shielding] == ["R107-8"]
    return {"deadline_if_7_working_days": str(counted.day)}


def _x14(facts: Told) -> Told:
    found: Told = {}
    for day in facts["finding_dates"]:
        grades = national_book().one("customs.grade", _day(day), Regime.CUSTOMS, GradesTerms)
        assert grades is not None
        found[day] = grades[0].id, [name for name, _ in grades[1].grades if "失信" in name]
    assert found == {
        "2026-03-31": ("RCUS-251", ["失信企业"]),
        "2026-04-01": ("RCUS-282", ["失信企业", "严重失信企业"]),
    }
    return {}


_TELL: dict[str, Callable[[Told], Told]] = {
    "X01": _x01,
    "X02": _x02,
    "X04": _x04,
    "X06": _x06,
    "X07": _x07,
    "X09": _x09,
    "X10": _x10,
    "X12": _x12,
    "X14": _x14,
}


@pytest.mark.parametrize("name", sorted(_TELL))
def test_a_worked_example_comes_out_to_the_day(name: str) -> None:
    example = worked_examples()[name]

    told = _TELL[name](example["facts"])

    assert told == {key: example["result"][key] for key in told}


def test_no_worked_example_is_left_out() -> None:
    assert set(worked_examples()) == set(_TELL)


@pytest.mark.parametrize("name", sorted(_TELL))
def test_a_worked_example_is_computed_by_rules_that_the_rulebook_has(name: str) -> None:
    cited = set(worked_examples()[name]["rules"])

    assert cited - national_book().rules.keys() == set()


@pytest.mark.parametrize("name", ["X01", "X02", "X06"])
def test_the_explanation_of_a_penalty_names_every_row_that_its_example_cites(name: str) -> None:
    example = worked_examples()[name]
    books = (national_book(), national_book().converting({"R36-repeal"}))

    told = {
        rule.id
        for book in books
        for rule in publicity_of(_fine(example["facts"]["decision"]), book).because.rules
    }

    assert set(example["rules"]) - told == set()
