"""The draw itself: a pure function of a pool, a seed and a public value.

The rule that must stay true: whoever has the pool's file, the seed and the value gets the same
draw; the hash of the seed and that of the pool were in the ledger before the value was known.

A pool is text, one line each, ended by a line feed, its parties and inspectors in the order of
their bytes::

    suxin-draw/1
    plan <name>
    each <inspectors for one party>
    share <class> <percent>
    party <mark> <class>
    inspector <number>

All hashes are SHA-256 over ASCII, written in hex. The key of a draw is the hash of
``suxin-draw/1``, the seed, the value's hash and the pool's hash, with line feeds between. Parties
of a class are ordered by the hash of ``<key> party <mark>``; the first of them, the share rounded
up, are drawn. Inspectors of a party are the first by the hash of
``<key> inspector <mark> <number>``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from base.errors import InvalidInput, Problem

MAGIC: Final = "suxin-draw/1"
_HUNDRED: Final = 100
_INSPECTOR: Final = re.compile(r"[0-9A-Za-z-]{1,32}", re.ASCII)
_LINE: Final = re.compile(
    r"plan (?P<plan>[a-z0-9_-]{1,32})|each (?P<each>[1-9][0-9]?)"
    r"|share (?P<share>[A-Z]) (?P<percent>0|[1-9][0-9]?|100)"
    r"|party (?P<party>[0-9a-f]{32}) (?P<of>[A-Z])|inspector (?P<inspector>[0-9A-Za-z-]{1,32})",
    re.ASCII,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pool:
    """Who may be drawn, by mark with their class, and who may inspect."""

    plan: str
    each: int
    shares: Mapping[str, int]
    parties: Mapping[str, str]
    inspectors: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A party that was drawn, its class and who inspects it."""

    mark: str
    risk_class: str
    inspectors: tuple[str, ...]


@dataclass(slots=True)
class _Read:
    plan: list[str] = field(default_factory=list)
    each: list[int] = field(default_factory=list)
    shares: dict[str, int] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    inspectors: list[str] = field(default_factory=list)


def pool_bytes(pool: Pool) -> bytes:
    """Return a pool as its file."""
    lines = [
        MAGIC,
        f"plan {pool.plan}",
        f"each {pool.each}",
        *(f"share {name} {percent}" for name, percent in sorted(pool.shares.items())),
        *(f"party {mark} {name}" for mark, name in sorted(pool.parties.items())),
        *(f"inspector {number}" for number in sorted(pool.inspectors)),
    ]
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def read_pool(body: bytes) -> Pool:
    """Read the file of a pool; raises `InvalidInput` for whatever `pool_bytes` never writes."""
    read = _Read()
    lines = body.decode("ascii", errors="replace").split("\n")
    for number, line in enumerate(lines[1:-1], start=2):
        found = _LINE.fullmatch(line)
        if found is None:
            raise _refusal(number, "is no line of a pool")
        _take(read, found.groupdict())
    if lines[0] != MAGIC or len(read.plan) != 1 or len(read.each) != 1:
        raise _refusal(1, f"begins with {MAGIC}, a plan and how many inspect each")
    pool = Pool(
        plan=read.plan[0],
        each=read.each[0],
        shares=MappingProxyType(read.shares),
        parties=MappingProxyType(read.parties),
        inspectors=tuple(read.inspectors),
    )
    if pool_bytes(pool) != body:
        raise _refusal(1, "has its lines in their order, none of them twice")
    return pool


def is_inspector(number: str) -> bool:
    """Return whether a text may be an inspector's number."""
    return _INSPECTOR.fullmatch(number) is not None


def draw(pool: Pool, *, seed: bytes, value: str) -> tuple[Drawn, ...]:
    """Return who is drawn, by class and then in the order of the draw."""
    key = draw_key(sha256(pool_bytes(pool)).digest(), seed=seed, value=value)
    return tuple(
        Drawn(
            mark=mark,
            risk_class=risk_class,
            inspectors=tuple(_ordered(key, pool.inspectors, f"inspector {mark} ")[: pool.each]),
        )
        for risk_class, percent in sorted(pool.shares.items())
        for mark in _of_class(key, pool, risk_class, percent)
    )


def draw_key(pool_hash: bytes, *, seed: bytes, value: str) -> str:
    """Return the key by which everything is ordered."""
    words = (MAGIC, seed.hex(), sha256(value.encode()).hexdigest(), pool_hash.hex())
    return sha256("\n".join(words).encode("ascii")).hexdigest()


def _of_class(key: str, pool: Pool, risk_class: str, percent: int) -> Sequence[str]:
    marks = [mark for mark, name in pool.parties.items() if name == risk_class]
    # Rounded up: a class with a share is never passed over because it is small.
    count = -(-len(marks) * percent // _HUNDRED)
    return _ordered(key, marks, "party ")[:count]


def _ordered(key: str, words: Iterable[str], kind: str) -> list[str]:
    return sorted(words, key=lambda word: sha256(f"{key} {kind}{word}".encode("ascii")).digest())


def _take(read: _Read, told: Mapping[str, str | None]) -> None:
    if told["plan"]:
        read.plan.append(told["plan"])
    elif told["each"]:
        read.each.append(int(told["each"]))
    elif told["share"]:
        read.shares[told["share"]] = int(told["percent"] or 0)
    elif told["party"]:
        read.parties[told["party"]] = told["of"] or ""
    elif told["inspector"]:
        read.inspectors.append(told["inspector"])


def _refusal(line: int, message: str) -> InvalidInput:
    problem = Problem(path=f"line {line}", code="pool", message=message)
    return InvalidInput(f"Line {line} of the pool {message}.", problems=(problem,))
