"""Which addresses notices may be sent to.

The rule that must stay true: nothing is sent to an address inside our own network. The name of a
host is resolved once, every address of it is looked at, and the one that was looked at is the one
that is connected to, so that a name which changes its mind in between gains nothing. And nobody is
told which names there are inside: one that leads nowhere is answered like one that leads there.
"""

import ipaddress
import socket
from collections.abc import Iterator, Sequence
from typing import Final, TypeAlias
from urllib.parse import SplitResult, urlsplit

from base.errors import InvalidInput, Problem

Number: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_PORTS: Final = {"http": 80, "https": 443}
_NOT_PUBLIC: Final = "The host leads to no machine of the public network."
_THIS: Final = ipaddress.IPv4Address("127.0.0.1")
# All that is given out of IPv6 (RFC 4291, 2.4 and IANA's list): what lies outside of it is a site's
# own, a translator's, or nobody's.
_GIVEN_OUT: Final = ipaddress.IPv6Network("2000::/3")
# An IPv4 address in the last 32 bits: of a translator (RFC 6052), and the old "compatible" form.
_EMBEDDING: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("::/96"))


def pinned(url: str, *, may_be_private: bool) -> tuple[str, str]:
    """Return the address with the host's number in place of its name, and the `Host` header.

    Raises `InvalidInput` where the name leads nowhere, or to a machine that is not public.
    """
    parts = urlsplit(url)
    numbers = _numbers_of(parts)
    if not numbers or not (may_be_private or all(is_public(number) for number in numbers)):
        raise InvalidInput(_NOT_PUBLIC)
    number = numbers[0]
    shown = f"[{number}]" if number.version == 6 else str(number)
    pinned_url = parts._replace(netloc=f"{shown}:{_port_of(parts)}").geturl()
    return pinned_url, parts.netloc


def require_public(url: str) -> None:
    """Refuse the number of a machine that is not public in an address; raises `InvalidInput`.

    A name is not looked up: the request would wait for a name server, and its answer tell whoever
    sets addresses of the names inside our network. It is looked at before each sending.
    """
    number = _written(urlsplit(url).hostname or "")
    if number is not None and not is_public(number):
        message = "leads to a machine that is not public; notices are sent to public ones alone"
        problem = Problem(path="url", code="not_public", message=message)
        raise InvalidInput(f"url: {message}", problems=(problem,))


def _written(host: str) -> Number | None:
    """Return the number that a host is written as, in any way that is connected to; None of a name.

    The old ways (`2130706433`, `0x7f.1`) lead where the usual one leads. One name is as good as a
    number: `localhost` is this machine everywhere (RFC 6761, 6.3).
    """
    if host.rstrip(".").rpartition(".")[2] == "localhost":
        return _THIS
    try:
        return ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        pass
    try:
        return ipaddress.IPv4Address(socket.inet_aton(host))
    except OSError:
        return None


def is_public(number: Number) -> bool:
    """Return whether a machine is one of the public network, whatever its number is wrapped in."""
    inner = list(_inside(number))
    if inner:
        return all(is_public(one) for one in inner)
    is_given_out = number.version == 4 or number in _GIVEN_OUT
    return is_given_out and number.is_global and not number.is_multicast


def _inside(number: Number) -> Iterator[Number]:
    """Yield the IPv4 addresses that an IPv6 one is sent on to."""
    if isinstance(number, ipaddress.IPv4Address):
        return
    if number.ipv4_mapped is not None:
        yield number.ipv4_mapped
    elif number.sixtofour is not None:
        yield number.sixtofour
    elif number.teredo is not None:
        yield from number.teredo
    elif any(number in network for network in _EMBEDDING):
        yield ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)


def _numbers_of(parts: SplitResult) -> Sequence[Number]:
    try:
        found = socket.getaddrinfo(parts.hostname or "", _port_of(parts), type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return ()
    return [ipaddress.ip_address(str(one[4][0]).partition("%")[0]) for one in found]


def _port_of(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]
