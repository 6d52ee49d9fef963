"""Where a server may listen, and what is said where it may not."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from base.config import Settings
from base.errors import ConfigurationError
from jobs.listening import address_of, free_port, require_free
from tests.live import clean_environment, manage


@pytest.fixture
def taken_port() -> Iterator[int]:
    """Listen as another such server does: with SO_REUSEPORT, which lets both bind."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_second_server_on_a_port_is_refused_and_takes_no_request(
    taken_port: int, tmp_path: Path
) -> None:
    done = manage(clean_environment(tmp_path, port=str(taken_port)), "serve")

    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1 port {taken_port}" in done.stderr
    assert "listening on" not in done.stdout


def test_a_free_port_is_not_refused() -> None:
    port = free_port("127.0.0.1")

    require_free(replace(Settings(), host="127.0.0.1", port=port))

    assert port > 0


def test_a_host_name_becomes_an_address() -> None:
    assert address_of("localhost") == "127.0.0.1"
    assert address_of("::1") == "::1"


@pytest.mark.parametrize("host", ["nosuch.invalid", "203.0.113.7"])
def test_a_wrong_host_is_told_as_one(host: str) -> None:
    with pytest.raises(ConfigurationError, match="SUXIN_HOST") as refusal:
        require_free(replace(Settings(), host=host, port=0))

    assert host in refusal.value.message
    assert "SUXIN_PORT" not in refusal.value.message
