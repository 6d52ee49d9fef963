"""What a party is told of repair beside each of its records: rows of law, and what they leave open.

The rule that must stay true: the page offers repair where the law has it, and says by which rows.
"""

from collections.abc import Sequence
from datetime import date

from credit.cases.scope import FAILED, is_for_repair, told_of_inspection
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
    """Return what is to be known of a failed inspection beside the rows of law."""
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


def conditions_of(fact: FactRow, on: date) -> Sequence[Rule]:
    """Return the rows of law that say on which conditions a record is repaired."""
    code = code_lists().authorities.of_title(fact.authority)
    if fact.kind == FactKind.INSPECTION:
        return told_of_inspection(book_of(services()), "" if code is None else code.id, on)
    regime = (code.regime if code else None) or Regime.CREDIT_CHINA
    return book_of(services()).of("repair.conditions", on, regime)
