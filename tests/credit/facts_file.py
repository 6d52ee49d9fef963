"""The worked examples that lie beside the conformance vectors."""

from typing import Any

import pytest
import yaml

from tests.vectors import vectors_dir


def worked_examples() -> dict[str, dict[str, Any]]:
    """Return the examples by id; skips without them, and fails in CI (`tests.vectors`)."""
    return _gathered("examples")


def gathered_rules() -> dict[str, dict[str, Any]]:
    """Return the gathered rows of law by id; skips without them, as `worked_examples` does."""
    return _gathered("rules")


def _gathered(key: str) -> dict[str, dict[str, Any]]:
    path = vectors_dir().parent / "facts" / "credit_rules.yaml"
    if not path.is_file():
        pytest.skip(f"worked examples not found at {path}")
    read = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    return {one["id"]: one for one in read[key]}
