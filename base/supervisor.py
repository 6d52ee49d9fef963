"""Runs the programs of one installation together: starts, watches, restarts and stops them.

The rule that must stay true: all of them run, or none. A program that cannot be kept alive takes
the others down, in the reverse of the order they were started in. One thread does everything, so
that a child is always started from a thread that lives as long as the process.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Final

from base.processes import StopSignal, kill_group, start_process

_TICK_S: Final = 0.1
_OUTPUT_BYTES_MAX: Final = 65_536  # A longer line is shown in pieces.
_COLOURS: Final = (36, 33, 32, 35, 34, 31)  # ECMA-48 8.3.117, SGR


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run: `env` is its whole environment; `stop_s` seconds are given to end in peace."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]
    pass_fds: tuple[int, ...] = ()
    stop_s: float = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartRule:
    """How often a program that ended is started again.

    After `attempts_max` restarts without `steady_s` seconds of life between them it is given up.
    The pause doubles from `pause_s` up to `pause_s_max`.
    """

    attempts_max: int = 5
    pause_s: float = 0.5
    pause_s_max: float = 10.0
    steady_s: float = 60.0

    def pause(self, attempt: int) -> float:
        """Return the seconds to wait before restart number `attempt`, counted from 0."""
        return min(self.pause_s * 2.0**attempt, self.pause_s_max)


@dataclass(slots=True, kw_only=True)
class _Child:
    program: Program
    colour: int
    process: "subprocess.Popen[bytes] | None" = None
    pending: bytes = b""
    started_s: float = 0.0
    restart_s: float | None = None
    attempts: int = 0


@dataclass(slots=True, kw_only=True)
class Supervisor:
    """Use as `with StopSignal() as stop: Supervisor(stop=stop)` in the main thread."""

    stop: StopSignal
    rule: RestartRule = field(default_factory=RestartRule)
    output: IO[str] = field(default_factory=lambda: sys.stdout)
    _children: list[_Child] = field(default_factory=list)
    _selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _has_given_up: bool = False

    def start(self, program: Program) -> None:
        """Start a program that is to run until the end."""
        colour = _COLOURS[len(self._children) % len(_COLOURS)]
        child = _Child(program=program, colour=colour)
        self._children.append(child)
        self._launch(child)

    def run_once(self, program: Program) -> int:
        """Run a program to its end beside the others and return its exit code.

        A stop asked for meanwhile ends it; its code is then that of the signal, negative.
        """
        child = _Child(program=program, colour=0)
        self._launch(child)
        process = _process_of(child)
        while process.poll() is None:
            if not self._turn():
                self._end(child, process)
        self._drain(child)
        return process.returncode

    def wait_until(self, is_true: Callable[[], bool], *, seconds_max: float) -> bool:
        """Keep everything running until `is_true()`; False when it was stopped or took too long."""
        deadline = time.monotonic() + seconds_max
        while self._turn():
            if is_true():
                return True
            if time.monotonic() > deadline:
                return False
        return False

    def run(self) -> int:
        """Keep everything running until told to stop; return the exit code.

        0 after a signal, 1 after a program that could not be kept alive.
        """
        while self._turn():
            pass
        return 1 if self._has_given_up else 0

    def close(self) -> None:
        """Stop everything in the reverse order of starting."""
        for child in reversed(self._children):
            if child.process is not None:
                self._end(child, child.process)
                self._drain(child)
        self._children.clear()
        self._selector.close()

    def say(self, text: str) -> None:
        """Write a line of the supervisor's own."""
        self._show("suxin", 0, text)

    def _turn(self) -> bool:
        """Show what the children say and look after them once; False when it is time to stop."""
        if self.stop.is_set() or self._has_given_up:
            return False
        if self._selector.get_map():
            for key, _ in self._selector.select(_TICK_S):
                self._read(key.data)
        else:
            self.stop.wait(_TICK_S)
        for child in self._children:
            self._look_after(child)
        return not (self.stop.is_set() or self._has_given_up)

    def _look_after(self, child: _Child) -> None:
        now_s = time.monotonic()
        if child.process is not None and child.process.poll() is not None:
            self._drain(child)
            kill_group(child.process.pid)  # What it left behind would hold its port or its socket.
            self._plan_restart(child, child.process.returncode, now_s)
        elif child.process is None and child.restart_s is not None and now_s >= child.restart_s:
            self._launch(child)

    def _plan_restart(self, child: _Child, code: int, now_s: float) -> None:
        name = child.program.name
        if now_s - child.started_s >= self.rule.steady_s:
            child.attempts = 0
        child.process = None
        if child.attempts >= self.rule.attempts_max:
            times = child.attempts + 1
            self.say(f"{name} ended with {_meaning(code)}, {times} times by now: giving up")
            self._has_given_up = True
            return
        pause_s = self.rule.pause(child.attempts)
        child.attempts += 1
        child.restart_s = now_s + pause_s
        self.say(f"{name} ended with {_meaning(code)}, starting it again in {pause_s:g} s")

    def _launch(self, child: _Child) -> None:
        program = child.program
        child.process = start_process(
            program.argv, env=program.env, output=subprocess.PIPE, pass_fds=program.pass_fds
        )
        child.started_s, child.restart_s = time.monotonic(), None
        pipe = child.process.stdout
        if pipe is not None:
            os.set_blocking(pipe.fileno(), False)
            self._selector.register(pipe, selectors.EVENT_READ, child)

    def _end(self, child: _Child, process: "subprocess.Popen[bytes]") -> None:
        """Ask to end, keep reading what it says, and kill its group when time is up."""
        if process.poll() is None:
            process.terminate()
        deadline = time.monotonic() + child.program.stop_s
        while process.poll() is None and time.monotonic() < deadline:
            # Nobody reading would block a child that has a lot to say at its end.
            if self._selector.get_map():
                for key, _ in self._selector.select(_TICK_S):
                    self._read(key.data)
            else:
                process.wait(_TICK_S)
        if process.poll() is None:
            self.say(f"{child.program.name} did not end in {child.program.stop_s:g} s: killing it")
        kill_group(process.pid)
        process.wait()

    def _read(self, child: _Child) -> None:
        pipe = child.process.stdout if child.process is not None else None
        if pipe is None or pipe.closed:
            return
        try:
            data = os.read(pipe.fileno(), _OUTPUT_BYTES_MAX)
        except BlockingIOError:
            return
        if not data:
            self._selector.unregister(pipe)
            pipe.close()
        *lines, child.pending = (child.pending + data).split(b"\n")
        if not data or len(child.pending) > _OUTPUT_BYTES_MAX:
            lines, child.pending = [*lines, child.pending], b""
        for line in lines:
            if line:
                self._show(child.program.name, child.colour, line.decode("utf-8", "replace"))

    def _drain(self, child: _Child) -> None:
        """Show the rest of what an ended child said; a grandchild may still hold its pipe."""
        pipe = child.process.stdout if child.process is not None else None
        if pipe is None or pipe.closed:
            return
        self._read(child)  # An ended child's pipe holds at most 64 KiB: one reading empties it.
        if not pipe.closed:
            self._selector.unregister(pipe)
            pipe.close()
        if child.pending:
            text, child.pending = child.pending.decode("utf-8", "replace"), b""
            self._show(child.program.name, child.colour, text)

    def _show(self, name: str, colour: int, line: str) -> None:
        prefix = f"{name:>6} | "
        if colour and self.output.isatty():
            prefix = f"\x1b[{colour}m{prefix}\x1b[0m"
        self.output.write(f"{prefix}{line}\n")
        self.output.flush()


def _process_of(child: _Child) -> "subprocess.Popen[bytes]":
    if child.process is None:
        raise RuntimeError(f"{child.program.name} was not started")
    return child.process


def _meaning(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"
