"""An entry of a list that was decided here, as a fact like those of the feeds."""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any, Final

import orjson

from credit.cases.model import GROUND, CaseNote
from credit.facts import FactState
from credit.feeds.model import FactKind
from credit.feeds.persons import without_persons
from credit.rulebook.lists import credit_lists
from credit.rulebook.reading import national_book
from credit.rules.counting import limit_of
from credit.rules.listing import NoTerm, term_of
from credit.tables import NAME_CHARS_MAX, NUMBER_CHARS_MAX, TITLE_CHARS_MAX

_DAY: Final = timedelta(days=1)


def decided_fact(note: CaseNote) -> dict[str, Any]:
    """Return the columns of the fact that a decision to list makes.

    The days follow from the rulebook of the day of the decision; where no row fixes any, the limit
    ends it.
    """
    found = credit_lists()[note.terms["list"]]
    starts_on = note.decided_on or date.min
    removable_on, stops_on, is_public = None, None, found.is_public
    until = note.terms.get("restricted_until", "")
    try:
        term = term_of(
            national_book(),
            found.period,
            found.regime,
            starts_on=starts_on,
            item=note.terms.get("item", ""),
            restricted_until_on=date.fromisoformat(until) if until else None,
        )
        removable_on = term.removable_on
        stops_on = None if term.maximum is None else term.maximum.after_on
        is_public = is_public and term.is_in_public
    except NoTerm:
        # No row was in force on that day: it is in no public answer, and in none after the limit.
        limit = limit_of(national_book(), starts_on, found.regime)
        stops_on = None if limit is None else limit[1].after_on
        is_public = False
    body = {
        "kinds": [],
        "fields": [],
        "item": note.terms.get("item", ""),
        "details": {"article": note.article, "measures": note.terms.get("measures", "")},
    }
    text = orjson.dumps(body).decode()
    return {
        "kind": next(iter(sorted(found.facts)), FactKind.SERIOUS_LISTING.value),
        "list": found.id,
        "content_hash": sha256(text.encode()).digest(),
        "state": FactState.ACTIVE,
        "authority": note.terms.get("authority", ""),
        "authority_name": note.terms.get("authority_name", "")[:NAME_CHARS_MAX],
        "number": note.decision[:NUMBER_CHARS_MAX],
        # A decision of before the ground was kept apart has its reason alone.
        "title": without_persons(note.terms.get(GROUND, note.reason))[:TITLE_CHARS_MAX],
        "decided_on": note.decided_on,
        "starts_on": starts_on,
        "ends_on": None,
        "ended_on": None,
        "severity": None,
        "is_published": is_public,
        "repairable_on": removable_on,
        "stops_on": stops_on,
        "body": text,
    }
