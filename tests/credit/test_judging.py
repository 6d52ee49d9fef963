"""Who somebody is, as persons say it: facts move, move back, and a rebuild gives the same."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from base.db import reading
from base.errors import Conflict, InvalidInput, NotFound
from credit.checking import check_party
from credit.folding.projector import FOLDED, bring_up_credit
from credit.intake.taking import IntakeDesk
from credit.judging.entries import Judged, JudgedNote, judged_draft
from credit.rulebook.reading import rulebook
from credit.tables import CREDIT_FACT
from ledger.batch import Batch
from parties.ids import new_id
from tests.credit.naming_world import (
    JUDGE,
    hand_in,
    parties_of_facts,
    queue,
    registered,
    say,
    take_back,
    who,
)
from tests.credit.rebuilding import rebuild
from tests.credit.samples import penalty, serious, uscc
from tests.instances import Installation

FIRST = "青农罚〔2026〕1号"
SECOND = "青农罚〔2026〕2号"


@pytest.fixture
def city(intake: IntakeDesk) -> IntakeDesk:
    hand_in(
        intake,
        "registration",
        registered(
            1, "青岛海蓝食品有限公司", reg_no="370200228000001", former_names="青岛蓝港食品有限公司"
        ),
        registered(2, "青岛海兰食品有限公司", reg_no="370200228000002"),
        registered(3, "烟台海蓝食品有限公司", region="370600"),
    )
    return intake


def _named(number: int, name: str, **changes: str) -> dict[str, str]:
    """Return a penalty that names its party without a social credit code."""
    return penalty(number, cf_xdr_mc=name, cf_xdr_shxym="", **changes)


def _rows(installation: Installation) -> dict[str, list[Any]]:
    with reading(installation.engine) as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)))) for table in FOLDED
        }


def _rebuilt(installation: Installation) -> dict[str, list[Any]]:
    rebuild(installation)
    return _rows(installation)


def test_a_name_joins_nobody_and_waits_with_its_candidates(city: IntakeDesk) -> None:
    hand_in(city, "penalty", _named(1, "青岛市海藍食品有限责任公司"))

    (one,) = queue(city).waiting
    assert parties_of_facts(city) == {FIRST: None}
    assert (one.mention.why, one.mention.facts_count) == ("no_code", 1)
    best, *others = one.candidates
    assert (best.subject_id, best.comparison.outcome) == (who(city, 1), "same")
    assert [other.comparison.outcome for other in others] == ["possible", "different"]


def test_a_positive_judgement_moves_the_facts_and_undoing_it_moves_them_back(
    installation: Installation, city: IntakeDesk
) -> None:
    hand_in(city, "penalty", _named(1, "青岛海蓝食品公司"))
    (waiting,) = queue(city).waiting

    judgement = say(city, waiting.mention.id, who(city, 1))

    assert parties_of_facts(city) == {FIRST: who(city, 1)}
    assert (queue(city).total, queue(city, "judged").total) == (0, 1)
    assert (judgement.actor, judgement.reason) == (JUDGE.id, "对照登记档案核实")
    assert _rows(installation) == _rebuilt(installation)

    undone = take_back(city, judgement.id)

    assert parties_of_facts(city) == {FIRST: None}
    assert (undone.state, undone.undone_by, queue(city).total) == ("undone", JUDGE.id, 1)
    assert _rows(installation) == _rebuilt(installation)
    installation.seal()
    assert installation.check()


def test_what_was_known_before_a_judgement_stays_known(
    installation: Installation, city: IntakeDesk
) -> None:
    hand_in(city, "penalty", _named(1, "青岛海蓝食品公司"))
    (waiting,) = queue(city).waiting
    installation.clock.instant += timedelta(hours=1)

    judgement = say(city, waiting.mention.id, who(city, 1))

    statement = select(CREDIT_FACT).where(CREDIT_FACT.c.number == FIRST)
    with reading(city.journal.engine) as connection:
        rows = connection.execute(statement.order_by(CREDIT_FACT.c.version)).all()
    assert [(row.version, row.subject_id) for row in rows] == [(1, None), (2, who(city, 1))]
    assert rows[1].seq == judgement.seq


def test_later_rows_with_the_same_name_and_code_go_where_the_first_went(city: IntakeDesk) -> None:
    named = {"cf_xdr_gszc": "370200999999999"}
    hand_in(city, "penalty", _named(1, "青岛海蓝食品公司", **named))
    (waiting,) = queue(city).waiting
    say(city, waiting.mention.id, who(city, 1))

    hand_in(city, "penalty", _named(2, "青岛海蓝食品公司", **named))

    assert waiting.mention.why == "code_unknown"
    assert parties_of_facts(city) == {FIRST: who(city, 1), SECOND: who(city, 1)}


WHOLE, CITY, DAY = "青岛海蓝食品公司", "青岛市农业农村局", "2026-05-04"


def test_a_whole_name_is_judged_once_for_a_feed_and_its_authority_and_undone_for_all_of_them(
    installation: Installation, city: IntakeDesk
) -> None:
    hand_in(city, "penalty", _named(1, WHOLE, cf_cfjg=CITY))
    (waiting,) = queue(city).waiting
    judgement = say(city, waiting.mention.id, who(city, 1))

    hand_in(city, "penalty", _named(2, "青島海藍食品　公司", cf_cfjg=CITY))

    assert (queue(city).total, queue(city, "judged").total) == (0, 1)
    assert parties_of_facts(city) == {FIRST: who(city, 1), SECOND: who(city, 1)}
    assert _rows(installation) == _rebuilt(installation)
    (judged,) = queue(city, "judged").waiting
    assert judged.mention.facts_count == 2
    assert [one.id for one in judged.judgements] == [judgement.id]
    take_back(city, judgement.id)
    assert parties_of_facts(city) == {FIRST: None, SECOND: None}
    assert queue(city).total == 1
    assert _rows(installation) == _rebuilt(installation)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        (WHOLE, {"cf_cfjg": "烟台市农业农村局"}),
        ("青岛海蓝食品", {}),
        ("海蓝食品公司", {}),
        ("青岛海蓝食品商行", {}),
        ("青岛海*食品公司", {}),
        ("青岛海蓝食品公司即墨分公司", {}),
    ],
)
def test_another_authority_and_a_name_that_tells_too_little_are_asked_about_anew(
    city: IntakeDesk, name: str, changes: dict[str, str]
) -> None:
    first = WHOLE if changes else name
    hand_in(city, "penalty", _named(1, first, cf_cfjg=CITY))
    (waiting,) = queue(city).waiting
    say(city, waiting.mention.id, who(city, 1))

    hand_in(city, "penalty", _named(2, name, **{"cf_cfjg": CITY, **changes}))

    assert queue(city).total == 1
    assert parties_of_facts(city)[SECOND] is None


def test_another_feed_is_asked_about_anew(city: IntakeDesk) -> None:
    hand_in(city, "penalty", _named(1, WHOLE, cf_cfjg=CITY))
    (waiting,) = queue(city).waiting
    say(city, waiting.mention.id, who(city, 1))

    sampled = {"sample_no": "XBJ1", "role": "生产", "product": "花蛤", "result": "合格"}
    hand_in(city, "inspection", {**sampled, "name": WHOLE, "authority": CITY, "sampled_on": DAY})

    assert queue(city).total == 1


def test_a_bare_name_is_judged_row_by_row(city: IntakeDesk) -> None:
    hand_in(
        city, "penalty", _named(1, "海蓝食品"), _named(2, "海蓝食品", cf_cfjg="烟台市农业农村局")
    )
    first, second = queue(city).waiting

    say(city, first.mention.id, who(city, 1))

    assert sorted(map(str, parties_of_facts(city).values())) == sorted([str(who(city, 1)), "None"])
    assert {first.mention.region, second.mention.region} == {"370200", "370600"}
    assert {one.candidates[0].subject_id for one in (first, second)} == {
        who(city, 1),
        who(city, 3),
    }


def test_a_code_with_another_partys_name_counts_by_its_code_until_somebody_denies_it(
    city: IntakeDesk,
) -> None:
    # The register does not tell of this code, so that the intake keeps nothing of it back.
    hand_in(city, "serious_listing", serious(9, name="青岛蓝珠食品有限公司"))
    hand_in(city, "penalty", penalty(1, cf_xdr_mc="烟台海蓝食品有限公司", cf_xdr_shxym=uscc(9)))
    (waiting,) = queue(city).waiting

    assert _party_of_first(city) == who(city, 9)
    assert waiting.mention.why == "mismatch"
    denied = say(city, waiting.mention.id, who(city, 9), Judged.NEGATIVE)
    assert _party_of_first(city) is None
    (left,) = queue(city).waiting
    assert who(city, 9) not in {one.subject_id for one in left.candidates}
    meant = say(city, waiting.mention.id, who(city, 3))
    assert _party_of_first(city) == who(city, 3)
    take_back(city, meant.id)
    take_back(city, denied.id)
    assert _party_of_first(city) == who(city, 9)


def test_a_former_name_is_no_mismatch(city: IntakeDesk) -> None:
    hand_in(city, "penalty", penalty(1, cf_xdr_mc="青岛蓝港食品有限公司"))

    assert queue(city).total == 0


def test_a_mention_can_be_a_party_that_nobody_knew_and_is_gone_again_once_that_is_undone(
    installation: Installation, city: IntakeDesk
) -> None:
    hand_in(city, "penalty", _named(1, "青岛第9水产有限公司"))
    (waiting,) = queue(city).waiting
    before = _rows(installation)

    judgement = say(city, waiting.mention.id, None)

    assert parties_of_facts(city) == {FIRST: judgement.subject_id}
    assert _rows(installation) == _rebuilt(installation)
    take_back(city, judgement.id)
    assert parties_of_facts(city) == {FIRST: None}
    assert _rows(installation)["credit_subject"] == before["credit_subject"]
    assert _rows(installation)["credit_name"] == before["credit_name"]


def test_two_codes_of_one_party_answer_alike_once_joined_and_apart_once_that_is_undone(
    installation: Installation, city: IntakeDesk
) -> None:
    hand_in(city, "serious_listing", serious(1, name="青岛海蓝食品有限公司"))
    old, new = who(city, 1), who(city, 2)

    judgement = say(city, old, new, is_join=True)
    hand_in(city, "penalty", penalty(1, cf_xdr_mc="青岛海蓝食品有限公司"))

    answers = [_checked(city, number) for number in (1, 2)]
    assert who(city, 1) == who(city, 2) == new
    assert [(one.name, [entry.number for entry in one.entries]) for one in answers] == [
        ("青岛海兰食品有限公司", ["青市监列〔2026〕1号"])
    ] * 2
    assert set(parties_of_facts(city).values()) == {new}
    assert _rows(installation) == _rebuilt(installation)

    take_back(city, judgement.id)

    assert (len(_checked(city, 1).entries), len(_checked(city, 2).entries)) == (1, 0)
    assert set(parties_of_facts(city).values()) == {old}
    assert _rows(installation) == _rebuilt(installation)


def test_joins_one_after_the_other_are_undone_in_any_order(
    installation: Installation, city: IntakeDesk
) -> None:
    hand_in(city, "serious_listing", serious(1, name="青岛海蓝食品有限公司"))
    first, second, third = (who(city, number) for number in (1, 2, 3))
    to_second = say(city, first, second, is_join=True)
    to_third = say(city, second, third, is_join=True)
    assert set(parties_of_facts(city).values()) == {third}

    take_back(city, to_second.id)

    assert set(parties_of_facts(city).values()) == {first}
    assert (who(city, 1), who(city, 2)) == (first, third)
    take_back(city, to_third.id)
    assert who(city, 2) == second
    assert _rows(installation) == _rebuilt(installation)


def test_an_old_code_of_two_parties_names_neither(city: IntakeDesk) -> None:
    hand_in(
        city,
        "registration",
        registered(4, "青岛蓝港水产有限公司", reg_no="370200228000001"),
    )
    hand_in(city, "penalty", _named(1, "青岛海蓝食品有限公司", cf_xdr_gszc="370200228000001"))

    (waiting,) = queue(city).waiting
    assert (waiting.mention.why, parties_of_facts(city)) == ("code_ambiguous", {FIRST: None})
    assert waiting.candidates[0].subject_id == who(city, 1)


def test_what_is_unsure_leaves_the_queue_of_what_waits_and_moves_nothing(city: IntakeDesk) -> None:
    hand_in(city, "penalty", _named(1, "青岛海蓝食品公司"))
    (waiting,) = queue(city).waiting

    say(city, waiting.mention.id, who(city, 1), Judged.UNSURE)

    assert parties_of_facts(city) == {FIRST: None}
    assert (queue(city).total, queue(city, "unsure").total) == (0, 1)
    say(city, waiting.mention.id, who(city, 1))
    assert parties_of_facts(city) == {FIRST: who(city, 1)}


def test_what_contradicts_a_judgement_that_holds_is_refused(city: IntakeDesk) -> None:
    hand_in(city, "penalty", _named(1, "青岛海蓝食品公司"))
    (waiting,) = queue(city).waiting
    judgement = say(city, waiting.mention.id, who(city, 1))

    with pytest.raises(Conflict, match="undo that first"):
        say(city, waiting.mention.id, who(city, 2))
    with pytest.raises(Conflict, match="undo that first"):
        say(city, waiting.mention.id, who(city, 1), Judged.NEGATIVE)
    with pytest.raises(NotFound):
        say(city, new_id(city.clock.now()), who(city, 1))
    with pytest.raises(NotFound):
        say(city, waiting.mention.id, new_id(city.clock.now()), Judged.NEGATIVE)
    with pytest.raises(Conflict, match="one party already"):
        say(city, who(city, 1), who(city, 1), is_join=True)
    with pytest.raises(InvalidInput):
        say(city, waiting.mention.id, None, Judged.NEGATIVE)
    take_back(city, judgement.id)
    with pytest.raises(Conflict, match="nothing to undo"):
        take_back(city, judgement.id)


def test_of_two_who_judge_at_once_the_second_has_no_effect(
    installation: Installation, city: IntakeDesk
) -> None:
    hand_in(city, "penalty", _named(1, "青岛海蓝食品公司"))
    (waiting,) = queue(city).waiting

    for number in (1, 2):
        note = JudgedNote(
            judgement_id=new_id(city.clock.now()),
            node_id=waiting.mention.id,
            is_join=False,
            subject_id=who(city, number),
            is_new=False,
            verdict=Judged.POSITIVE,
            reason="两人同时",
        )
        draft = judged_draft(note)
        city.journal.append(
            Batch(actor=JUDGE.id, subject=str(note.node_id), drafts=(draft,), idempotency=None)
        )
    bring_up_credit(installation.engine, installation.log)

    assert parties_of_facts(city) == {FIRST: who(city, 1)}
    assert _rows(installation) == _rebuilt(installation)


def _party_of_first(intake: IntakeDesk) -> UUID | None:
    return parties_of_facts(intake)[FIRST]


def _checked(intake: IntakeDesk, number: int) -> Any:
    with reading(intake.journal.engine) as connection:
        return check_party(
            connection,
            intake.journal.log,
            rulebook(),
            uscc=uscc(number),
            matter=None,
            day=intake.clock.now().date(),
        )
