"""What the supply graph gives rise to: exposure to listed parties, dependence, concentration.

The rule that must stay true: who supplied whom is read once for all rules of one window; goods are
followed only from parties that are listed or recall, and no farther than a rule says.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from trace.identifiers import find_ids
from trace.lineage import Direction, Reach, trace_lineage
from trace.recall.tables import RECALL, RECALL_CLOSE
from trace.whereabouts import Fate, whereabouts_of
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, exists, select

from base.clock import CIVIL_ZONE
from credit.facts import standing_on
from credit.feeds.model import CodeScheme
from credit.rulebook.lists import ListKind, credit_lists
from credit.standing import OF_ALIAS, STANDS_AS
from credit.tables import CREDIT_ALIAS, CREDIT_CODE, CREDIT_FACT
from credit.warning.model import REFS_MAX, Found
from credit.warning.people import Who, who_of_parties
from credit.warning.rules import WarningRule, Watch
from credit.warning.supply import Supply, goods_from, supplies_in
from parties.names import party_uris
from parties.tables import PARTY

_HELD: Final = frozenset({Fate.HELD, Fate.UNDER_WAY})


@dataclass(frozen=True, slots=True, kw_only=True)
class Blemished:
    """A party that is listed or recalls goods, with the facts and entries that say so."""

    facts: tuple[UUID, ...] = ()
    seqs: tuple[int, ...] = ()

    @property
    def is_listed(self) -> bool:
        """Return whether a list holds it."""
        return bool(self.facts)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Graph:
    supplies: Sequence[Supply]
    blemished: dict[UUID, Blemished]
    who: dict[UUID, Who]


def of_supply(
    connection: Connection, log: int, rules: Sequence[WarningRule], day: date
) -> Iterator[Found]:
    """Yield what the rules about supply find on a day."""
    blemished = blemished_on(connection, log, day) if rules else {}
    graphs: dict[int, _Graph] = {}
    for rule in rules:
        since, until = span_of(rule.window_days, day)
        if rule.window_days not in graphs:
            supplies = supplies_in(connection, log, since, until)
            ends = {end for one in supplies for end in (one.supplier, one.buyer)}
            who = who_of_parties(connection, log, {*ends, *blemished})
            graphs[rule.window_days] = _Graph(supplies=supplies, blemished=blemished, who=who)
        graph = graphs[rule.window_days]
        if rule.watch is Watch.HOLDER:
            yield from _holders(connection, log, rule, graph, since, until)
        elif rule.watch in (Watch.SUPPLIER, Watch.BUYER):
            yield from _neighbours(rule, graph)
        else:
            yield from _shares(rule, graph)


def span_of(days: int, day: date) -> tuple[datetime, datetime]:
    """Return when so many days up to a day begin and end in China."""
    after = day + timedelta(days=1)
    return (
        datetime.combine(after - timedelta(days=days), time(), CIVIL_ZONE),
        datetime.combine(after, time(), CIVIL_ZONE),
    )


def blemished_on(connection: Connection, log: int, day: date) -> dict[UUID, Blemished]:
    """Return the parties on a list of punishment on a day, and those whose recall is open."""
    facts: dict[UUID, list[UUID]] = {}
    fact = CREDIT_FACT.c
    lists = sorted(one.id for one in credit_lists().values() if one.kind is ListKind.PUNISHMENT)
    statement = (
        select(PARTY.c.id, fact.id.label("fact_id"))
        .join(CREDIT_CODE, CREDIT_CODE.c.code == PARTY.c.uscc)
        .outerjoin(CREDIT_ALIAS, OF_ALIAS)
        .join(CREDIT_FACT, (fact.log == CREDIT_CODE.c.log) & (fact.subject_id == STANDS_AS))
        .where(
            CREDIT_CODE.c.log == log,
            CREDIT_CODE.c.scheme == CodeScheme.USCC.value,
            fact.list.in_(lists),
            fact.is_latest,
            standing_on(day),
            (fact.stops_on.is_(None)) | (fact.stops_on > day),
        )
        .order_by(PARTY.c.id, fact.id)
    )
    for row in connection.execute(statement):
        facts.setdefault(row.id, []).append(row.fact_id)
    seqs: dict[UUID, list[int]] = {}
    closed = exists().where(
        RECALL_CLOSE.c.log == RECALL.c.log, RECALL_CLOSE.c.recall_id == RECALL.c.id
    )
    recalls = select(RECALL.c.party_id, RECALL.c.seq).where(
        RECALL.c.log == log, RECALL.c.party_id.is_not(None), RECALL.c.is_mock.is_(False), ~closed
    )
    for row in connection.execute(recalls.order_by(RECALL.c.seq)):
        seqs.setdefault(row.party_id, []).append(row.seq)
    return {
        party: Blemished(
            facts=tuple(facts.get(party, ())[:REFS_MAX]), seqs=tuple(seqs.get(party, ())[:REFS_MAX])
        )
        for party in sorted({*facts, *seqs})
    }


def _neighbours(rule: WarningRule, graph: _Graph) -> Iterator[Found]:
    """Yield who was supplied by a blemished party, or who supplied a listed one."""
    for one in graph.supplies:
        is_down = rule.watch is Watch.SUPPLIER
        bad, other = (one.supplier, one.buyer) if is_down else (one.buyer, one.supplier)
        why = graph.blemished.get(bad)
        if why is None or not (is_down or why.is_listed) or one.count < rule.count_min:
            continue
        if bad in graph.who and other in graph.who:
            yield _found(rule, graph.who[other], graph.who[bad], why, one.count, (one.seq,))


def _found(
    rule: WarningRule, who: Who, bad: Who, why: Blemished, count: int, seqs: Sequence[int]
) -> Found:
    newest = sorted(seqs)[-REFS_MAX:]
    return Found(
        code=rule.id,
        severity=rule.severity,
        subject_id=who.subject_id,
        key=str(bad.subject_id),
        details={"count": count, "other": bad.name, "other_code": bad.code, **who.details},
        facts=why.facts,
        seqs=tuple(dict.fromkeys((*why.seqs, *newest))),
    )


def _holders(
    connection: Connection,
    log: int,
    rule: WarningRule,
    graph: _Graph,
    since: datetime,
    until: datetime,
) -> Iterator[Found]:
    """Yield who has goods now that a blemished supplier handed over, or what was made of them."""
    suppliers = {one.supplier for one in graph.supplies}
    reach = Reach(items_max=rule.items_max, depth_max=rule.depth_max)
    for bad, why in graph.blemished.items():
        if bad not in suppliers or bad not in graph.who:
            continue
        ends = find_ids(connection, log, party_uris(connection, bad)).values()
        roots = goods_from(connection, log, list(ends), since, until, items_max=rule.items_max)
        walk = trace_lineage(connection, log, roots, Direction.FORWARD, reach)
        # A making is a step between and no thing.
        items = [item for item in walk.depths if item >= 0]
        held: dict[UUID, tuple[int, list[int]]] = {}
        for told in whereabouts_of(connection, log, items, None).values():
            for hand in told.hands:
                if hand.fate in _HELD and hand.party_id is not None and hand.party_id != bad:
                    count, seqs = held.get(hand.party_id, (0, []))
                    if hand.seq is not None:
                        seqs.append(hand.seq)
                    held[hand.party_id] = count + 1, seqs
        for party, who in who_of_parties(connection, log, held).items():
            count, seqs = held[party]
            if count >= rule.count_min:
                yield _found(rule, who, graph.who[bad], why, count, seqs)


def _shares(rule: WarningRule, graph: _Graph) -> Iterator[Found]:
    """Yield who depends on one supplier, or on whom many depend."""
    totals: dict[UUID, int] = {}
    for one in graph.supplies:
        totals[one.buyer] = totals.get(one.buyer, 0) + one.count
    least = rule.count_min if rule.watch is Watch.DEPENDENCE else rule.least
    depending = [
        one
        for one in graph.supplies
        if totals[one.buyer] >= least
        and one.count * 100 >= rule.share_percent * totals[one.buyer]
        and one.supplier in graph.who
        and one.buyer in graph.who
    ]
    if rule.watch is Watch.DEPENDENCE:
        for one in depending:
            other = graph.who[one.supplier]
            total = totals[one.buyer]
            yield Found(
                code=rule.id,
                severity=rule.severity,
                subject_id=graph.who[one.buyer].subject_id,
                key=str(other.subject_id),
                details={
                    "count": total,
                    "share": one.count * 100 // total,
                    "other": other.name,
                    "other_code": other.code,
                    **graph.who[one.buyer].details,
                },
                # The share changes with each delivery; whose it is does not.
                mark=other.code,
            )
        return
    buyers: dict[UUID, list[UUID]] = {}
    for one in depending:
        buyers.setdefault(one.supplier, []).append(one.buyer)
    for supplier, many in buyers.items():
        if len(many) >= rule.count_min:
            who = graph.who[supplier]
            yield Found(
                code=rule.id,
                severity=rule.severity,
                subject_id=who.subject_id,
                details={"count": len(many), **who.details},
                mark=f"{len(many) // rule.count_min}",
            )
