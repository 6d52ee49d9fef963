"""Findings as rows: their names, the digest of what shows them, and their state.

The rule that must stay true: a judgement is of what was seen. Where other events or numbers show a
finding by now, one that was explained is open again; what was confirmed stays.
"""

from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from trace.findings.judgements import FindingState, latest_judgements
from trace.findings.model import Evidence, Hit
from trace.findings.rule_table import find_rule
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

import orjson
from sqlalchemy import Connection, Row

Found: TypeAlias = tuple[Evidence, str, Hit]
"""What a rule found in the evidence of one thing, with the rule's code."""


class FindingRow(NamedTuple):
    """The columns of a finding in their order, but for when it was worked out."""

    item: int
    log: int
    code: str
    key: str
    id: UUID
    severity: str
    uri: str
    class_code: str
    party_id: UUID | None
    owner_id: UUID | None
    details: str
    seqs: str
    first_seq: int
    last_seq: int
    first_at: datetime
    last_at: datetime
    evidence: bytes
    state: str

    def is_stored_as(self, row: Row[*tuple[Any, ...]]) -> bool:
        """Return whether the stored row says the same."""
        return tuple(self) == tuple(row)[: len(self)]


def finding_rows(connection: Connection, log: int, found: Sequence[Found]) -> list[FindingRow]:
    """Return the rows of what was found, with the states that were given to them."""
    ids = [finding_id(log, evidence.uri, code, hit.key) for evidence, code, hit in found]
    judged = latest_judgements(connection, log, ids)
    rows = []
    for one_id, (evidence, code, hit) in zip(ids, found, strict=True):
        row = _row(log, one_id, evidence, code, hit)
        state, digest = judged.get(one_id, (FindingState.OPEN.value, row.evidence))
        rows.append(row._replace(state=standing_state(state, digest, row.evidence)))
    return rows


def finding_id(log: int, uri: str, code: str, key: str) -> UUID:
    """Return the id of a finding: the same one whenever it is worked out."""
    named = orjson.dumps([log, uri, code, key])
    # RFC 9562 5.8: version 8 is for ids that are made of something; this Python knows five of them.
    digest = int.from_bytes(sha256(named).digest()[:16], "big")
    return UUID(int=digest & ~(0xF000 << 64) & ~(0xC000 << 48) | 0x8000 << 64 | 0x8000 << 48)


def standing_state(state: str, judged: bytes, evidence: bytes) -> str:
    """Return the state of a finding that was judged when `judged` showed it."""
    is_old = state == FindingState.EXPLAINED.value and judged != evidence
    return FindingState.OPEN.value if is_old else state


def _row(log: int, row_id: UUID, evidence: Evidence, code: str, hit: Hit) -> FindingRow:
    seqs = [event.seq for event in hit.events]
    details = orjson.dumps(dict(hit.details), option=orjson.OPT_SORT_KEYS)
    shown = orjson.dumps(seqs)
    times = [event.event_at for event in hit.events]
    first_at = hit.first_at or min(times)
    rule = find_rule(code, first_at.date())
    return FindingRow(
        item=evidence.item,
        log=log,
        code=code,
        key=hit.key,
        id=row_id,
        severity=rule.severity.value if rule is not None else "",
        uri=evidence.uri,
        class_code=evidence.limits.class_code,
        party_id=hit.party_id,
        owner_id=evidence.owner,
        details=details.decode(),
        seqs=shown.decode(),
        first_seq=min(seqs),
        last_seq=max(seqs),
        first_at=first_at,
        last_at=hit.last_at or max(times),
        evidence=sha256(details + b"\n" + shown).digest(),
        state=FindingState.OPEN.value,
    )
