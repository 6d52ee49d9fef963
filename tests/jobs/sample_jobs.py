"""Jobs for the tests of the worker; a worker process imports this file by its name."""

from pathlib import Path


def append_line(path: str, line: str) -> None:
    """Add a line to a file."""
    with Path(path).open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def fail() -> None:
    """Raise, as a broken job would."""
    raise ValueError("this job is broken")
