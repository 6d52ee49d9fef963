"""Reads the Markdown pages of the checkout: their code blocks, links and quoted words."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_QUOTED = re.compile(r"`([^`\n]+)`")


def pages() -> list[Path]:
    """Return README, CHANGELOG and every page of docs/."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted(ROOT.glob("docs/**/*.md"))]


def blocks_of(page: Path, language: str) -> list[str]:
    """Return the code blocks that are marked with a language."""
    found = _BLOCK.findall(page.read_text(encoding="utf-8"))
    return [text for marked, text in found if marked == language]


def prose_of(page: Path) -> str:
    """Return a page without its code blocks."""
    return _BLOCK.sub("", page.read_text(encoding="utf-8"))


def links_of(page: Path) -> list[str]:
    """Return where a page links to, outside of code."""
    return _LINK.findall(prose_of(page))


def quoted_in(page: Path) -> list[str]:
    """Return what a page quotes in backticks, outside of code blocks."""
    return _QUOTED.findall(prose_of(page))
