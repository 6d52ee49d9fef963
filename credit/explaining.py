"""What was computed, and why, as it is told: dates, class, and every row of law behind it.

The rule that must stay true: nothing is told without its norm and article, and a row that nobody
has verified says so.
"""

from datetime import date

from base.strict_json import JsonObject, JsonValue
from credit.model import Because
from credit.periods import Period
from credit.rules.listing import Term
from credit.rules.publicity import Publicity


def publicity_json(found: Publicity, *, is_ahead: bool) -> JsonObject:
    """Return how long a penalty is public, as an object; a day that does not exist is null.

    `is_ahead`: it is decided on a day to come, by when the rules may be others: not certain.
    """
    return {
        "class": None if found.severity is None else found.severity.value,
        "published": found.is_published,
        "finding_date": _start(found.minimum or found.maximum),
        "min_period_last_day": _last(found.minimum),
        "max_period_last_day": _last(found.maximum),
        "repairable": found.is_repairable,
        "repair_waits_for_duty": found.waits_for_duty,
        "repair_earliest_date": _told(found.repairable_on),
        "repair_earliest_if_finding_day_counts": _told(found.repairable_if_first_counts_on),
        "auto_stop_from": _told(found.stops_on),
        "stays_if_uncorrected": found.stays_if_uncorrected,
        "unknown": None if found.unknown is None else found.unknown.value,
        "certain": found.because.is_certain and not is_ahead,
        "because": because_json(found.because),
    }


def term_json(term: Term) -> JsonObject:
    """Return how long an entry of a list lasts; a day that no row fixes is null."""
    return {
        "listed": _start(term.minimum or term.maximum),
        "last_day": _last(term.maximum),
        "min_period_last_day": _last(term.minimum),
        "removal_earliest_date": _told(term.removable_on),
        "certain": term.because.is_certain,
        "because": because_json(term.because),
    }


def because_json(because: Because) -> list[JsonValue]:
    """Return the rows that something stands on, in the order they were asked."""
    return [
        {
            "rule": rule.id,
            "norm": rule.norm.zh,
            "norm_en": rule.norm.en,
            "number": rule.norm.number,
            "article": rule.article,
            "in_force_from": _told(rule.from_on),
            "in_force_to": _told(rule.to_on),
            "verified": rule.verified.value,
            "zh": rule.zh,
            "en": rule.en,
            "doubt_zh": rule.doubt_zh,
            "doubt_en": rule.doubt_en,
        }
        for rule in because.rules
    ]


def _told(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _start(period: Period | None) -> str | None:
    return None if period is None else _told(period.start_on)


def _last(period: Period | None) -> str | None:
    return None if period is None else _told(period.last_on)
