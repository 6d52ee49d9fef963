"""The same penalty on the day before, of and after each change of law, by the rules of its day."""

from dataclasses import dataclass
from datetime import date

import pytest

from credit.model import Penalty
from credit.rulebook.model import Regime, Severity
from credit.rulebook.reading import national_book
from credit.rules.publicity import Unknown, publicity_of

_CHINA, _MARKET = Regime.CREDIT_CHINA, Regime.MARKET


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """A decision, and what has to come of it: severity, last days, and the rows it stands on."""

    decided: str
    regime: Regime
    kinds: str
    rules: str
    severity: Severity | None = None
    fields: str = ""
    published: str = ""
    least: str = ""
    most: str = ""
    unknown: Unknown | None = None
    is_published: bool = True


_CASES = [
    # 发改办财金〔2019〕527号 from 2019-07-01 on; the severity is the authority's own.
    _Case(
        decided="2019-06-30",
        regime=_CHINA,
        kinds="fine",
        rules="own-limit",
        unknown=Unknown.NO_RULE,
    ),
    _Case(
        decided="2019-07-01",
        regime=_CHINA,
        kinds="fine",
        severity=Severity.GENERAL,
        least="2019-10-01",
        most="2020-07-01",
        rules="R527.general",
    ),
    _Case(
        decided="2019-07-02",
        regime=_CHINA,
        kinds="fine",
        severity=Severity.SERIOUS,
        least="2020-01-02",
        most="2022-07-02",
        rules="R527.serious",
    ),
    _Case(
        decided="2020-02-29",
        regime=_CHINA,
        kinds="fine",
        severity=Severity.SPECIAL,
        least="2023-02-28",
        most="2023-02-28",
        rules="R527.special",
    ),
    # Order 58 from 2023-05-01 on: no severities, a year for some fields.
    _Case(
        decided="2023-04-30",
        regime=_CHINA,
        kinds="fine",
        severity=Severity.GENERAL,
        fields="work_safety",
        least="2023-07-30",
        most="2024-04-30",
        rules="R527.general RCAL-4",
    ),
    _Case(
        decided="2023-05-01",
        regime=_CHINA,
        kinds="fine",
        fields="work_safety",
        least="2024-05-01",
        most="2026-05-01",
        rules="R58-per.field RCAL-4 R36-repeal",
    ),
    _Case(
        decided="2023-05-02",
        regime=_CHINA,
        kinds="fine",
        fields="farm_inputs",
        least="2023-08-02",
        most="2026-05-02",
        rules="R58-per RCAL-4 R36-repeal",
    ),
    # Order 36 from 2026-04-01 on.
    _Case(
        decided="2026-03-31",
        regime=_CHINA,
        kinds="fine",
        fields="farm_produce",
        least="2026-06-30",
        most="2029-03-31",
        rules="R58-per RCAL-4 R36-repeal",
    ),
    _Case(
        decided="2026-04-01",
        regime=_CHINA,
        kinds="fine confiscation",
        severity=None,
        least="2026-07-01",
        most="2027-04-01",
        rules="R36-class R36-per-general R36-start R36-expire R36-cond RCAL-4",
    ),
    _Case(
        decided="2026-04-02",
        regime=_CHINA,
        kinds="fine revoke_licence",
        least="2027-04-02",
        most="2029-04-02",
        rules="R36-class R36-per-serious R36-start R36-expire R36-cond RCAL-4",
    ),
    _Case(
        decided="2026-04-02",
        regime=_CHINA,
        kinds="warning criticism",
        most="2026-07-02",
        is_published=False,
        rules="R36-class R36-per-minor R36-start R36-expire R36-cond RCF-51 RCAL-4",
    ),
    # 国市监信规〔2021〕3号 with Order 45 from 2021-09-01 on: from publication.
    _Case(
        decided="2021-08-31",
        regime=_MARKET,
        kinds="fine",
        rules="own-limit",
        unknown=Unknown.NO_RULE,
    ),
    _Case(
        decided="2021-09-01",
        regime=_MARKET,
        kinds="fine",
        published="2021-09-20",
        least="2022-03-20",
        most="2024-09-20",
        rules="ROLD-1 R45-13 RCAL-4",
    ),
    _Case(
        decided="2021-09-02",
        regime=_MARKET,
        kinds="fine",
        rules="ROLD-1 R45-13 own-limit",
        unknown=Unknown.NOT_PUBLISHED_YET,
    ),
    _Case(
        decided="2021-09-02",
        regime=_MARKET,
        kinds="warning",
        published="2021-09-20",
        least="2021-12-20",
        most="2021-12-20",
        is_published=False,
        rules="R45-2 ROLD-1.low R45-13 RCAL-4",
    ),
    # Order 107 from 2025-12-25 on: from the decision, with severities.
    _Case(
        decided="2025-12-24",
        regime=_MARKET,
        kinds="fine_large",
        fields="food",
        published="2025-12-30",
        least="2026-12-30",
        most="2028-12-30",
        rules="ROLD-1.field R45-13 RCAL-4 R107-0",
    ),
    _Case(
        decided="2025-12-25",
        regime=_MARKET,
        kinds="fine_large",
        fields="food",
        published="2025-12-30",
        least="2026-03-25",
        most="2026-12-25",
        rules="R107-2 R107-3 RCAL-4",
    ),
    _Case(
        decided="2025-12-26",
        regime=_MARKET,
        kinds="revoke_licence",
        fields="food",
        least="2026-12-26",
        most="2028-12-26",
        rules="R107-2 R107-4 R22-2.serious R45-14.now RCAL-4",
    ),
]


@pytest.mark.parametrize(
    "case", _CASES, ids=lambda case: f"{case.regime}-{case.decided}-{case.kinds}"
)
def test_a_penalty_is_public_by_the_rules_of_the_day_of_its_decision(case: _Case) -> None:
    penalty = Penalty(
        decided_on=date.fromisoformat(case.decided),
        regime=case.regime,
        kinds=frozenset(case.kinds.split()),
        fields=frozenset(case.fields.split()),
        stated=case.severity,
        published_on=date.fromisoformat(case.published) if case.published else None,
    )

    found = publicity_of(penalty, national_book())

    assert " ".join(rule.id for rule in found.because.rules) == case.rules
    assert found.unknown is case.unknown
    assert found.is_published is case.is_published
    assert (str(found.minimum.last_on) if found.minimum else "") == case.least
    assert (str(found.maximum.last_on) if found.maximum else "") == case.most


def test_some_penalties_were_never_published_for_a_shorter_time() -> None:
    penalty = Penalty(
        decided_on=date(2025, 12, 24),
        regime=_MARKET,
        kinds=frozenset({"stop_operation"}),
        published_on=date(2025, 12, 29),
    )

    found = publicity_of(penalty, national_book())

    assert not found.is_repairable
    assert found.repairable_on is None
    assert found.barred_by is not None
    assert found.barred_by.id == "R45-14"
    assert "R45-14" in [rule.id for rule in found.because.rules]
    assert found.stops_on == date(2028, 12, 30)


def test_a_longer_restriction_was_published_to_its_end() -> None:
    penalty = Penalty(
        decided_on=date(2022, 1, 10),
        regime=_MARKET,
        kinds=frozenset({"bar_person"}),
        published_on=date(2022, 1, 20),
        restricted_until_on=date(2027, 1, 10),
    )

    found = publicity_of(penalty, national_book())

    assert found.maximum is not None
    assert found.maximum.last_on == date(2027, 1, 10)


def test_a_duty_that_is_fulfilled_late_moves_the_first_day_of_repair() -> None:
    decided = Penalty(
        decided_on=date(2026, 4, 1), regime=_CHINA, kinds=frozenset({"fine"}), stated=None
    )
    late = Penalty(
        decided_on=date(2026, 4, 1),
        regime=_CHINA,
        kinds=frozenset({"fine"}),
        fulfilled_on=date(2026, 9, 9),
    )

    assert publicity_of(decided, national_book()).repairable_on == date(2026, 7, 2)
    assert publicity_of(late, national_book()).repairable_on == date(2026, 9, 9)


def test_without_the_authoritys_severity_the_rules_of_2019_give_no_period() -> None:
    penalty = Penalty(decided_on=date(2020, 1, 1), regime=_CHINA, kinds=frozenset({"fine"}))

    found = publicity_of(penalty, national_book())

    assert found.unknown is Unknown.SEVERITY
    assert found.maximum is None


def test_a_row_from_memory_can_be_switched_off() -> None:
    penalty = Penalty(
        decided_on=date(2026, 5, 20), regime=_MARKET, kinds=frozenset({"revoke_licence"})
    )

    found = publicity_of(penalty, national_book())
    without = publicity_of(penalty, national_book().without({"R107-4"}))

    assert not found.because.is_certain
    assert without.unknown is Unknown.NO_RULE
