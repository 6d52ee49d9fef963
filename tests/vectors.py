"""Where the published conformance vectors are, and what happens where they are not."""

import os
from pathlib import Path

import pytest

_DEFAULT = Path(__file__).resolve().parent.parent.parent / "shared" / "vectors"


def vectors_dir() -> Path:
    """Return the vectors' folder (`SUXIN_VECTORS`, else beside the checkout).

    Skips the calling test where the folder is absent, and fails it in CI, where a run without the
    vectors would look like a pass.
    """
    folder = Path(os.environ.get("SUXIN_VECTORS", _DEFAULT))
    if (folder / "README.md").is_file():
        return folder
    reason = f"conformance vectors not found at {folder}: set SUXIN_VECTORS to their folder"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)
