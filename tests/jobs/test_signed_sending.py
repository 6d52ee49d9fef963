"""Programs of others are told side by side: what is wrong with one costs the others nothing."""

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from base.config import Settings
from jobs.name_turns import Turn
from jobs.signed_sending import Sending, Step, send_signed, tell_programs
from tests.receiving import Receiver, lead_by_environment, receiving


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving("/told") as found:
        yield found


@pytest.fixture
def answered() -> Iterator[threading.Event]:
    """Give what a name server's answer waits for; in the end it always comes."""
    found = threading.Event()
    yield found
    found.set()


def _settings(folder: Path, **limits: Any) -> Settings:
    return Settings(data_dir=folder, hooks_private_allowed=1, **limits)


def _unanswered(answered: threading.Event) -> Step:
    """Return the try of a program for whose name no server answers."""

    async def step(turn: Turn) -> bool:
        try:
            async with asyncio.timeout(0.01):
                await turn.look_up(answered.wait)
        except TimeoutError:
            return False
        return False

    return step


def _good(settings: Settings, receiver: Receiver) -> Step:
    async def step(turn: Turn) -> bool:
        sending = Sending(url=receiver.url, body=b"{}", key=bytes(32), once="1")
        await send_signed(settings, sending, turn)
        return False

    return step


def test_names_that_no_server_answers_for_keep_nobody_waiting(
    tmp_path: Path, receiver: Receiver, answered: threading.Event
) -> None:
    settings = _settings(tmp_path, hooks_at_once_max=2, hooks_names_max=40)
    away = [_unanswered(answered) for _ in range(39)]

    tell_programs(settings, [*away, _good(settings, receiver)], seconds_max=60)

    assert len(receiver.got) == 1


def test_a_try_without_a_turn_is_not_begun(
    tmp_path: Path, receiver: Receiver, answered: threading.Event
) -> None:
    settings = _settings(tmp_path, hooks_names_max=1)
    begun: list[Turn] = []

    async def step(turn: Turn) -> bool:
        begun.append(turn)
        return False

    tell_programs(settings, [_unanswered(answered), step], seconds_max=1)

    assert begun == []


def test_a_turn_that_was_not_used_is_given_back(tmp_path: Path) -> None:
    settings = _settings(tmp_path, hooks_names_max=1)
    begun: list[Turn] = []

    async def step(turn: Turn) -> bool:
        begun.append(turn)
        return len(begun) < 3

    tell_programs(settings, [step], seconds_max=60)

    assert len(begun) == 3


def test_what_goes_wrong_with_one_program_stops_no_other(
    tmp_path: Path, receiver: Receiver
) -> None:
    settings = _settings(tmp_path, hooks_at_once_max=1)

    async def broken(turn: Turn) -> bool:
        raise LookupError("what was to be sent is gone")

    tell_programs(settings, [broken, _good(settings, receiver)], seconds_max=60)

    assert len(receiver.got) == 1


def test_a_program_with_much_to_be_told_comes_again_after_the_others(tmp_path: Path) -> None:
    settings = _settings(tmp_path, hooks_at_once_max=1)
    told: list[str] = []

    def program(name: str, pages: int) -> Step:
        async def step(turn: Turn) -> bool:
            told.append(name)
            return told.count(name) < pages

        return step

    tell_programs(settings, [program("much", 3), program("little", 1)], seconds_max=60)

    assert told == ["much", "little", "much", "much"]


@pytest.fixture
def elsewhere() -> Iterator[Receiver]:
    with receiving("/elsewhere") as found:
        yield found


@pytest.mark.parametrize("status", [302, 307, 308])
def test_a_program_that_leads_elsewhere_is_not_followed(
    tmp_path: Path, receiver: Receiver, elsewhere: Receiver, status: int
) -> None:
    # The address it leads to was looked at by nobody: it may lie inside our own network.
    receiver.status, receiver.location = status, elsewhere.url
    settings = _settings(tmp_path)

    tell_programs(settings, [_good(settings, receiver)], seconds_max=60)

    assert (len(receiver.got), elsewhere.got) == (1, [])


def test_what_is_sent_goes_through_no_proxy_that_the_environment_names(
    tmp_path: Path, receiver: Receiver, elsewhere: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A proxy would look the name up anew, and connect to whatever it finds then.
    lead_by_environment(monkeypatch, elsewhere.url)
    settings = _settings(tmp_path)

    tell_programs(settings, [_good(settings, receiver)], seconds_max=60)

    assert (len(receiver.got), elsewhere.got) == (1, [])
