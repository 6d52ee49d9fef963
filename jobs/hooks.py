"""Tells holders' own programs of recalls: signed, once, tried again where it fails.

The rule that must stay true: nothing is sent to an address inside our own network. The name of a
host is resolved once, every address of it is looked at, and the one that was looked at is the one
that is connected to, so that a name which changes its mind in between gains nothing.
"""

import ipaddress
import socket
from trace.recall.entries import decimal_text
from trace.recall.hooks import (
    DueDelivery,
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
_PORTS: Final = {"http": 80, "https": 443}
_LINES_MAX: Final = 1000


def deliver_recalls() -> None:
    """Tell every program that has not been told yet; each failure waits for its next time."""
    parts = instance()
    now = parts.clock.now()
    with reading(parts.engine) as connection:
        due = due_deliveries(
            connection, parts.desk.journal.log, now=now, rows_max=parts.settings.hooks_run_max
        )
    for one in due:
        is_taken, outcome = _deliver(parts, one)
        with transaction(parts.engine) as connection:
            note_delivery(
                connection,
                one,
                outcome=outcome,
                is_taken=is_taken,
                now=now,
                attempts_max=parts.settings.hook_attempts_max,
            )
        _LOG.info("recall_notice_sent", notice=str(one.notice_id), taken=is_taken, how=outcome)


def _deliver(parts: Instance, due: DueDelivery) -> tuple[bool, str]:
    """Send one notice; return whether it was taken, and in a word what came back."""
    body = _body(parts, due)
    headers = {
        "Content-Type": "application/json",
        "GS1-Signature": signature_of(signing_key(parts.secret, due.party_id), body),
        "Idempotency-Key": str(due.notice_id),
    }
    try:
        url, host = pinned(due.url, may_be_private=bool(parts.settings.hooks_private_allowed))
        headers["Host"] = host
        with httpx.Client(
            timeout=parts.settings.hook_wait_max_s, follow_redirects=False, trust_env=False
        ) as client:
            answer = client.post(
                url,
                content=body,
                headers=headers,
                extensions={"sni_hostname": urlsplit(due.url).hostname or ""},
            )
    except InvalidInput as refusal:
        return False, refusal.message
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return False, type(error).__name__
    return answer.is_success, f"HTTP {answer.status_code}"


def pinned(url: str, *, may_be_private: bool) -> tuple[str, str]:
    """Return the address with the host's number in place of its name, and the `Host` header.

    Raises `InvalidInput` where the name leads nowhere, or to a machine that is not public.
    """
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise InvalidInput("The name of the host leads nowhere.") from None
    numbers = [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]
    if not may_be_private and not all(_is_public(number) for number in numbers):
        raise InvalidInput("The host is not a public one.")
    number = numbers[0]
    shown = f"[{number}]" if number.version == 6 else str(number)
    pinned_url = parts._replace(netloc=f"{shown}:{port}").geturl()
    return pinned_url, parts.netloc


def _is_public(number: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    mapped = number.ipv4_mapped if isinstance(number, ipaddress.IPv6Address) else None
    return (mapped or number).is_global and not number.is_multicast


def _body(parts: Instance, due: DueDelivery) -> bytes:
    log = parts.desk.journal.log
    with reading(parts.engine) as connection:
        scope = newest_scope(connection, log, due.recall_id)
        lines = lines_of(connection, log, scope.id, holder=due.party_id, rows_max=_LINES_MAX)
    base = parts.settings.effective_public_url
    return orjson.dumps(
        {
            "type": "recall_notice",
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
