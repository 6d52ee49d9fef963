"""Tells holders' own programs of recalls: signed, once, tried again where it fails.

The rule that must stay true: a try is a row before anything is sent, so that neither a second
worker nor one that follows a killed one sends it at the same time.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from trace.recall.entries import decimal_text
from trace.recall.hooks import (
    DueDelivery,
    claim_delivery,
    due_deliveries,
    note_delivery,
    signing_key,
)
from trace.recall.model import Line
from trace.recall.reading import lines_of, newest_scope
from typing import Final

import orjson

from base.clock import format_instant
from base.db import reading, transaction
from base.log import get_logger
from jobs.instance import Instance, instance
from jobs.name_turns import Turn
from jobs.signed_sending import Sending, Sent, Step, send_signed, tell_programs

_LOG: Final = get_logger(__name__)
_LINES_MAX: Final = 1000


def deliver_recalls() -> None:
    """Tell every program that has not been told yet; each failure waits for its next time."""
    parts = instance()
    with reading(parts.engine) as connection:
        due = due_deliveries(
            connection,
            parts.desk.journal.log,
            now=parts.clock.now(),
            rows_max=parts.settings.hooks_run_max,
        )
    ordered = sorted(due, key=lambda one: str(one.party_id))
    by_party = [list(of) for _, of in groupby(ordered, key=lambda one: one.party_id)]
    tell_programs(
        parts.settings,
        [_telling(parts, of) for of in by_party],
        seconds_max=parts.settings.hooks_run_max_s,
    )


def _telling(parts: Instance, due: Sequence[DueDelivery]) -> Step:
    """Return what tells one party's program, notice by notice."""
    waiting = iter(due)

    async def step(turn: Turn) -> bool:
        one = next(waiting, None)
        return one is not None and await _try(parts, one, turn)

    return step


async def _try(parts: Instance, due: DueDelivery, turn: Turn) -> bool:
    made = await asyncio.to_thread(_begin, parts, due)
    if made is None:
        return True
    sent = await send_signed(parts.settings, made, turn)
    await asyncio.to_thread(_note, parts, due, sent)
    _LOG.info(
        "recall_notice_sent", notice=str(due.notice_id), taken=sent.is_taken, how=sent.outcome
    )
    return sent.is_taken


def _begin(parts: Instance, due: DueDelivery) -> Sending | None:
    """Note a try and return what is sent, None where another worker makes it."""
    now, attempts_max = parts.clock.now(), parts.settings.hook_attempts_max
    with transaction(parts.engine) as connection:
        if not claim_delivery(connection, due, now=now, attempts_max=attempts_max):
            return None
    return Sending(
        url=due.url,
        body=_body(parts, due, now),
        key=signing_key(parts.secret, due.party_id),
        once=str(due.notice_id),
    )


def _note(parts: Instance, due: DueDelivery, sent: Sent) -> None:
    with transaction(parts.engine) as connection:
        note_delivery(
            connection,
            due,
            outcome=sent.outcome,
            is_taken=sent.is_taken,
            now=parts.clock.now(),
        )


def _body(parts: Instance, due: DueDelivery, now: datetime) -> bytes:
    log = parts.desk.journal.log
    with reading(parts.engine) as connection:
        scope = newest_scope(connection, log, due.recall_id)
        lines = lines_of(connection, log, scope.id, holder=due.party_id, rows_max=_LINES_MAX)
    base = parts.settings.effective_public_url
    return orjson.dumps(
        {
            "type": "recall_notice",
            "sent_at": format_instant(now),
            "notice_id": str(due.notice_id),
            "recall_id": str(due.recall_id),
            "number": due.number,
            "level": due.level,
            "is_mock": due.is_mock,
            "reason": due.reason,
            "line_count": due.line_count,
            "due_at": format_instant(due.due_at),
            "lines": [_line(line) for line in lines],
            "answer": f"{base}/api/v1/recalls/{due.recall_id}/answers",
            "page": f"{base}/work/recalls/{due.recall_id}/answer",
        }
    )


def _line(line: Line) -> dict[str, str | None]:
    return {
        "code": line.uri,
        "quantity": None if line.quantity is None else decimal_text(line.quantity),
        "uom": line.uom,
    }
