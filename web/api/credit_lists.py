"""Lists over HTTP: any list as known on a day, what changed in it, and how long an entry lasts.

One rule: what left a list says why; organisations alone are on it.
"""

from collections.abc import Mapping
from typing import Any, Final

import marshmallow as ma

from credit.checking import Listed
from credit.list_reading import Changed, Left, Removed
from credit.terms import EXTENSION_MONTHS_MAX, TermAsked, list_term_json
from parties.access import Action
from web.api.blueprint import ApiBlueprint
from web.api.credit_shapes import BecauseOut, CreditEntryOut, CreditListedOut
from web.api.fields import CountText, LegalDay, StrictSchema, text
from web.auth import requires
from web.credit import entry_told
from web.credit_lists import (
    any_list,
    as_known,
    changes_for,
    page_for,
    passed_for,
    sides_of,
    term_for,
)
from web.services import services

BLUEPRINT = ApiBlueprint(
    "credit-lists", __name__, url_prefix="/api/v1", description="Any list, and its changes."
)

_WORDS_CHARS_MAX: Final = 200
_ITEM_CHARS_MAX: Final = 16
_PASSED_MAX: Final = 200


class ListEntriesQuery(StrictSchema):
    """Which day, as known at the end of which day (now unless it is given), words of a name."""

    day = LegalDay(load_default=None)
    known = LegalDay(load_default=None)
    q = text(_WORDS_CHARS_MAX, load_default="", metadata={"description": "Name or credit code."})
    after = text(_WORDS_CHARS_MAX, load_default="", data_key="nextPageToken")


class ListEntriesOut(ma.Schema):
    """A page of a list on a day as it was known at an instant."""

    list = ma.fields.String()
    day = ma.fields.Date()
    known_at = ma.fields.AwareDateTime(format="iso")
    listed = ma.fields.List(ma.fields.Nested(CreditListedOut))
    next_after = ma.fields.String(data_key="nextPageToken")


class ListChangesQuery(StrictSchema):
    """Between which days; each side is the list as it was known at the end of its own day."""

    from_on = LegalDay(required=True, data_key="from")
    to_on = LegalDay(load_default=None, data_key="to")


class RemovedEntryOut(ma.Schema):
    """An entry that left a list, and why."""

    uscc = ma.fields.String()
    name = ma.fields.String()
    entry = ma.fields.Nested(CreditEntryOut)
    why = ma.fields.Enum(Left, by_value=ma.fields.String)
    on = ma.fields.Date(allow_none=True)
    number = ma.fields.String(metadata={"description": "Number of the decision on removal."})
    reason = ma.fields.String()
    seq = ma.fields.Integer()


class FieldChangeOut(ma.Schema):
    """What a field of an entry said before and says now."""

    field = ma.fields.String()
    before = ma.fields.String()
    after = ma.fields.String()


class ChangedEntryOut(ma.Schema):
    """An entry that is told otherwise."""

    uscc = ma.fields.String()
    name = ma.fields.String()
    changes = ma.fields.List(ma.fields.Nested(FieldChangeOut))


class ListChangesOut(ma.Schema):
    """What differs; each part holds at most a page, and the counts say how many there are."""

    added_count = ma.fields.Integer()
    removed_count = ma.fields.Integer()
    added = ma.fields.List(ma.fields.Nested(CreditListedOut))
    removed = ma.fields.List(ma.fields.Nested(RemovedEntryOut))
    changed = ma.fields.List(ma.fields.Nested(ChangedEntryOut))
    passed = ma.fields.List(
        ma.fields.Nested(RemovedEntryOut),
        metadata={"description": "On neither of the two days: who came and left between."},
    )


class ListTermQuery(StrictSchema):
    """An entry: its first day, the ground's number in its norm, and what its decision says."""

    listed = LegalDay(required=True)
    item = text(_ITEM_CHARS_MAX, load_default="")
    extension = CountText(load_default=0, validate=ma.validate.Range(max=EXTENSION_MONTHS_MAX))
    until = LegalDay(
        load_default=None, metadata={"description": "Last day that the decision names."}
    )
    ended = LegalDay(
        load_default=None, metadata={"description": "Day on which the ground fell away."}
    )


class LeadsToOut(ma.Schema):
    """Onto which list an entry leads, on which day, by which row."""

    list = ma.fields.String()
    on = ma.fields.String()
    rule = ma.fields.String()


class ListTermOut(ma.Schema):
    """What the law makes of an entry; `certain` is false where a row was not checked.

    By `delete_by` it is taken off, as `delete_because` says; both only where the entry has an end.
    """

    listed = ma.fields.String()
    last_day = ma.fields.String(allow_none=True)
    min_period_last_day = ma.fields.String(allow_none=True)
    removal_earliest_date = ma.fields.String(allow_none=True)
    certain = ma.fields.Boolean()
    because = ma.fields.List(ma.fields.Nested(BecauseOut))
    delete_by = ma.fields.String(allow_none=True)
    provisional = ma.fields.Boolean()
    delete_because = ma.fields.List(ma.fields.Nested(BecauseOut))
    leads_to = ma.fields.Nested(LeadsToOut)


@BLUEPRINT.route("/credit/lists/<list_id>/term", methods=["GET"])
@requires(Action.READ_CREDIT_LISTS)
@BLUEPRINT.arguments(ListTermQuery, location="query")
@BLUEPRINT.response(200, ListTermOut)
def get_list_term(query: dict[str, Any], list_id: str) -> dict[str, Any]:
    """Tell until when an entry of a list lasts that starts on a day, with every article."""
    asked = TermAsked(
        listed_on=query["listed"],
        item=query["item"],
        extension_months=query["extension"],
        until_on=query["until"],
        ended_on=query["ended"],
    )
    return list_term_json(term_for(services(), list_id, asked))


@BLUEPRINT.route("/credit/lists/<list_id>/entries", methods=["GET"])
@requires(Action.CHECK_CREDIT)
@BLUEPRINT.arguments(ListEntriesQuery, location="query")
@BLUEPRINT.response(200, ListEntriesOut)
def get_list_entries(query: dict[str, Any], list_id: str) -> dict[str, Any]:
    """Give who is on any list on a day, public or not, as it was known on a day."""
    parts = services()
    asked = as_known(parts, list_id, day=query["day"], known_on=query["known"])
    page = page_for(
        parts,
        asked,
        words=query["q"].strip(),
        after=query["after"],
        rows_max=parts.settings.page_size_max,
    )
    return {
        "list": page.credit_list.id,
        "day": page.day,
        "known_at": asked.known_at,
        "listed": [_listed(one) for one in page.listed],
        "next_after": page.next_after,
    }


@BLUEPRINT.route("/credit/lists/<list_id>/changes", methods=["GET"])
@requires(Action.CHECK_CREDIT)
@BLUEPRINT.arguments(ListChangesQuery, location="query")
@BLUEPRINT.response(200, ListChangesOut)
def get_list_changes(query: dict[str, Any], list_id: str) -> dict[str, Any]:
    """Tell who was added to a list between two days, who left it and why, and what is told anew."""
    parts = services()
    any_list(list_id)
    before, after = sides_of(parts, list_id, since=query["from_on"], until=query["to_on"])
    found = changes_for(parts, before, after, rows_max=parts.settings.page_size_max)
    passed = passed_for(parts, before, after, rows_max=_PASSED_MAX)
    return {
        "added_count": found.added_count,
        "removed_count": found.removed_count,
        "added": [_listed(one) for one in found.added],
        "removed": [_removed(one) for one in found.removed],
        "changed": [_changed(one) for one in found.changed],
        "passed": [_removed(one) for one in passed],
    }


def _listed(one: Listed) -> Mapping[str, Any]:
    return {"uscc": one.code, "name": one.name, "entry": entry_told(one.entry)}


def _removed(one: Removed) -> Mapping[str, Any]:
    return {
        **_listed(one.listed),
        "why": one.why,
        "on": one.on,
        "number": one.number,
        "reason": one.reason,
        "seq": one.seq,
    }


def _changed(one: Changed) -> Mapping[str, Any]:
    return {
        "uscc": one.listed.code,
        "name": one.listed.name,
        "changes": [
            {"field": name, "before": before, "after": after} for name, before, after in one.fields
        ],
    }
