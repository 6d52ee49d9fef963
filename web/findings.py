"""Findings as one actor may see and judge them: what the API and the pages share.

One rule: a producer sees findings about itself and about its own goods. What another party did with
them is that party's: of such a finding the owner learns which rule it is, and no more.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from trace.findings.evaluator import mark
from trace.findings.judgements import (
    JUDGED_KIND,
    FindingJudgement,
    FindingState,
    judgements_of,
)
from trace.findings.model import FindingRule, Lang, Value, civil_day
from trace.findings.reading import (
    Finding,
    FindingQuery,
    findings_alike,
    list_findings,
    read_finding,
)
from trace.findings.rule_table import find_rule
from trace.findings.tables import NOTE_CHARS_MAX
from trace.projections.lineage import bring_up
from trace.reading import ReadEvent, read_events, read_rows, visible_of
from typing import Final
from uuid import UUID

from sqlalchemy import Connection

from base.db import reading
from base.errors import Conflict, InvalidInput, NotFound, Problem
from base.log import get_logger
from ledger.parts import Part
from parties.access import Action, Subject, require
from parties.actors import Actor
from web.services import Services

_LOG: Final = get_logger(__name__)
_JUDGEMENTS_MAX: Final = 50
_PIECE_ROWS: Final = 500
_PIECES_MAX: Final = 50
"""So many pieces of the log are read before an answer; the worker is seldom that far behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A finding as its reader may see it: without details where they are another party's."""

    finding: Finding
    rule: FindingRule | None
    is_whole: bool

    def title(self, lang: Lang) -> str:
        """Return the name of the rule."""
        return self.rule.title(lang) if self.rule is not None else self.finding.code

    def says(self, lang: Lang) -> str:
        """Return the sentence about the finding, the rule's name where its details are hidden."""
        if self.rule is None or not self.is_whole:
            return self.title(lang)
        return self.rule.says(lang, self.finding.details)


@dataclass(frozen=True, slots=True, kw_only=True)
class WholeFinding:
    """A finding with the events that show it and all that was said of it."""

    seen: Seen
    events: tuple[ReadEvent, ...]
    judgements: tuple[FindingJudgement, ...]


def findings_for(parts: Services, actor: Actor, query: FindingQuery) -> list[Seen]:
    """Return a page of findings, the newest evidence first: a producer's own, whatever it asks."""
    asked = _allowed(actor, query)
    with reading(parts.engine) as connection:
        found = list_findings(connection, parts.log, asked)
        return _seen(connection, parts.log, actor, found)


def every_finding_for(parts: Services, actor: Actor, query: FindingQuery) -> Iterator[Seen]:
    """Yield as many findings as a query asks for, all of one instant and few in memory at once.

    For who writes a file: the transaction lasts until the last one was taken.
    """
    asked = _allowed(actor, query)
    left = query.rows_max
    with reading(parts.engine) as connection:
        while left > 0:
            piece = replace(asked, rows_max=min(left, _PIECE_ROWS))
            found = list_findings(connection, parts.log, piece)
            yield from _seen(connection, parts.log, actor, found)
            if len(found) < piece.rows_max:
                return
            left -= len(found)
            asked = replace(asked, after=found[-1].id)


def _allowed(actor: Actor, query: FindingQuery) -> FindingQuery:
    """Return a query bounded to what its asker may see."""
    own = frozenset() if actor.party_id is None else frozenset({actor.party_id})
    require(actor, Action.READ_FINDINGS, Subject(party_ids=own))
    if actor.party_id is not None and query.party_id not in (None, actor.party_id):
        # Whether there are any would tell who handled one's goods.
        raise _refusal("party_id", "a producer asks for findings about itself alone")
    return replace(query, own=actor.party_id)


def finding_for(parts: Services, actor: Actor, finding_id: UUID) -> WholeFinding:
    """Return a finding with its events; raises `NotFound` also for somebody else's."""
    with reading(parts.engine) as connection:
        finding = _own(connection, parts.log, actor, Action.READ_FINDINGS, finding_id)
        (seen,) = _seen(connection, parts.log, actor, [finding])
        events = read_events(connection, parts.log, seen.finding.seqs, actor)
        return WholeFinding(
            seen=seen,
            events=tuple(events[seq] for seq in seen.finding.seqs if seq in events),
            judgements=tuple(
                _as_seen(one, seen, actor)
                for one in judgements_of(connection, parts.log, finding_id)
            ),
        )


def _as_seen(judgement: FindingJudgement, seen: Seen, actor: Actor) -> FindingJudgement:
    """Return a judgement without words and name where the finding is another party's."""
    if seen.is_whole or judgement.judged_by == actor.id:
        return judgement
    return replace(judgement, note="", judged_by="")


def findings_alike_for(parts: Services, actor: Actor, finding_id: UUID) -> list[Seen]:
    """Return the other open findings of the rule that the same entries show, if one may see them.

    At most `finding_judged_max` of them. Raises `NotFound` also for somebody else's finding.
    """
    with reading(parts.engine) as connection:
        finding = _own(connection, parts.log, actor, Action.READ_FINDINGS, finding_id)
        rows_max = parts.settings.finding_judged_max
        found = findings_alike(connection, parts.log, finding, actor.party_id, rows_max=rows_max)
        return _seen(connection, parts.log, actor, found)


def judge_finding_for(
    parts: Services, actor: Actor, finding_id: UUID, state: FindingState, note: str
) -> WholeFinding:
    """Record what an actor says of a finding; the same again changes nothing.

    Raises `InvalidInput` without a note or where a party does more than explain, `Conflict` where
    it contradicts the authority, `NotFound`.
    """
    note = note.strip()
    if not 1 <= len(note) <= NOTE_CHARS_MAX:
        raise _refusal("note", f"has 1 to {NOTE_CHARS_MAX} characters")
    with reading(parts.engine) as connection:
        finding = _own(connection, parts.log, actor, Action.JUDGE_FINDINGS, finding_id)
        earlier = judgements_of(connection, parts.log, finding_id)
    last = earlier[-1] if earlier else None
    if last is None or not _is_same(last, finding, actor, state, note):
        _check(actor, state, finding, earlier)
        said = {"evidence": finding.evidence.hex(), "state": state.value, "note": note}
        # A finding's number can be reckoned from what it is about: whoever reads it could try which
        # party and which rule give it. So nothing of it is public but that something was judged.
        parts.recorder(actor.id)(
            JUDGED_KIND, {"what": "finding"}, {"finding": str(finding_id), **said}
        )
        _follow(parts)
        # The note is somebody's words and stays in its entry.
        _LOG.info("finding_judged", finding=str(finding_id), state=state.value, actor=actor.id)
    return finding_for(parts, actor, finding_id)


def _follow(parts: Services) -> None:
    size = bring_up(parts.engine, parts.log)
    for _ in range(_PIECES_MAX):
        if mark(parts.engine, parts.log, size) >= size:
            break


def _is_same(
    last: FindingJudgement, finding: Finding, actor: Actor, state: FindingState, note: str
) -> bool:
    said = (last.state, last.note, last.judged_by, last.evidence)
    return said == (state, note, actor.id, finding.evidence)


def _check(
    actor: Actor, state: FindingState, finding: Finding, earlier: list[FindingJudgement]
) -> None:
    if len(earlier) >= _JUDGEMENTS_MAX:
        raise Conflict(f"This finding was judged {len(earlier)} times; it takes no further one.")
    if actor.party_id is None:
        return
    if state is not FindingState.EXPLAINED:
        raise _refusal("state", "a party explains; confirming and reopening is the authority's")
    is_settled = finding.state is not FindingState.OPEN and earlier[-1].judged_by != actor.id
    if is_settled:
        raise Conflict("The authority has judged this finding; ask it to open it again.")


def _refusal(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="judgement", message=message)
    return InvalidInput(f"{path}: {message}", problems=(problem,))


def _own(
    connection: Connection, log: int, actor: Actor, action: Action, finding_id: UUID
) -> Finding:
    finding = read_finding(connection, log, finding_id)
    concerned = frozenset(
        party for party in (finding.party_id, finding.owner_id) if party is not None
    )
    if actor.party_id is not None and actor.party_id not in concerned:
        raise NotFound("There is no finding with that id.")
    require(actor, action, Subject(party_ids=concerned))
    return finding


def _seen(connection: Connection, log: int, actor: Actor, found: list[Finding]) -> list[Seen]:
    shown = _shown_seqs(connection, log, actor, found)
    return [_for(actor, finding, shown) for finding in found]


def _shown_seqs(
    connection: Connection, log: int, actor: Actor, found: list[Finding]
) -> Mapping[int, frozenset[Part]]:
    """Return what the actor sees of each event; a party is asked, others see them all."""
    if actor.party_id is None:
        return {}
    seqs = sorted({seq for finding in found for seq in finding.seqs})
    return visible_of(connection, log, read_rows(connection, log, seqs), actor)


def _for(actor: Actor, finding: Finding, shown: Mapping[int, frozenset[Part]]) -> Seen:
    rule = find_rule(finding.code, civil_day(finding.first_at))
    if actor.party_id is None:
        return Seen(finding=finding, rule=rule, is_whole=True)
    own_seqs = tuple(seq for seq in finding.seqs if Part.CHAIN in shown.get(seq, frozenset()))
    is_whole = finding.party_id == actor.party_id
    details: dict[str, Value] = finding.details if is_whole else {}
    party_id = finding.party_id if is_whole else None
    # The owner of the goods is known to everybody who reads their label.
    bounded = replace(finding, seqs=own_seqs, details=details, party_id=party_id)
    return Seen(finding=bounded, rule=rule, is_whole=is_whole)
