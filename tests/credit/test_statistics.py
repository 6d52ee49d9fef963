"""Counts of lists, decisions, measures, cases and feeds: of organisations alone, on a day."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from base.db import reading
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.intake.batches import Door
from credit.intake.taking import IntakeDesk, take_batch
from credit.list_reading import AsKnown, search_list
from credit.statistics.counting import (
    DecidedCount,
    ListedCount,
    decided_counts,
    listed_counts,
    summed,
)
from credit.statistics.industries import section_of, sections
from credit.statistics.timeliness import FeedCount, feed_counts
from tests.credit.naming_world import hand_in, queue, say
from tests.credit.samples import AUTHORITY, csv_of, defaulter, penalty, serious, uscc
from tests.instances import Installation

DAY = date(2026, 12, 20)


def registered(number: int, region: str, industry: str) -> dict[str, str]:
    return {
        "name": f"青岛第{number}食品有限公司",
        "uscc": uscc(number),
        "region": region,
        "industry": industry,
        "kind": "02",
        "established_on": "2016-05-03",
        "status": "存续",
        "authority": "青岛市市场监督管理局",
    }


@pytest.fixture
def counted(installation: Installation, intake: IntakeDesk) -> Installation:
    """Three parties of two regions; a person among the defaulters; penalties soon, late, unread."""
    installation.clock.instant = datetime(2026, 12, 14, 1, tzinfo=UTC)
    person = defaulter(4, iname="张三", cardnum="370202199001011237", type="0")
    batches = {
        "registration": [
            registered(1, "370202", "C1411"),
            registered(2, "370202", "5122"),
            registered(3, "370203", "C1411"),
        ],
        "serious_listing": [serious(1)],
        "judgment_default": [defaulter(1), defaulter(2), person],
        "penalty": [
            penalty(1, cf_jdrq="2026-12-10"),
            penalty(2, cf_jdrq="2026-12-01"),
            penalty(3, cf_jdrq="2026-02-31"),
        ],
    }
    for feed, rows in batches.items():
        taken = take_batch(
            intake, AUTHORITY, FEEDS[feed], csv_of(rows), door=Door.FILE, is_released=True
        )
        assert taken.received == len(rows), taken.message
        assert taken.quarantined == (feed == "penalty")
    installation.clock.instant = datetime(2026, 12, 30, 1, tzinfo=UTC)
    later = csv_of([serious(3, listed_on="2026-12-30")])
    take_batch(intake, AUTHORITY, FEEDS["serious_listing"], later, door=Door.FILE)
    bring_up_credit(installation.engine, installation.log)
    return installation


def test_who_is_on_a_list_is_counted_by_region_and_section_and_no_person_is(
    counted: Installation,
) -> None:
    with reading(counted.engine) as connection:
        found = listed_counts(connection, counted.log, DAY)
        later = listed_counts(connection, counted.log, date(2027, 1, 5))

    one = {"organisations": 1}
    assert found == [
        ListedCount(list_id="judgment_defaulter", region="370202", section="C", **one),
        ListedCount(list_id="judgment_defaulter", region="370202", section="F", **one),
        ListedCount(list_id="serious_violation", region="370202", section="C", **one),
    ]
    assert summed(found, "region")["judgment_defaulter"] == {"370202": 2}
    assert summed(later, "region")["serious_violation"] == {"370202": 1, "370203": 1}


def test_decisions_are_counted_month_by_month_from_the_first_day_to_the_last(
    counted: Installation,
) -> None:
    with reading(counted.engine) as connection:
        found = decided_counts(connection, counted.log, date(2026, 12, 1), date(2026, 12, 10))

    (december,) = found
    assert december == DecidedCount(
        year=2026, month=12, kind="penalty", severity=december.severity, decisions=1
    )


@pytest.mark.parametrize(
    ("day", "decisions"),
    [(date(2026, 12, 14), 2), (date(2027, 12, 10), 2), (date(2027, 12, 11), 1)],
)
def test_what_everybody_is_told_holds_nothing_that_has_run_out(
    installation: Installation, intake: IntakeDesk, day: date, decisions: int
) -> None:
    # Each is public for a year.
    installation.clock.instant = datetime(2026, 12, 14, 1, tzinfo=UTC)
    hand_in(intake, "penalty", penalty(1, cf_jdrq="2026-12-10"), penalty(2, cf_jdrq="2026-12-12"))

    with reading(installation.engine) as connection:
        first, end = date(2026, 12, 1), date(2027, 1, 1)
        every = decided_counts(connection, installation.log, first, end)
        public = decided_counts(connection, installation.log, first, end, told_on=day)

    assert sum(one.decisions for one in every) == 2
    assert sum(one.decisions for one in public) == decisions


def _of(counts: list[FeedCount], feed: str) -> FeedCount:
    return next(one for one in counts if one.feed == feed)


def test_a_feed_is_late_by_working_days_from_the_decision_to_its_first_report(
    counted: Installation, intake: IntakeDesk
) -> None:
    with reading(counted.engine) as connection:
        penalties = _of(
            feed_counts(connection, counted.log, date(2026, 12, 14), date(2026, 12, 15)), "penalty"
        )
    assert (penalties.received, penalties.accepted, penalties.quarantined) == (3, 2, 1)
    # The seventh working day after 1 December is the 10th.
    assert (penalties.workdays, penalties.reported, penalties.late) == (7, 2, 1)
    assert sum(penalties.codes.values()) == 1

    counted.clock.instant = datetime(2027, 2, 1, 1, tzinfo=UTC)
    again = csv_of([penalty(1, cf_jdrq="2026-12-10", cf_nr_fk="6.000000")])
    take_batch(intake, AUTHORITY, FEEDS["penalty"], again, door=Door.FILE, is_released=True)
    bring_up_credit(counted.engine, counted.log)

    with reading(counted.engine) as connection:
        corrected = _of(
            feed_counts(connection, counted.log, date(2027, 2, 1), date(2027, 2, 2)), "penalty"
        )
    assert (corrected.accepted, corrected.reported, corrected.late) == (1, 0, 0)


def test_of_days_without_batches_every_feed_has_a_row_of_noughts(counted: Installation) -> None:
    with reading(counted.engine) as connection:
        found = feed_counts(connection, counted.log, date(2025, 1, 1), date(2025, 1, 2))

    assert [one.feed for one in found] == sorted(FEEDS)
    assert {(one.batches, one.received, one.reported, one.last_at) for one in found} == {
        (0, 0, 0, None)
    }


@pytest.mark.parametrize(
    ("code", "section"),
    [("C1411", "C"), ("1411", "C"), ("c", "C"), ("0111", "A"), ("97", "T"), ("F51", "F"),
     ("", ""), ("9", ""), ("98", ""), ("0", ""), ("00", ""), ("X12", ""), ("１４", "")],
)  # fmt: skip
def test_the_section_of_an_industry_follows_from_its_letter_or_division(
    code: str, section: str
) -> None:
    assert section_of(code) == section


def test_every_division_lies_in_one_section_at_most() -> None:
    divisions = [number for one in sections().values() for number in range(one.first, one.last + 1)]

    assert divisions == list(range(1, 98))


def test_as_many_are_counted_as_their_lists_tell_though_a_party_has_no_code(
    installation: Installation, intake: IntakeDesk
) -> None:
    # One whose code is masked was judged to be a party of its own; the end of another's entry is
    # known to nobody, so that no public list tells it.
    hand_in(intake, "judgment_default", defaulter(2), defaulter(1, cardnum="37020*****11"))
    hand_in(intake, "serious_listing", serious(3), serious(4, listed_on="2020-05-01"))
    (waits,) = queue(intake).waiting
    say(intake, waits.mention.id, None)

    with reading(installation.engine) as connection:
        log = installation.log
        counted = Counter[str]()
        for one in listed_counts(connection, log, DAY):
            counted[one.list_id] += one.organisations
        pages = {
            name: search_list(connection, log, AsKnown(list_id=name, day=DAY), rows_max=9).listed
            for name in ("judgment_defaulter", "serious_violation")
        }

    assert counted == {"judgment_defaulter": 2, "serious_violation": 1}
    assert {name: len(found) for name, found in pages.items()} == counted
    assert sorted(one.code for one in pages["judgment_defaulter"]) == ["", uscc(2)]
