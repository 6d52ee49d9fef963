"""Child processes that never outlive their parent.

The rule that must stay true: when a supervisor is gone, for whatever reason, nothing it started
is left running. An orderly stop asks first (SIGTERM) and then insists (SIGKILL to the group); a
supervisor killed with SIGKILL cannot do either, so the kernel does it (`PR_SET_PDEATHSIG`).
"""

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from typing import Final

_PR_SET_PDEATHSIG: Final = 1  # linux/prctl.h

# Opened at import: a child between fork and exec must not run the loader.
_LIBC = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(parent_pid: int | None = None) -> None:
    """Have the kernel kill this process as soon as its parent is gone.

    `parent_pid` is the parent the caller was started by (default: the one `multiprocessing`
    knows, else the present one). A parent that died before this call is noticed by its changed
    number. The kernel watches the *thread* that started this process, so processes are started
    from main threads only. Elsewhere than on Linux this does nothing.
    """
    if _LIBC is None:
        return
    known = multiprocessing.parent_process()
    expected = parent_pid or (known.pid if known else None) or os.getppid()
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != expected:
        os.kill(os.getpid(), signal.SIGKILL)


def dying_with_me() -> Callable[[], None]:
    """Return the `preexec_fn` that makes a `subprocess` die with the process that calls this."""
    parent_pid = os.getpid()

    def before_exec() -> None:
        die_with_parent(parent_pid)

    return before_exec
