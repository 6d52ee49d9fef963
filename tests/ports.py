"""Ports for the servers of tests, where nobody else comes by chance.

The rule that must stay true: no port is one that the kernel gives to the near end of a connection
(32768 to 60999 as a rule). Of those, a server that was killed may find its own taken when it is
started again, by whoever asked somebody something in between.
"""

import os
import socket
from itertools import count

_FIRST, _COUNT = 15_000, 15_000
# Each process of a run begins somewhere else.
_steps = count(os.getpid() * 1009)


def find_free_port() -> int:
    """Return a TCP port of the loopback address that was free a moment ago."""
    for step in _steps:
        port = _FIRST + step % _COUNT
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    raise RuntimeError("the steps have no end")
