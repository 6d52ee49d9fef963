"""The columns of a fact: what its record says, and what the rules of its day make of it.

The rule that must stay true: a period that cannot be told is NULL and never a guess.
"""

from datetime import date, timedelta
from typing import Any, Final

import orjson

from credit.facts import TOLD_END, FactState
from credit.feeds.model import FactKind, Record
from credit.model import Penalty
from credit.rulebook.code_lists import code_lists
from credit.rulebook.lists import CreditList, list_of_facts
from credit.rulebook.model import Regime
from credit.rulebook.reading import national_book
from credit.rules.counting import limit_of
from credit.rules.listing import NoTerm, term_of
from credit.rules.publicity import publicity_of
from credit.tables import NAME_CHARS_MAX, NUMBER_CHARS_MAX, TITLE_CHARS_MAX

_DAY: Final = timedelta(days=1)
_UNTOLD: Final = {
    "list": "",
    "severity": None,
    "is_published": False,
    "repairable_on": None,
    "stops_on": None,
}


def fact_values(record: Record, *, told_end: bool = False) -> dict[str, Any]:
    """Return the columns that follow from the record; with `told_end` its end is in the body, too.

    That is for a fact whose own end is the day of a case.
    """
    body = _body(record)
    if told_end:
        body[TOLD_END] = record.ended_on
    return {
        "kind": record.kind.value,
        "state": FactState.ACTIVE if record.ended_on is None else FactState.ENDED,
        "authority": record.authority,
        "authority_name": record.authority_name[:NAME_CHARS_MAX],
        "number": record.number[:NUMBER_CHARS_MAX],
        "title": record.title[:TITLE_CHARS_MAX],
        "decided_on": record.decided_on,
        "starts_on": record.starts_on,
        "ends_on": record.ends_on,
        "ended_on": record.ended_on,
        "body": orjson.dumps(body).decode(),
        **_periods(record),
    }


def penalty_of(record: Record) -> Penalty | None:
    """Return a penalty as the rules look at it; None where the day or the authority is not told."""
    authority = code_lists().authorities.codes.get(record.authority)
    if record.decided_on is None or authority is None:
        return None
    return Penalty(
        decided_on=record.decided_on,
        regime=authority.regime or Regime.CREDIT_CHINA,
        kinds=record.kinds,
        fields=record.fields,
        procedure=record.procedure,
        stated=record.stated,
        published_on=record.published_on,
        fulfilled_on=record.fulfilled_on,
        restricted_until_on=record.ends_on,
    )


def _periods(record: Record) -> dict[str, Any]:
    """Return the list that a record is an entry of, and the days that the rules give it."""
    if record.kind is FactKind.PENALTY:
        return _publicity(record)
    found = list_of_facts().get(record.kind)
    if found is not None:
        return _listing(record, found)
    if record.ends_on is not None:
        return {**_UNTOLD, "stops_on": record.ends_on + _DAY}
    if record.kind is FactKind.INSPECTION and record.decided_on is not None:
        return {**_UNTOLD, "stops_on": _limit_on(record.decided_on, Regime.ANY)}
    return _UNTOLD


def _limit_on(start_on: date, regime: Regime) -> date | None:
    """Return the first day on which nothing is told whose period no row fixes."""
    found = limit_of(national_book(), start_on, regime)
    return None if found is None else found[1].after_on


def _listing(record: Record, found: CreditList) -> dict[str, Any]:
    told = {**_UNTOLD, "list": found.id, "is_published": found.is_public}
    start_on = record.starts_on or record.decided_on
    if start_on is None:
        return {**told, "stops_on": None if record.ends_on is None else record.ends_on + _DAY}
    try:
        term = term_of(
            national_book(),
            found.period,
            found.regime,
            starts_on=start_on,
            item=record.item,
            restricted_until_on=record.ends_on,
        )
    except NoTerm:
        # The norm that was in force then is not known: the entry is in no public answer, and in
        # none at all once the limit is over.
        return {**told, "is_published": False, "stops_on": _limit_on(start_on, found.regime)}
    maximum = term.maximum
    return {
        **told,
        "is_published": found.is_public and term.is_in_public,
        "repairable_on": term.removable_on,
        "stops_on": None if maximum is None else maximum.after_on,
    }


def _publicity(record: Record) -> dict[str, Any]:
    penalty = penalty_of(record)
    if penalty is None:
        return _UNTOLD
    found = publicity_of(penalty, national_book())
    return {
        **_UNTOLD,
        "severity": None if found.severity is None else found.severity.value,
        "is_published": found.is_in_public,
        "repairable_on": found.repairable_on,
        "stops_on": found.stops_on,
    }


def _body(record: Record) -> dict[str, Any]:
    return {
        "kinds": sorted(record.kinds),
        "fields": sorted(record.fields),
        "procedure": record.procedure,
        "published_on": record.published_on,
        "fulfilled_on": record.fulfilled_on,
        "item": record.item,
        "grade": record.grade,
        "details": record.details,
    }
