"""Writes docs/settings.md from the settings themselves: `python -m tests.docs.settings_page`."""

from pathlib import Path

from base.config import describe_settings

_PAGE = Path(__file__).resolve().parents[2] / "docs/settings.md"

_HEAD = """\
# Settings

Read once at start from variables of the environment, then frozen. A wrong value or an unknown
`SUXIN_*` name stops the process and names the variable. `manage.py settings` lists every setting
with the value it has there.

Sizes are bytes; `_S` are seconds, `_MS` milliseconds. This page is written from `base/config.py`,
and a test keeps it current.

| variable | default | meaning |
|---|---|---|
"""
_TAIL = """
`SUXIN_API_KEY` is read by `manage.py capture` and `manage.py demo` alone, as the key they send.
`SUXIN_CHROMIUM` (a browser) and `SUXIN_VECTORS` (a folder of test vectors) are read by the tests.
"""


def write_page() -> str:
    """Return the text of the page."""
    rows = "".join(
        f"| `{variable}` | {_default(variable, default)} | {about} |\n"
        for variable, default, about in describe_settings()
    )
    return _HEAD + rows + _TAIL


def _default(variable: str, default: str) -> str:
    # The folder's default depends on where a process is started.
    if variable == "SUXIN_DATA_DIR":
        return "`data` in the folder it is started in"
    return f"`{default}`" if default else "empty"


if __name__ == "__main__":
    _PAGE.write_text(write_page(), encoding="utf-8")
