"""What the trace ledger shows of parties: failed tests, and when they are none."""

from datetime import date
from trace.capture import Submission, submit
from trace.recall.answering import close_recall
from trace.recall.model import Outcome
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from base.db import reading
from credit.evidence.failed_tests import test_words as words_of_tests
from credit.evidence.gathering import gather_evidence
from credit.feeds.registry import FEEDS, OWN_FEED
from credit.folding.projector import bring_up_credit
from credit.grading import evidence_of, grade_party
from credit.intake.batches import BatchState, CreditBatch
from credit.intake.desk import IntakeDesk
from credit.scoring.reading import models
from credit.subjects import subject_of_code
from credit.tables import CREDIT_FACT
from parties.actors import CONSOLE
from schemas.epcis import DocumentLimits, read_document
from tests.credit.rebuilding import rebuild
from tests.instances import Installation, document_bytes, lot, observation
from tests.parties.samples import uscc_of
from tests.trace_room.recall.world import AUTHORITY, desk_of, opened, own

MAKER = "maker"
DAY = date(2026, 11, 25)
TESTED_AT = "2026-11-20T01:00:00.000Z"


def failed(name: str = "B1", result: str = "FAIL", **more: Any) -> dict[str, Any]:
    """Return a test of a lot for antibiotics."""
    return observation(
        "",
        epcList=[],
        quantityList=[{"epcClass": lot(name)}],
        action="OBSERVE",
        **{"eventTime": TESTED_AT, "sx:testItem": "恩诺沙星", "sx:testResult": result, **more},
    )


def gather(intake: IntakeDesk, installation: Installation) -> list[CreditBatch]:
    return gather_evidence(intake, CONSOLE, installation.desk.owners.owners_of)


def facts(installation: Installation) -> list[tuple[str, str, str]]:
    bring_up_credit(installation.engine, installation.log)
    with reading(installation.engine) as connection:
        statement = select(CREDIT_FACT).where(CREDIT_FACT.c.is_latest)
        found = connection.execute(statement.order_by(CREDIT_FACT.c.number)).all()
    return [(row.number.partition(":")[0], row.title, row.state) for row in found]


def subject(installation: Installation) -> UUID:
    with reading(installation.engine) as connection:
        found = subject_of_code(connection, installation.log, uscc_of(1))
    assert found is not None
    return found


def test_a_failed_test_is_a_fact_of_its_party_proven_by_a_batch_of_the_own_feed(
    installation: Installation, intake: IntakeDesk
) -> None:
    installation.capture(MAKER, failed(), failed("B2", "PASS"), failed("B3", "PENDING"))

    (batch,) = gather(intake, installation)

    assert (batch.state, batch.feed, batch.door, batch.received, batch.accepted) == (
        BatchState.ACCEPTED, "trace_evidence", "own", 1, 1,
    )  # fmt: skip
    assert facts(installation) == [("test", "恩诺沙星", "active")]
    assert installation.check() > 0


_ITEMS = [
    {"sx:testItem": "黄曲霉毒素M1", "sx:testResult": "PASS"},
    {"sx:testItem": "恩诺沙星", "sx:testResult": "FAIL"},
]


@pytest.mark.parametrize(
    "said",
    [
        {"bizStep": "sx:testing"},
        {"bizStep": "urn:suxin:epcis:testing"},
        {"sx:testItem": None, "sx:testResult": None, "sx:testResults": _ITEMS},
        {"sx:testItem": None, "sx:testResult": "PASS", "sx:testResults": _ITEMS},
        {"sx:testItem": None, "sx:testResult": None, "sx:testResults": _ITEMS[1]},
        {"sx:testResult": ["PASS", "FAIL"]},
    ],
    ids=["short-step", "whole-step", "items", "items-against-the-whole", "one-item", "a-list"],
)
def test_a_test_failed_whatever_step_and_form_its_maker_chose(
    installation: Installation, intake: IntakeDesk, said: dict[str, Any]
) -> None:
    installation.capture(MAKER, failed(**said))

    gather(intake, installation)

    assert facts(installation) == [("test", "恩诺沙星", "active")]


@pytest.mark.parametrize(
    "odd",
    [
        {"sx:testResult": {"a": "FAIL"}},
        {"sx:testResult": [["FAIL"], 3]},
        {"sx:testResult": 7, "sx:testResults": [[], 1, {"sx:testResult": {"a": 1}}]},
    ],
    ids=["an-object", "a-list-in-a-list", "no-records"],
)
def test_an_event_that_says_nothing_that_is_a_result_keeps_no_other_from_being_found(
    installation: Installation, intake: IntakeDesk, odd: dict[str, Any]
) -> None:
    installation.capture(MAKER, failed("B2", **odd), failed())

    gather(intake, installation)

    assert facts(installation) == [("test", "恩诺沙星", "active")]


def test_a_test_failed_by_whatever_prefix_its_maker_calls_the_terms(
    installation: Installation, intake: IntakeDesk
) -> None:
    told = document_bytes([failed()]).replace(b'"sx', b'"mine')
    document = read_document(told, limits=DocumentLimits())
    submit(installation.desk, Submission(actor=installation.party(MAKER), document=document))

    gather(intake, installation)

    assert facts(installation) == [("test", "恩诺沙星", "active")]


def test_what_was_gathered_is_not_gathered_again(
    installation: Installation, intake: IntakeDesk
) -> None:
    installation.capture(MAKER, failed())
    gather(intake, installation)

    assert gather(intake, installation) == []


def test_what_a_test_says_alone_changes_no_class_and_no_public_answer(
    installation: Installation, intake: IntakeDesk
) -> None:
    installation.capture(MAKER, failed())
    gather(intake, installation)
    bring_up_credit(installation.engine, installation.log)
    model = models()["enterprise-1"]

    with reading(installation.engine) as connection:
        found = list(evidence_of(connection, installation.log, subject(installation), DAY))
        grade = grade_party(connection, installation.log, subject(installation), model, DAY)
        row = connection.execute(select(CREDIT_FACT)).one()

    assert [(one.code, len(one.seqs)) for one in found] == [("failed_test", 1)]
    assert (grade.trace_points, grade.points, grade.grade) == (-20, model.base, "B")
    assert (row.is_published, row.list, row.severity) == (False, "", None)


def test_a_test_that_was_declared_wrong_is_none(
    installation: Installation, intake: IntakeDesk
) -> None:
    one, other = failed(), failed("B2")
    installation.capture(MAKER, one, other)
    installation.capture(MAKER, {**other, "errorDeclaration": declared()})
    gather(intake, installation)
    assert facts(installation) == [("test", "恩诺沙星", "active")]

    installation.capture(MAKER, {**one, "errorDeclaration": declared()})
    (ended,) = gather(intake, installation)

    assert (ended.received, ended.accepted) == (1, 1)
    assert facts(installation) == [("test", "恩诺沙星", "ended")]
    assert gather(intake, installation) == []


def declared() -> dict[str, str]:
    return {"declarationTime": "2026-11-22T11:00:00.000Z", "reason": "incorrect_data"}


def test_a_recall_by_the_authority_and_a_late_answer_are_told_and_ones_own_recall_takes_nothing(
    installation: Installation, intake: IntakeDesk
) -> None:
    owner = own(installation, MAKER, "06901234567892")
    for name in ("B1", "B2"):
        installation.capture(MAKER, failed(name, "PASS"))
    ordered = opened(installation, lot("B1"))
    opened(installation, lot("B2"), actor=owner)
    opened(installation, lot("B2"), is_mock=True)
    gather(intake, installation)
    assert facts(installation) == [
        ("ordered_recall", ordered.number, "active"),
        ("own_recall", facts(installation)[1][1], "active"),
    ]
    with reading(installation.engine) as connection:
        model = models()["enterprise-1"]
        grade = grade_party(connection, installation.log, subject(installation), model, DAY)
    assert [share.item.id for share in grade.trace_shares] == ["recall"]

    close_recall(desk_of(installation), AUTHORITY, ordered, Outcome.WITHDRAWN, "误报")
    gather(intake, installation)

    assert [state for _, _, state in facts(installation)] == ["ended", "active"]


def test_a_rebuild_gives_the_same_facts(installation: Installation, intake: IntakeDesk) -> None:
    installation.capture(MAKER, failed(), failed("B2"))
    gather(intake, installation)
    before = facts(installation)

    rebuild(installation)

    assert facts(installation) == before
    assert gather(intake, installation) == []


def test_nobody_hands_in_what_only_this_service_says() -> None:
    assert OWN_FEED.id not in FEEDS


def test_every_word_of_a_failed_test_is_one_of_its_code_list() -> None:
    assert words_of_tests().failed == {"FAIL", "POS"}
