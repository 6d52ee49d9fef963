"""Credit over HTTP: a counter's check, the public lists, and what the law makes of a decision.

One rule: a public answer holds organisations and entries in force alone; whoever asks about one
party has a right to.
"""

from typing import Any

from credit.checking import Answer
from credit.decisions import Told, converting, penalty_told
from credit.explaining import publicity_json
from credit.list_reading import ListPage
from credit.rulebook.lists import CreditList, credit_lists
from credit.rulebook.model import Measure
from credit.rules.publicity import publicity_of
from parties.access import Action, has_role_for
from web.api.blueprint import ApiBlueprint
from web.api.credit_shapes import (
    CreditCheckOut,
    CreditCheckQuery,
    CreditListPageOut,
    CreditListQuery,
    CreditListsOut,
    DecisionIn,
    PublicityOut,
)
from web.auth import current_actor, requires
from web.credit import PublicAsked, book_of, check_uscc, entry_told, page_of_list, today
from web.credit_reading import credit_behind
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit", __name__, url_prefix="/api/v1", description="Lists, measures and their law."
)


@BLUEPRINT.route("/credit/check", methods=["GET"])
@requires(Action.CHECK_CREDIT)
@BLUEPRINT.arguments(CreditCheckQuery, location="query")
@BLUEPRINT.response(200, CreditCheckOut)
def get_check(query: dict[str, Any]) -> dict[str, Any]:
    """Tell which lists a party is on and which measures bind for a matter, each with its basis."""
    answer = check_uscc(services(), uscc=query["uscc"], matter=query["matter"], day=query["day"])
    return _answer(answer)


@BLUEPRINT.route("/credit/lists", methods=["GET"])
@requires(Action.READ_CREDIT_LISTS)
@BLUEPRINT.response(200, CreditListsOut)
def get_lists() -> dict[str, Any]:
    """Name the lists that the law lets be public."""
    return {"lists": [_list(one) for one in credit_lists().values() if one.is_public]}


@BLUEPRINT.route("/credit/lists/<list_id>", methods=["GET"])
@requires(Action.READ_CREDIT_LISTS)
@BLUEPRINT.arguments(CreditListQuery, location="query")
@BLUEPRINT.response(200, CreditListPageOut)
def get_list(query: dict[str, Any], list_id: str) -> dict[str, Any]:
    """Give who is on a public list: organisations alone, what is repaired or has run out left out.

    A day that lies behind is answered to whoever may check a party.
    """
    asked = PublicAsked(
        day=query["day"],
        after=query["after"],
        may_look_back=has_role_for(current_actor(), Action.CHECK_CREDIT),
    )
    page: ListPage = page_of_list(services(), list_id, asked)
    return {
        "list": _list(page.credit_list),
        "day": page.day,
        "listed": [
            {"uscc": one.code, "name": one.name, "entry": entry_told(one.entry)}
            for one in page.listed
        ],
        "next_after": page.next_after,
    }


@BLUEPRINT.route("/credit/explain", methods=["POST"])
@requires(Action.READ_CREDIT_LISTS)
@BLUEPRINT.arguments(DecisionIn)
@BLUEPRINT.response(200, PublicityOut)
def post_explain(body: dict[str, Any]) -> dict[str, Any]:
    """Tell how long a penalty is public and when it can be repaired; nothing is recorded."""
    told = Told(
        decided_on=body["decided"],
        authority=body["authority"],
        penalties=tuple(body["penalties"]),
        fields=tuple(body["fields_"]),
        procedure=body["procedure"],
        severity=body["severity"],
        published_on=body["published"],
        fulfilled_on=body["fulfilled"],
        on_credit_china=body["on_credit_china"],
    )
    book = converting(book_of(services()), body["convert"])
    found = publicity_of(penalty_told(told), book)
    return publicity_json(found, is_ahead=told.decided_on > today(services()))


def _answer(answer: Answer) -> dict[str, Any]:
    behind = credit_behind()
    return {
        "uscc": answer.code,
        "name": answer.name,
        "known": answer.is_known,
        "day": answer.day,
        "behind": 0 if behind is None else behind.entries,
        "entries": [entry_told(one) for one in answer.entries],
        "measures": [_measure(one) for one in answer.measures],
    }


def _list(one: CreditList) -> dict[str, Any]:
    return {"id": one.id, "zh": one.zh, "en": one.en, "kind": one.kind, "norm": one.norm}


def _measure(one: Measure) -> dict[str, Any]:
    return {
        "id": one.id,
        "zh": one.zh,
        "en": one.en,
        "reward": one.is_reward,
        "agency": one.agency,
        "norm": one.norm.zh,
        "article": one.article,
        "in_force_from": one.from_on,
        "in_force_to": one.to_on,
        "verified": one.verified.value,
        "matters": sorted(one.matters),
    }
