"""Where the web server listens: an address of this machine, and a port that nobody else has.

The rule that must stay true: a port in use is refused. The server binds with SO_REUSEPORT for its
worker processes, and the kernel would give each of two such servers a part of the requests.
"""

import errno
import socket

from base.config import Settings
from base.errors import ConfigurationError


def address_of(host: str) -> str:
    """Return the address that a host name or address of this machine stands for.

    Raises `ConfigurationError` where the name is nobody's.
    """
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (socket.gaierror, UnicodeError):
        raise ConfigurationError(
            f"SUXIN_HOST: no address is known for {host}; 127.0.0.1 is this machine alone, "
            "0.0.0.0 every network it is in"
        ) from None
    # What most clients try last still answers everywhere: a name of both kinds is taken by IPv4.
    found.sort(key=lambda row: row[0] != socket.AF_INET)
    return str(found[0][4][0])


def local_url(settings: Settings) -> str:
    """Return the address this machine itself reaches the web server under."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.host, settings.host)  # noqa: S104 -- a comparison
    return f"http://{f'[{host}]' if ':' in host else host}:{settings.port}"


def free_port(host: str) -> int:
    """Return a TCP port that was free on `host` a moment ago."""
    return _bound_port(host, 0)


def require_free(settings: Settings) -> None:
    """Raise `ConfigurationError` unless this process could listen where the settings say."""
    _bound_port(settings.host, settings.port)


def _bound_port(host: str, port: int) -> int:
    address = address_of(host)
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family) as probe:
        # Without SO_REUSEPORT, so that a server that set it is in the way like any other. What
        # SO_REUSEADDR forgives are connections that are closing, never one that listens.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError as error:
            raise _refusal(host, port, error) from None
        return int(probe.getsockname()[1])


def _refusal(host: str, port: int, error: OSError) -> ConfigurationError:
    if error.errno == errno.EADDRNOTAVAIL:
        return ConfigurationError(f"SUXIN_HOST: {host} is no address of this machine")
    return ConfigurationError(
        f"cannot listen on {host} port {port} ({error.strerror}): "
        "choose another with SUXIN_PORT, or 0 for any free one"
    )
