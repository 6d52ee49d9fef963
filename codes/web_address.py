"""Codes inside web addresses of any host and other texts, as labels of many systems carry them.

农业部公告第2579号 asks for an address and the code in one symbol, and leaves the address free;
other systems do the same. What is found here is only a candidate: a scheme must still read it.
"""

import re
from typing import Final
from urllib.parse import unquote

# Names of parameters that carry the code itself.
_NAMES: Final = frozenset({"code", "id", "sn", "tracecode", "trace_code", "c"})

_DIGITS = re.compile(r"[0-9]{14,32}")
# Nothing else has as many digits as the codes of pesticides (32) and veterinary drugs (24).
_RUN = re.compile(r"(?<![0-9])(?:[0-9]{32}|[0-9]{24})(?![0-9])")
_PARAMETER = re.compile(r"[?&#/]([A-Za-z_]{1,20})=([^&#]{1,100})")
_SEGMENT = re.compile(r"/([^/?&#=]{8,100})")

# More than this no label carries; an address of thousands of parameters is not worth the work.
_CANDIDATES_MAX: Final = 16


def is_address(text: str) -> bool:
    """Whether the text starts like a web address."""
    return text[:8].lower().startswith(("http://", "https://"))


def host_of(address: str) -> str:
    """Return the host of a web address as it is written."""
    return address.partition("://")[2].partition("/")[0].partition("?")[0]


def runs_in(text: str) -> tuple[str, ...]:
    """Return the runs of digits in a text that are so long that they can only be codes."""
    return tuple(dict.fromkeys(_RUN.findall(text)))[:_CANDIDATES_MAX]


def codes_in(address: str) -> tuple[str, ...]:
    """Return what may be a code in an address: likely parameters, digits, path segments."""
    found: dict[str, None] = {}
    rest = address[address.find("://") + 3 :]
    for match in _PARAMETER.finditer(rest):
        value = unquote(match[2])
        if match[1].lower() in _NAMES or _DIGITS.fullmatch(value):
            found[value] = None
    found |= dict.fromkeys(_RUN.findall(rest))
    # A code may hold slashes itself (MA), so the whole path from a segment on counts too.
    start = rest.find("/MA.")
    if start >= 0:
        found[re.split(r"[?#]", rest[start + 1 :])[0]] = None
        rest = rest[:start]
    for match in _SEGMENT.finditer(rest):
        found[unquote(match[1])] = None
    return tuple(found)[:_CANDIDATES_MAX]
