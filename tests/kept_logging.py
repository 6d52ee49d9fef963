"""The handlers of the root logger, put back as they were.

A command that a test runs in this process sends what it logs to the standard error of that moment,
which is closed once the test is over; whatever logs later would write to it.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def kept_logging() -> Iterator[None]:
    """Put handlers and level of the root logger back, whatever was set meanwhile."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    try:
        yield
    finally:
        root.handlers = handlers
        root.setLevel(level)
