"""Statements that every database of a process compiles once.

An engine keeps what a statement was compiled to, and a test has an engine of its own: all that its
acts ask would be compiled anew for each of thousands of tests.
"""

from collections import OrderedDict
from typing import Any

from sqlalchemy import Engine

_KEPT_MAX = 4_000


class _Kept(OrderedDict[Any, Any]):
    """What statements were compiled to, for a kind of database instead of one engine's own."""

    def get(self, key: Any, default: Any = None) -> Any:
        dialect, *said = key
        return super().get((dialect.name, *said), default)

    def __setitem__(self, key: Any, compiled: Any) -> None:
        dialect, *said = key
        super().__setitem__((dialect.name, *said), compiled)
        if len(self) > _KEPT_MAX:
            self.popitem(last=False)


_KEPT = _Kept()


def share_statements(engine: Engine) -> None:
    """Let an engine use what others of this process have compiled."""
    engine.update_execution_options(compiled_cache=_KEPT)
