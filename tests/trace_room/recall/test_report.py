"""The report of a recall is checked offline with the ledger's key, and refuses every change."""

import json
from trace.recall.facts import FactKind, facts_of, facts_since
from trace.recall.reading import RecallQuery, list_recalls
from trace.recall.report import check_report, report_of

import pytest

from base.db import reading
from base.errors import AppError, NotFound
from ledger.canonical import canonical_bytes
from tests.instances import Installation
from tests.trace_room.recall.test_rebuild import live_a_whole_life
from tests.trace_room.recall.world import opened
from tests.trace_room.story import milk


def _report(told: Installation) -> bytes:
    with reading(told.engine) as connection:
        recall = list_recalls(connection, 1, RecallQuery(rows_max=10))[-1]
        return report_of(connection, 1, recall.id)


def test_a_report_is_checked_offline(told: Installation) -> None:
    live_a_whole_life(told)
    told.seal()

    data = _report(told)

    proven = check_report(data, [told.signer.verifier()])
    report = json.loads(data)["report"]
    assert {one.kind for one in proven.entries} >= {"recall_opened", "recall_closed"}
    assert (report["outcome"], report["level"], len(report["scopes"])) == ("completed", 1, 2)
    assert {one["escalated"] for one in report["holders"]} == {True, False}
    assert report["lines"]


def test_a_report_of_an_entry_that_is_not_sealed_waits(told: Installation) -> None:
    told.seal()
    opened(told, milk("F0"))

    with pytest.raises(NotFound, match="not sealed"):
        _report(told)


@pytest.mark.parametrize("path", ["level", "outcome", "holders", "lines", "bundle", "format"])
def test_a_changed_report_is_refused(told: Installation, path: str) -> None:
    live_a_whole_life(told)
    told.seal()
    value = json.loads(_report(told))

    if path == "bundle":
        del value["bundle"]["entries"][2]
    elif path == "format":
        value["format"] = "suxin-recall-report/2"
    elif path == "level":
        value["report"]["level"] = 3
    elif path == "outcome":
        value["report"]["outcome"] = "withdrawn"
    else:
        value["report"][path].pop()

    with pytest.raises(AppError):
        check_report(canonical_bytes(value), [told.signer.verifier()])


def test_facts_tell_who_was_in_time_and_prove_it(told: Installation) -> None:
    live_a_whole_life(told)
    names = {actor.party_id: name for name, actor in told.parties.items()}

    with reading(told.engine) as connection:
        recall = list_recalls(connection, 1, RecallQuery(rows_max=10))[-1]
        found = facts_of(connection, 1, recall.id, told.desk.owners.owners_of)
        stream = facts_since(connection, 1, told.desk.owners.owners_of, before=None, rows_max=10)

    kinds = {(names[fact.party_id], fact.kind) for fact in found}
    assert ("plant", FactKind.NEVER_ANSWERED) in kinds
    assert all(fact.entries and fact.level == 1 and not fact.is_mock for fact in found)
    assert set(found) <= set(stream)
