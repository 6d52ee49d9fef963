"""Tells holders' own programs of recalls: signed, once, tried again where it fails.

The rule that must stay true: a try is a row before anything is sent, so that neither a second
worker nor one that follows a killed one sends it at the same time; and one slow program costs the
others nothing: each is told by itself, within a time that nothing it sends can stretch.
"""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from trace.recall.entries import decimal_text
from trace.recall.hook_addresses import pinned
from trace.recall.hooks import (
    DueDelivery,
    claim_delivery,
    due_deliveries,
    note_delivery,
    signature_of,
    signing_key,
)
from trace.recall.model import Line
from trace.recall.reading import lines_of, newest_scope
from typing import Final
from urllib.parse import urlsplit

import httpx
import orjson

from base.clock import format_instant
from base.db import reading, transaction
from base.errors import InvalidInput
from base.log import get_logger
from jobs.instance import Instance, instance

_LOG: Final = get_logger(__name__)
_LINES_MAX: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    """One run: what it works with, how many programs it tells at once, and until when."""

    parts: Instance
    at_once: asyncio.Semaphore
    until: float


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
    if due:
        # In a thread of its own: whoever calls may have a loop that runs already.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(lambda: asyncio.run(_deliver_all(parts, due))).result()


async def _deliver_all(parts: Instance, due: Sequence[DueDelivery]) -> None:
    loop = asyncio.get_running_loop()
    run = _Run(
        parts=parts,
        at_once=asyncio.Semaphore(parts.settings.hooks_at_once_max),
        until=loop.time() + parts.settings.hooks_run_max_s,
    )
    ordered = sorted(due, key=lambda one: str(one.party_id))
    by_party = [list(of) for _, of in groupby(ordered, key=lambda one: one.party_id)]
    await asyncio.gather(*(_tell_party(run, of) for of in by_party))


async def _tell_party(run: _Run, due: Sequence[DueDelivery]) -> None:
    """Tell one party's program, notice by notice; after a failure the rest waits for the next run.

    So a program that is away costs one wait in a run, however many notices there are for it.
    """
    async with run.at_once:
        for one in due:
            if asyncio.get_running_loop().time() >= run.until:
                return
            if not await _try(run.parts, one):
                return


async def _try(parts: Instance, due: DueDelivery) -> bool:
    now, attempts_max = parts.clock.now(), parts.settings.hook_attempts_max
    with transaction(parts.engine) as connection:
        if not claim_delivery(connection, due, now=now, attempts_max=attempts_max):
            return True
    is_taken, outcome = await _send(parts, due, now)
    with transaction(parts.engine) as connection:
        note_delivery(connection, due, outcome=outcome, is_taken=is_taken, now=parts.clock.now())
    _LOG.info("recall_notice_sent", notice=str(due.notice_id), taken=is_taken, how=outcome)
    return is_taken


async def _send(parts: Instance, due: DueDelivery, now: datetime) -> tuple[bool, str]:
    """Send one notice; return whether it was taken, and in a word what came back.

    What the program answers beside its status is never read: it could be without an end.
    """
    body = _body(parts, due, now)
    headers = {
        "Content-Type": "application/json",
        "GS1-Signature": signature_of(signing_key(parts.secret, due.party_id), body),
        "Idempotency-Key": str(due.notice_id),
    }
    wait_s, is_open = parts.settings.hook_wait_max_s, bool(parts.settings.hooks_private_allowed)
    if not is_open and not due.url.startswith("https://"):
        return False, "The address does not begin with https://."
    try:
        async with asyncio.timeout(wait_s):
            url, host = await asyncio.to_thread(pinned, due.url, may_be_private=is_open)
            headers["Host"] = host
            async with (
                httpx.AsyncClient(
                    timeout=wait_s, follow_redirects=False, trust_env=False
                ) as client,
                client.stream(
                    "POST",
                    url,
                    content=body,
                    headers=headers,
                    extensions={"sni_hostname": urlsplit(due.url).hostname or ""},
                ) as answer,
            ):
                return answer.is_success, f"HTTP {answer.status_code}"
    except InvalidInput as refusal:
        return False, refusal.message
    except TimeoutError:
        return False, "It took too long."
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return False, type(error).__name__


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
