"""What the trace gives rise to: findings that pile up, parties that went silent or grew loud.

The rule that must stay true: all parties are counted at once, and what was explained or taken back
counts nowhere.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from trace.findings.judgements import FindingState
from trace.findings.tables import FINDING
from trace.monitoring.counting import Span, by_party, withdrawn_in
from trace.tables import EVENT
from uuid import UUID

from sqlalchemy import Connection, case, func, select

from base.clock import CIVIL_ZONE
from credit.warning.model import REFS_MAX, Found
from credit.warning.people import Who, pieces, who_of_parties
from credit.warning.rules import WarningRule, Watch


def of_findings(
    connection: Connection, log: int, rules: Sequence[WarningRule], day: date
) -> Iterator[Found]:
    """Yield the parties about which findings pile up."""
    for rule in rules:
        since, before = _instant(day, rule.window_days), _instant(day, _whole(rule))
        recent = func.sum(case((FINDING.c.last_at >= since, 1), else_=0))
        earlier = func.sum(case((FINDING.c.last_at < since, 1), else_=0))
        statement = (
            select(FINDING.c.party_id, recent.label("counted"), earlier.label("before"))
            .where(
                FINDING.c.log == log,
                FINDING.c.code.in_(rule.codes),
                FINDING.c.state != FindingState.EXPLAINED.value,
                FINDING.c.party_id.is_not(None),
                FINDING.c.last_at >= before,
                FINDING.c.last_at < _instant(day, 0),
            )
            .group_by(FINDING.c.party_id)
            .having(recent >= rule.count_min)
        )
        hits = {
            row.party_id: (int(row.counted), int(row.before))
            for row in connection.execute(statement)
            if rule.is_jump(int(row.counted), int(row.before))
        }
        who = who_of_parties(connection, log, hits)
        seqs = _finding_seqs(connection, log, rule, sorted(who), since)
        for party_id, one in who.items():
            count, earlier_count = hits[party_id]
            yield Found(
                code=rule.id,
                severity=rule.severity,
                subject_id=one.subject_id,
                details={"count": count, "before": earlier_count, **one.details},
                seqs=tuple(sorted(seqs.get(party_id, ())[:REFS_MAX])),
            )


def of_records(
    connection: Connection, log: int, rules: Sequence[WarningRule], day: date
) -> Iterator[Found]:
    """Yield the parties that went silent, and those whose records jump."""
    for rule in rules:
        window = Span(first=day - timedelta(days=rule.window_days - 1), last=day)
        last = window.first - timedelta(days=1)
        before = Span(first=last - timedelta(days=rule.before_days - 1), last=last)
        now, then = (
            {
                party: tally.total
                for party, tally in by_party(
                    connection, log, span, withdrawn_in(connection, log, span)
                ).items()
                if party is not None
            }
            for span in (window, before)
        )
        if rule.watch is Watch.SILENCE:
            yield from _silent(connection, log, rule, now, then)
        else:
            yield from _loud(connection, log, rule, now, then, day)


def _silent(
    connection: Connection,
    log: int,
    rule: WarningRule,
    now: dict[UUID, int],
    then: dict[UUID, int],
) -> Iterator[Found]:
    silent = {
        party: count
        for party, count in then.items()
        if count >= rule.count_min and party not in now
    }
    last = _last_seqs(connection, log, sorted(silent))
    for party, who in who_of_parties(connection, log, silent).items():
        yield Found(
            code=rule.id,
            severity=rule.severity,
            subject_id=who.subject_id,
            details={"before": silent[party], **who.details},
            # The same silence after the same last event is the same ground.
            seqs=(last[party],),
        )


def _loud(
    connection: Connection,
    log: int,
    rule: WarningRule,
    now: dict[UUID, int],
    then: dict[UUID, int],
    day: date,
) -> Iterator[Found]:
    # Who has no record before began, which is no jump.
    loud = {
        party: count
        for party, count in now.items()
        if then.get(party) and rule.is_jump(count, then[party])
    }
    who: dict[UUID, Who] = who_of_parties(connection, log, loud)
    for party, one in who.items():
        yield Found(
            code=rule.id,
            severity=rule.severity,
            subject_id=one.subject_id,
            details={"count": loud[party], "before": then[party], **one.details},
            # Each day has other events: it is one ground in a month.
            mark=f"{day:%Y-%m}",
        )


def _finding_seqs(
    connection: Connection, log: int, rule: WarningRule, parties: Sequence[UUID], since: datetime
) -> dict[UUID, list[int]]:
    found: dict[UUID, list[int]] = {}
    for some in pieces(parties):
        statement = (
            select(FINDING.c.party_id, FINDING.c.last_seq)
            .where(
                FINDING.c.log == log,
                FINDING.c.party_id.in_(some),
                FINDING.c.code.in_(rule.codes),
                FINDING.c.state != FindingState.EXPLAINED.value,
                FINDING.c.last_at >= since,
            )
            .order_by(FINDING.c.last_seq.desc())
            .distinct()
        )
        for row in connection.execute(statement):
            found.setdefault(row.party_id, []).append(row.last_seq)
    return found


def _last_seqs(connection: Connection, log: int, parties: Sequence[UUID]) -> dict[UUID, int]:
    found: dict[UUID, int] = {}
    for some in pieces(parties):
        statement = (
            select(EVENT.c.party_id, func.max(EVENT.c.seq).label("seq"))
            .where(EVENT.c.log == log, EVENT.c.party_id.in_(some))
            .group_by(EVENT.c.party_id)
        )
        found.update((row.party_id, row.seq) for row in connection.execute(statement))
    return found


def _whole(rule: WarningRule) -> int:
    return rule.window_days + rule.before_days


def _instant(day: date, days: int) -> datetime:
    """Return when the day after a day begins, so many days earlier."""
    return datetime.combine(day + timedelta(days=1 - days), time(), CIVIL_ZONE)
