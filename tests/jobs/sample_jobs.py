"""Jobs for the tests of the worker; a worker process imports this file by its name."""

from pathlib import Path

import redis


def append_line(path: str, line: str) -> None:
    """Add a line to a file."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def fail() -> None:
    """Raise, as a broken job would."""
    raise ValueError("this job is broken")


def end_redis(url: str) -> None:
    """Stop the Redis that this very job came from."""
    client = redis.Redis.from_url(url)
    client.shutdown(nosave=True)
    client.close()
