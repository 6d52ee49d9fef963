"""Fetches a file from an address: within a size and a time, and from nowhere inside our network.

The rule that must stay true: the host that was looked at is the one that is connected to
(`trace.recall.hook_addresses`), redirects are not followed, and nothing that the other side sends
can make it take longer or hold more than it may.
"""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from trace.recall.hook_addresses import pinned
from typing import Final
from urllib.parse import urlsplit

import httpx

from base.errors import InvalidInput
from base.tls import trusting_authorities
from credit.intake.senders import Signed
from credit.intake.signing import read_signed
from credit.intake.sources import Source

_ANSWER_S: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchLimits:
    """What one fetch may take. `may_be_private`: also from a machine of our own, for a trial."""

    bytes_max: int
    seconds_max: int
    may_be_private: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """A file that was fetched, with what its headers say of who signed it."""

    body: bytes
    signed: Signed


def fetch(source: Source, limits: FetchLimits) -> Fetched:
    """Return the file of a source; raises `InvalidInput` with why there is none."""
    # In a thread of its own: whoever calls may have a loop that runs already.
    with ThreadPoolExecutor(max_workers=1) as thread:
        return thread.submit(lambda: asyncio.run(_fetch(source, limits))).result()


async def _fetch(source: Source, limits: FetchLimits) -> Fetched:
    if not limits.may_be_private and not source.url.startswith("https://"):
        raise InvalidInput("The address does not begin with https://.")
    try:
        async with asyncio.timeout(limits.seconds_max):
            url, host = await asyncio.to_thread(
                pinned, source.url, may_be_private=limits.may_be_private
            )
            return await _get(source, limits, url, host)
    except TimeoutError:
        raise InvalidInput("It took too long.") from None
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise InvalidInput(f"It could not be fetched: {type(error).__name__}.") from None


async def _get(source: Source, limits: FetchLimits, url: str, host: str) -> Fetched:
    wait_s = min(_ANSWER_S, limits.seconds_max)
    async with (
        httpx.AsyncClient(
            timeout=wait_s,
            follow_redirects=False,
            trust_env=False,
            verify=trusting_authorities(),
        ) as client,
        client.stream(
            "GET",
            url,
            # Bytes are counted as they are sent: a few compressed ones can stand for any number.
            headers={"Host": host, "Accept-Encoding": "identity"},
            extensions={"sni_hostname": urlsplit(source.url).hostname or ""},
        ) as answer,
    ):
        if answer.status_code != httpx.codes.OK:
            raise InvalidInput(f"The answer was HTTP {answer.status_code}.")
        signed = read_signed(
            str(source.sender_id),
            answer.headers.get("Suxin-Rows"),
            answer.headers.get("Suxin-Signature"),
            answer.headers.get("Suxin-Made-At"),
        )
        body = bytearray()
        async for piece in answer.aiter_raw():
            body += piece
            if len(body) > limits.bytes_max:
                raise InvalidInput(f"It has more than {limits.bytes_max} bytes.")
        if not body:
            raise InvalidInput("There was nothing in the answer.")
        return Fetched(body=bytes(body), signed=signed)
