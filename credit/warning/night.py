"""The night run of early warning: every rule over all parties at once, and what it changes.

The rule that must stay true: running twice over the same record changes nothing the second time;
what it finds is an entry of the ledger before it is a row.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from trace.projections.lineage import bring_up as bring_up_links
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.db import reading
from credit.warning.entries import NightNote, night_draft
from credit.warning.folding import standing_of, warning_rows
from credit.warning.life import ENDING, is_news
from credit.warning.model import Found
from credit.warning.of_facts import of_facts
from credit.warning.of_supply import of_supply
from credit.warning.of_trace import of_findings, of_records
from credit.warning.rules import OF_SUPPLY, WarningRule, Watch, rules_on
from credit.warning.tables import CREDIT_WARNING
from ledger.batch import Batch
from ledger.journal import Journal
from parties.actors import Actor

_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class NightCounts:
    """What a run did: how many grounds it found, and how many warnings it opened and ended."""

    found: int
    opened: int
    ended: int
    by_rule: dict[str, int]


def run_warnings(
    journal: Journal,
    actor: Actor,
    day: date,
    *,
    bring_up: Callable[[], object],
    tell: Callable[[int], None] = lambda _: None,
) -> NightCounts:
    """Run the rules of a day over all parties; open, add to and end warnings accordingly.

    `tell` hears of each stage: 1 once everything is brought up, 2 once the rules are run, and that
    again with each entry.
    """
    bring_up()
    bring_up_links(journal.engine, journal.log)
    tell(1)
    with reading(journal.engine) as connection:
        found = find_all(connection, journal.log, day)
        fresh, gone = _news(connection, journal.log, found)
    notes = list(_notes(day, fresh, gone))
    for note in notes:
        tell(2)
        journal.append(
            Batch(
                actor=actor.id,
                subject=f"warnings:{day.isoformat()}",
                drafts=(night_draft(note),),
            )
        )
    if notes:
        bring_up()
    by_rule: dict[str, int] = {}
    for one in found:
        by_rule[one.code] = by_rule.get(one.code, 0) + 1
    return NightCounts(found=len(found), opened=len(fresh), ended=len(gone), by_rule=by_rule)


def find_all(connection: Connection, log: int, day: date) -> list[Found]:
    """Return everything that the rules of a day find, in an order of its own."""
    rules = rules_on(day)
    found = [
        *of_facts(connection, log, _those(rules, Watch.FACTS), day),
        *of_findings(connection, log, _those(rules, Watch.FINDINGS), day),
        *of_records(connection, log, _those(rules, Watch.SILENCE, Watch.ACTIVITY), day),
        *of_supply(connection, log, _those(rules, *OF_SUPPLY), day),
    ]
    # Two rows of one company in the register are one party here.
    return sorted({one.id: one for one in found}.values(), key=lambda one: (one.code, one.id))


def _those(rules: Sequence[WarningRule], *watches: Watch) -> list[WarningRule]:
    return [rule for rule in rules if rule.watch in watches]


def _news(
    connection: Connection, log: int, found: Sequence[Found]
) -> tuple[list[Found], list[UUID]]:
    """Return what opens or adds to a warning, and the warnings whose ground is gone."""
    known = warning_rows(connection, log, [one.id for one in found])
    fresh = [
        one
        for one in found
        if is_news(standing_of(known[one.id]) if one.id in known else None, one.refs)
    ]
    states = sorted(state.value for state in ENDING)
    statement = (
        select(CREDIT_WARNING.c.id)
        .where(CREDIT_WARNING.c.log == log, CREDIT_WARNING.c.state.in_(states))
        .order_by(CREDIT_WARNING.c.id)
    )
    present = {one.id for one in found}
    gone = [one for one in connection.execute(statement).scalars() if one not in present]
    return fresh, gone


def _notes(day: date, fresh: Sequence[Found], gone: Sequence[UUID]) -> Iterator[NightNote]:
    for start in range(0, max(len(fresh), len(gone)), _AT_ONCE):
        end = start + _AT_ONCE
        yield NightNote(day=day, found=tuple(fresh[start:end]), gone=tuple(gone[start:end]))
