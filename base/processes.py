"""Child processes that never outlive their parent.

The rule that must stay true: when a supervisor is gone, for whatever reason, nothing it started
is left running. An orderly stop asks first (SIGTERM) and then insists (SIGKILL to the group); a
supervisor killed with SIGKILL can do neither, so the kernel does it (`PR_SET_PDEATHSIG`).
"""

import ctypes
import multiprocessing
import os
import select
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import FrameType, TracebackType
from typing import IO, Final, Self

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


def start_process(
    argv: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    output: int | IO[bytes] | None = None,
    cwd: str | None = None,
    pass_fds: Sequence[int] = (),
    user: int | None = None,
    group: int | None = None,
) -> "subprocess.Popen[bytes]":
    """Start a process that dies with this one, as leader of a session and group of its own.

    A group of its own, so that Ctrl-C in the terminal reaches the parent alone, which then stops
    its children in order. `output` takes both standard output and standard error (default: the
    parent's); standard input is empty. `user` and `group` are numbers, for a parent that is root.
    """
    parent_pid = os.getpid()

    def before_exec() -> None:
        # The kernel forgets the wish when the user changes, so it is uttered after that.
        die_with_parent(parent_pid)

    return subprocess.Popen(  # noqa: S603 -- the argument list is the caller's, no shell reads it
        list(argv),
        env=dict(env) if env is not None else None,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT if output is not None else None,
        cwd=cwd,
        pass_fds=tuple(pass_fds),
        user=user,
        group=group,
        extra_groups=[] if user is not None else None,
        start_new_session=True,
        preexec_fn=before_exec,  # noqa: PLW1509 -- two system calls, nothing that takes a lock
    )


def stop_process(process: "subprocess.Popen[bytes]", *, seconds_max: float) -> int:
    """Ask a process started here to end, kill its whole group after `seconds_max`.

    Returns its exit code. Whatever it left behind in its group is killed too.
    """
    if process.poll() is None:
        process.terminate()
    with suppress(subprocess.TimeoutExpired):  # The kill below is the answer.
        process.wait(seconds_max)
    kill_group(process.pid)
    return process.wait()


def kill_group(group: int) -> None:
    """Kill every process of a group; an empty group is no error."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


class StopSignal:
    """Whether this process was asked to stop (SIGINT, SIGTERM), and a wait that ends with that.

    Used as `with StopSignal() as stop:` in a main thread. `threading.Event` will not do: a handler
    that sets it while the same thread holds its lock waits for itself.
    """

    def __init__(self, on_stop: Callable[[], None] | None = None) -> None:
        self._on_stop = on_stop
        self._is_set = False
        self._reader, self._writer = -1, -1
        self._before: dict[signal.Signals, object] = {}

    def __enter__(self) -> Self:
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._writer, False)
        self.install()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type] # What `signal` gave us.
        os.close(self._reader)
        os.close(self._writer)

    def install(self) -> None:
        """Take the two signals (again, after somebody else took them)."""
        for number in (signal.SIGINT, signal.SIGTERM):
            before = signal.signal(number, self._handle)
            self._before.setdefault(number, before)

    def set(self) -> None:
        """Record that the process is to stop; safe in a signal handler."""
        if not self._is_set:
            self._is_set = True
            os.write(self._writer, b"!")

    def is_set(self) -> bool:
        """Return whether the process is to stop."""
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Wait until the process is to stop, at most `seconds`; return whether it is."""
        select.select([self._reader], [], [], max(0.0, seconds))
        return self._is_set

    def fileno(self) -> int:
        """Return a descriptor that becomes readable with the stop, for a selector."""
        return self._reader

    def _handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002 -- the signature is `signal`'s
        self.set()
        if self._on_stop is not None:
            self._on_stop()
