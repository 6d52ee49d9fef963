"""The embedded Redis, for real: its socket, its files, its one owner."""

import os
from pathlib import Path

import pytest
import redis

from base.errors import ConfigurationError, Conflict
from base.redis_server import (
    answers,
    find_redis_server,
    owning,
    redis_command,
    running_redis,
    socket_path,
)

DEEP = "d" * 120


def test_it_answers_on_its_socket_and_on_no_port(tmp_path: Path) -> None:
    with running_redis(tmp_path) as url:
        client = redis.Redis.from_url(url)
        settings = client.config_get("*")
        client.close()

        assert (settings["port"], settings.get("tls-port", "0")) == ("0", "0")
        assert settings["appendonly"] == "yes"
        assert (tmp_path / "redis.sock").stat().st_mode & 0o077 == 0

    assert not answers(tmp_path)


def test_what_was_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    for expected in (None, b"1"):
        with running_redis(tmp_path) as url:
            client = redis.Redis.from_url(url)

            assert client.get("job") == expected

            client.set("job", "1")
            client.close()


def test_a_path_too_long_for_a_socket_gets_a_short_private_one(tmp_path: Path) -> None:
    deep = tmp_path / DEEP

    with running_redis(deep):
        path = socket_path(deep)

        assert len(os.fsencode(path)) <= 107
        assert path.parent.stat().st_mode & 0o077 == 0
        assert answers(deep)

    path.unlink(missing_ok=True)
    path.parent.rmdir()


def test_a_short_folder_open_to_others_is_refused(tmp_path: Path) -> None:
    deep = tmp_path / DEEP
    folder = socket_path(deep).parent
    folder.mkdir(mode=0o755)

    with pytest.raises(ConfigurationError, match="does not belong to this user alone"):
        redis_command(deep)

    folder.rmdir()


def test_the_second_owner_of_a_folder_is_told_the_first(tmp_path: Path) -> None:
    with (
        owning(tmp_path),
        pytest.raises(Conflict, match=f"in use by process {os.getpid()}:"),
        owning(tmp_path),
    ):
        pytest.fail("two owners")

    with owning(tmp_path):
        assert (tmp_path / "owner.lock").read_text() == f"{os.getpid()}\n"


def test_without_any_redis_the_message_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)

    with pytest.raises(ConfigurationError, match="apt-get install redis-server"):
        find_redis_server()
