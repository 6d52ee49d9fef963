"""Waits for a fact, never for a length of time."""

import time
from collections.abc import Callable

# Longer than anything takes, also on a machine that has other work: who waits for a fact loses
# nothing by it.
PATIENCE_S = 60
_STEP_S = 0.02


def wait_until(is_true: Callable[[], bool], seconds_max: float, what: str) -> None:
    """Return as soon as `is_true()`; raise `TimeoutError` naming `what` after `seconds_max`."""
    deadline = time.monotonic() + seconds_max
    while not is_true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds_max} s for: {what}")
        time.sleep(_STEP_S)
