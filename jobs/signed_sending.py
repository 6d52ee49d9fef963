"""Sends to programs of others: signed, to public addresses alone, each within its time.

The rule that must stay true: one slow program costs the others nothing. Each is told by itself,
within a time that nothing it sends can stretch, and what it answers beside its status is not read.
A try is made by whoever has a turn to look its name up, and by nobody else.
"""

import asyncio
import hashlib
import hmac
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from trace.recall.hook_addresses import pinned
from typing import Final, TypeAlias
from urllib.parse import urlsplit

import httpx

from base.config import Settings
from base.errors import InvalidInput
from base.log import get_logger
from base.tls import trusting_authorities
from jobs.name_turns import NameTurns, Turn

Step: TypeAlias = Callable[[Turn], Awaitable[bool]]
"""Makes the next try of one program; returns False where nothing more is tried in this run."""

_LOG: Final = get_logger(__name__)
# What one try reads from the database while another one's outcome is written to it.
_DESK_THREADS: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sending:
    """What is sent to a program: `once` is what makes a second sending of it the same."""

    url: str
    body: bytes
    key: bytes
    once: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """Whether a program took what was sent, and in a word what came back."""

    is_taken: bool
    outcome: str


def signature_of(key: bytes, body: bytes) -> str:
    """Return the value of the header `GS1-Signature` for a body."""
    return f"sha256={hmac.new(key, body, hashlib.sha256).hexdigest()}"


def tell_programs(settings: Settings, programs: Sequence[Step], *, seconds_max: int) -> None:
    """Take a step of each program in turn, some programs at once; begin none after so long.

    After a failure the rest waits for the next run: a program that is away costs one wait in a run,
    however much there is for it. One for which there is much comes again after all the others.
    """
    if programs:
        telling = _tell_all(settings, programs, seconds_max)
        # In a thread of its own: whoever calls may have a loop that runs already.
        with ThreadPoolExecutor(max_workers=1) as thread:
            thread.submit(lambda: asyncio.run(telling)).result()


async def _tell_all(settings: Settings, programs: Sequence[Step], seconds_max: int) -> None:
    loop = asyncio.get_running_loop()
    # `asyncio.to_thread` is for the database here, and for it alone: names have threads of their
    # own, since one that nobody answers for keeps its thread long after its try was given up.
    loop.set_default_executor(ThreadPoolExecutor(_DESK_THREADS, thread_name_prefix="hook-desk"))
    waiting, until = deque(programs), loop.time() + seconds_max

    async def tell_in_turn(turns: NameTurns) -> None:
        while waiting and loop.time() < until:
            step = waiting.popleft()
            async with turns.turn(until) as turn:
                if turn is None:
                    return
                if await _is_more(step, turn):
                    waiting.append(step)

    with NameTurns(settings.hooks_names_max) as turns:
        await asyncio.gather(*(tell_in_turn(turns) for _ in range(settings.hooks_at_once_max)))


async def _is_more(step: Step, turn: Turn) -> bool:
    """Take a step and return whether there may be another one."""
    try:
        return await step(turn)
    except Exception:  # What is wrong with one program must not cost the others what is theirs.
        _LOG.exception("program_not_told")
        return False


async def send_signed(settings: Settings, sending: Sending, turn: Turn) -> Sent:
    """Send once; whatever goes wrong is told and not raised."""
    wait_s, is_open = settings.hook_wait_max_s, bool(settings.hooks_private_allowed)
    if not is_open and not sending.url.startswith("https://"):
        return Sent(is_taken=False, outcome="The address does not begin with https://.")
    headers = {
        "Content-Type": "application/json",
        "GS1-Signature": signature_of(sending.key, sending.body),
        "Idempotency-Key": sending.once,
    }
    try:
        async with asyncio.timeout(wait_s):
            url, host = await turn.look_up(pinned, sending.url, may_be_private=is_open)
            headers["Host"] = host
            async with (
                httpx.AsyncClient(
                    timeout=wait_s,
                    follow_redirects=False,
                    trust_env=False,
                    verify=trusting_authorities(),
                ) as client,
                client.stream(
                    "POST",
                    url,
                    content=sending.body,
                    headers=headers,
                    extensions={"sni_hostname": urlsplit(sending.url).hostname or ""},
                ) as answer,
            ):
                return Sent(is_taken=answer.is_success, outcome=f"HTTP {answer.status_code}")
    except InvalidInput as refusal:
        return Sent(is_taken=False, outcome=refusal.message)
    except TimeoutError:
        return Sent(is_taken=False, outcome="It took too long.")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Sent(is_taken=False, outcome=type(error).__name__)
