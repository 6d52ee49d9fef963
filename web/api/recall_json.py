"""Recalls as programs read them.

Pure. One rule: numbers are decimal texts, and a member is there only for who may see it.
"""

from collections.abc import Sequence
from dataclasses import asdict
from decimal import Decimal
from trace.recall.containers import Inside
from trace.recall.entries import criteria_json, decimal_text
from trace.recall.hooks import Delivery
from trace.recall.model import Line
from trace.recall.progress import Share
from trace.recall.reading import Notice, Recall, ScopeRow
from typing import Any

from web.recalls import WholeRecall


def recall_json(recall: Recall) -> dict[str, Any]:
    """Return a recall as programs read it."""
    closing = recall.closing
    return {
        "id": recall.id,
        "number": recall.number,
        "domain": recall.domain,
        "level": recall.level,
        "is_mock": recall.is_mock,
        "reason": recall.reason,
        "party_id": recall.party_id,
        "opened_by": recall.opened_by,
        "opened_at": recall.opened_at,
        "state": "open" if closing is None else closing.outcome.value,
        "closed_at": None if closing is None else closing.at,
        "entry": {"log": recall.log, "seq": recall.seq},
    }


def whole_json(whole: WholeRecall) -> dict[str, Any]:
    """Return a recall with what its reader may see of it."""
    progress = whole.progress
    return {
        **recall_json(whole.recall),
        "scopes": [_scope_json(scope, whole) for scope in whole.scopes],
        "deadlines": [
            {
                "step": due.deadline.step.value,
                "due_at": due.at.isoformat(),
                "clause": due.deadline.clause,
                "verified": due.deadline.verified.value,
                "is_provisional": due.is_provisional,
            }
            for due in whole.dues
        ],
        "progress": {
            "total": _share_json(progress.total),
            "by_depth": [
                {"depth": depth, **_share_json(share)} for depth, share in progress.by_depth.items()
            ],
            "units": [
                {
                    name: decimal_text(value) if isinstance(value, Decimal) else value
                    for name, value in {**asdict(unit), "accounted": unit.accounted}.items()
                }
                for unit in progress.units
            ]
            if whole.sees_all
            else [],
            "awaited": [str(party) for party in progress.awaited],
        },
        "stages": [
            {
                "name": stage.name,
                "at": stage.at and stage.at.isoformat(),
                "minutes": stage.minutes,
            }
            for stage in whole.stages
        ],
        "notice": None if whole.own is None else notice_json(whole.own),
    }


def _share_json(share: Share) -> dict[str, Any]:
    return {**asdict(share), "percent": share.percent}


def _scope_json(scope: ScopeRow, whole: WholeRecall) -> dict[str, Any]:
    shown = {
        "version": scope.version,
        "at_size": scope.at_size,
        "at_root": scope.at_root.hex(),
        "reason": scope.reason,
        "line_count": scope.line_count,
        "added_count": scope.added_count,
        "removed_count": scope.removed_count,
        "is_cut": scope.is_cut,
        "at": scope.at.isoformat(),
        "entry": {"log": whole.recall.log, "seq": scope.seq},
    }
    return {**shown, "criteria": criteria_json(scope.criteria)} if whole.may_run else shown


def line_json(line: Line, containers: Sequence[Inside]) -> dict[str, Any]:
    """Return a line as programs read it, with the containers in which its goods were."""
    return {
        "code": line.uri,
        "depth": line.depth,
        "is_recalled": line.binds,
        "holder": None if line.holder is None else str(line.holder),
        "place": line.place,
        "quantity": None if line.quantity is None else decimal_text(line.quantity),
        "sold": None if line.sold is None else decimal_text(line.sold),
        "uom": line.uom,
        "is_gone": line.is_gone,
        "entries": list(line.shown_by),
        "containers": [
            {
                "code": one.uri,
                "since": one.since.isoformat(),
                "until": one.until and one.until.isoformat(),
            }
            for one in containers
        ],
    }


def delivery_json(delivery: Delivery | None) -> dict[str, Any] | None:
    """Return what came of telling the holder's program, None where that was never tried."""
    if delivery is None:
        return None
    return {
        "attempts": delivery.attempts,
        "outcome": delivery.outcome,
        "next_at": delivery.next_at and delivery.next_at.isoformat(),
        "delivered_at": delivery.delivered_at and delivery.delivered_at.isoformat(),
    }


def notice_json(notice: Notice) -> dict[str, Any]:
    """Return a notice with its answers."""
    return {
        "id": str(notice.id),
        "party_id": str(notice.party_id),
        "line_count": notice.line_count,
        "at": notice.at.isoformat(),
        "due_at": notice.due_at.isoformat(),
        "escalated_at": notice.escalated_at and notice.escalated_at.isoformat(),
        "is_settled": notice.is_settled,
        "answers": [
            {
                "kind": one.kind.value,
                "amounts": [
                    {
                        name: decimal_text(value) if isinstance(value, Decimal) else value
                        for name, value in asdict(amount).items()
                    }
                    for amount in one.amounts
                ],
                "note": one.note,
                "said_by": one.said_by,
                "at": one.at.isoformat(),
            }
            for one in notice.answers
        ],
        "entry": {"seq": notice.seq},
    }
