"""Turns to look up the names of programs' machines, in threads that are for nothing else.

The rule that must stay true: a turn is over when its look-up is, and not when somebody gave up
waiting for it. A name that no server answers for keeps its thread for half a minute and more; so
whoever has a turn has a thread at once, and whoever has none has not begun.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from typing import ParamSpec, Self, TypeVar

_Asked = ParamSpec("_Asked")
_Found = TypeVar("_Found")


class Turn:
    """One look-up that may be made."""

    __slots__ = ("_give_back", "_is_used", "_threads")

    def __init__(self, threads: ThreadPoolExecutor, give_back: Callable[[], None]) -> None:
        self._threads, self._give_back = threads, give_back
        self._is_used = False

    async def look_up(
        self, find: Callable[_Asked, _Found], *args: _Asked.args, **kwargs: _Asked.kwargs
    ) -> _Found:
        """Return what `find` returns, in a thread that goes on when this is cancelled."""
        if self._is_used:
            raise RuntimeError("a turn is for one look-up")
        self._is_used = True
        running = self._threads.submit(find, *args, **kwargs)
        running.add_done_callback(lambda _: self._give_back())
        return await asyncio.wrap_future(running)

    def close(self) -> None:
        """Give the turn back where nothing was looked up."""
        if not self._is_used:
            self._is_used = True
            self._give_back()


class NameTurns:
    """So many look-ups at once, for one run; those nobody waits for any more are left alone."""

    def __init__(self, at_once_max: int) -> None:
        self._threads = ThreadPoolExecutor(at_once_max, thread_name_prefix="hook-name")
        self._free = asyncio.Semaphore(at_once_max)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # A thread cannot be ended, and the run must not wait for a name server.
        self._threads.shutdown(wait=False, cancel_futures=True)

    @asynccontextmanager
    async def turn(self, until: float) -> AsyncIterator[Turn | None]:
        """Give a turn, None where none was free before a time of the loop."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(until):
                await self._free.acquire()
        except TimeoutError:
            yield None
            return
        turn = Turn(self._threads, lambda: _tell(loop, self._free))
        try:
            yield turn
        finally:
            turn.close()


def _tell(loop: asyncio.AbstractEventLoop, free: asyncio.Semaphore) -> None:
    """Free a turn, from whatever thread; a run that is over needs none."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(free.release)
