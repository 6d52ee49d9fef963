"""What the page of a single thing says about the scans of its code.

The rule that must stay true: what was counted is said, and what it means is left open. Repeat scans
are common, and a page that called a gift a copy would soon be believed by nobody.
"""

from dataclasses import dataclass
from functools import lru_cache
from trace.scans.facts import Answer, Facts, Told
from trace.scans.rule_table import find_rule
from trace.scans.rules import Severity
from typing import Final

from flask import render_template

from web.pages.event_reading import BEIJING
from web.pages.languages import chosen_lang
from web.pages.model import Lang

_LINES_MAX: Final = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanWords:
    """Pieces of the page: what stands among the warnings, and the line beside the code."""

    warning: str = ""
    line: str = ""


def write_facts(answer: Answer, facts: Facts) -> ScanWords:
    """Return the pieces for one visitor, in the language of the request."""
    first_on = answer.first_at.astimezone(BEIJING).date().isoformat()
    warnings = [alert for alert in facts.alerts if _is_public(alert)]
    standing = [alert for alert in warnings if _stands(alert)]
    return ScanWords(
        warning=render_template(
            "scan/scans.html",
            answer=answer,
            first_on=first_on,
            sentences=[_sentence(alert) for alert in standing],
            is_confirmed=any(alert.state == "confirmed" for alert in standing),
            is_explained_by_owner=all(alert.is_owners_word for alert in warnings),
        )
        if warnings
        else "",
        line=_line(chosen_lang(), answer.is_first, answer.count, first_on),
    )


@lru_cache(maxsize=_LINES_MAX)
def _line(lang: Lang, is_first: bool, count: int, first_on: str) -> str:  # noqa: ARG001 -- what it depends on
    """Return the line of a page, which most pages share with others."""
    return render_template("scan/scan_line.html", is_first=is_first, count=count, first_on=first_on)


def has_warning(facts: Facts) -> bool:
    """Return whether the page warns of the scans of its code."""
    return any(_is_public(alert) and _stands(alert) for alert in facts.alerts)


def _stands(alert: Told) -> bool:
    return alert.state != "explained"


def _is_public(alert: Told) -> bool:
    rule = find_rule(alert.rule, alert.last_at.date())
    return rule is not None and rule.severity is Severity.WARN


def _sentence(alert: Told) -> str:
    rule = find_rule(alert.rule, alert.last_at.date())
    return "" if rule is None else rule.says(chosen_lang(), alert.numbers)
