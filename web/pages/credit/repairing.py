"""What a party is told of repair beside each of its records: rows of law, and what they leave open.

The rule that must stay true: the page offers repair where the law has it, and says by which rows.
"""

from collections.abc import Sequence
from datetime import date

from credit.cases.scope import FAILED, is_for_repair, told_of_inspection
from credit.evidence.failed_tests import FAILED_TEST
from credit.feeds.model import FactKind
from credit.records import FactRow
from credit.rulebook.code_lists import code_lists
from credit.rulebook.model import Regime, Rule
from web.credit import book_of
from web.pages.languages import say as _
from web.services import services


def may_ask_for_repair(fact: FactRow, on: date) -> bool:
    """Return whether repair is for a record at all, by the rows in force on a day."""
    code = code_lists().authorities.of_title(fact.authority)
    return is_for_repair(
        book_of(services()),
        fact.kind,
        list_id=fact.list_id,
        grade=fact.body.get("grade", ""),
        authority="" if code is None else code.id,
        day=on,
    )


def advice_of(fact: FactRow, on: date) -> str:
    """Return what is to be known of a record beside the rows of law, or in their place."""
    if fact.kind == FactKind.TRACE:
        return _how_it_ends(fact.body.get("grade", ""))
    if fact.kind != FactKind.INSPECTION or fact.body.get("grade") != FAILED:
        return ""
    if may_ask_for_repair(fact, on):
        return _(
            "The provisions that were read name no first day and no further conditions for the "
            "result of an inspection: the authority decides on the proof that it was put right."
        )
    return _(
        "No provision known here has this authority's results of inspections repaired. If the "
        "result is wrong, object to it."
    )


def _how_it_ends(evidence: str) -> str:
    """Return how evidence of the trace ends: by no repair, but with what it stands on."""
    if evidence == FAILED_TEST:
        return _(
            "Evidence of the trace is not repaired. Where the test was recorded wrongly, declare "
            "that event wrong: the evidence ends with it. Or object."
        )
    if evidence == "finding":
        return _(
            "Evidence of the trace is not repaired. It ends once the finding is not confirmed any "
            "more. If it is wrong, object."
        )
    return _(
        "Evidence of the trace is not repaired. It ends where the recall is taken back. If it is "
        "wrong, object."
    )


def declared_by(fact: FactRow) -> Sequence[int]:
    """Return the events of a failed test of the trace, which may be declared wrong."""
    is_test = fact.kind == FactKind.TRACE and fact.body.get("grade") == FAILED_TEST
    return tuple(fact.body.get("details", {}).get("seqs", ())) if is_test else ()


def conditions_of(fact: FactRow, on: date) -> Sequence[Rule]:
    """Return the rows of law that say on which conditions a record is repaired, none for others."""
    if not may_ask_for_repair(fact, on):
        return ()
    code = code_lists().authorities.of_title(fact.authority)
    if fact.kind == FactKind.INSPECTION:
        return told_of_inspection(book_of(services()), "" if code is None else code.id, on)
    regime = (code.regime if code else None) or Regime.CREDIT_CHINA
    return book_of(services()).of("repair.conditions", on, regime)
