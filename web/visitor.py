"""What a request shows of its sender, and whether a person sent it.

The rule that must stay true: an address is believed from as many proxies as the settings name and
no more, since anybody can write a header; and it is used at once and kept nowhere.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, ip_address
from trace.scans.devices import Visitor
from typing import Any, Final, TypeAlias

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from base.config import Settings
from base.errors import ConfigurationError
from codes.cn.regions import check_region
from codes.model import CodeError

# What the server says of a request (PEP 3333). Read as it is: looking into Flask's headers costs
# more than all that is done with them here, and every page asks.
Environ: TypeAlias = Mapping[str, Any]

# Fetch Metadata 2.5, and what browsers sent before it.
_PURPOSES: Final = ("HTTP_SEC_PURPOSE", "HTTP_PURPOSE", "HTTP_X_MOZ")

_REMEMBERED: Final = 4096
# RFC 6177 2: a site has 64 bits or more of prefix, and its hosts change the rest from day to day.
_SITE_BITS: Final = 64

# Programs by their own names: crawlers, previews of links in chats, libraries. CUBOT makes phones.
_PROGRAMS: Final = re.compile(
    r"(?<!cu)bot\b|crawl|spider|slurp|facebookexternalhit|whatsapp/|preview|ia_archiver|lighthouse"
    r"|^(?:curl|wget|python|go-http-client|java|libwww|apache-httpclient|okhttp|axios|node|undici)",
    re.IGNORECASE,
)


def trust_proxies(app: Flask, settings: Settings) -> None:
    """Take the sender's address from the proxies that the settings trust; none by default.

    Raises `ConfigurationError` where a region is to be read from a proxy that is not trusted.
    """
    if settings.scan_region_header and not settings.trusted_proxies:
        raise ConfigurationError(
            "SUXIN_SCAN_REGION_HEADER needs SUXIN_TRUSTED_PROXIES: anybody could send the header"
        )
    if settings.trusted_proxies:
        # The address alone: host and scheme are the settings' (SUXIN_PUBLIC_URL).
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask's own documentation does it
            app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0, x_port=0, x_prefix=0
        )


def visitor_of(environ: Environ) -> Visitor:
    """Return what a request shows of its sender."""
    return Visitor(
        network=network_of(environ.get("REMOTE_ADDR", "")),
        browser=environ.get("HTTP_USER_AGENT", ""),
        languages=environ.get("HTTP_ACCEPT_LANGUAGE", ""),
    )


@lru_cache(maxsize=_REMEMBERED)
def network_of(address: str) -> str:
    """Return the network of an address: IPv4 as it is, of IPv6 the 64 bits of a household."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(found, IPv6Address):
        mapped: IPv4Address | None = found.ipv4_mapped
        return str(mapped or IPv6Network((found, _SITE_BITS), strict=False).network_address)
    return str(found)


def is_visitor(environ: Environ, *, session_cookie: str) -> bool:
    """Return whether a person looks at a page who has no key: no program, and no prefetch.

    Whoever looks into an alert, signed in, must not set it off once more.
    """
    if environ.get("REQUEST_METHOD") != "GET" or "HTTP_AUTHORIZATION" in environ:
        return False
    if f"{session_cookie}=" in environ.get("HTTP_COOKIE", ""):
        return False
    # Fetch Metadata 2.1: a script or picture of another site is no look at a page.
    if environ.get("HTTP_SEC_FETCH_DEST", "document") != "document":
        return False
    if any("prefetch" in environ.get(name, "").lower() for name in _PURPOSES):
        return False
    return is_browser(environ.get("HTTP_USER_AGENT", ""))


@lru_cache(maxsize=_REMEMBERED)
def is_browser(user_agent: str) -> bool:
    """Return whether a browser's own words are those of a browser; without any they are not."""
    return bool(user_agent) and _PROGRAMS.search(user_agent) is None


# In this order: browsers call themselves by each other's names.
_BROWSERS: Final = (
    ("MicroMessenger/", "WeChat"),
    ("Edg", "Edge"),
    ("QQBrowser/", "QQ"),
    ("HuaweiBrowser/", "Huawei"),
    ("MiuiBrowser/", "Xiaomi"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS: Final = (
    ("HarmonyOS", "HarmonyOS"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def browser_name(environ: Environ) -> str:
    """Return the browser and the system a request comes from, as far as its owner knows them."""
    said = environ.get("HTTP_USER_AGENT", "")
    found = (
        next((name for sign, name in table if sign in said), "") for table in (_BROWSERS, _SYSTEMS)
    )
    return " · ".join(name for name in found if name)


def region_of(environ: Environ, header: str) -> str | None:
    """Return the region (GB/T 2260, six digits) that a trusted proxy names, None for any other."""
    if not header:
        return None
    named = environ.get(f"HTTP_{header.upper().replace('-', '_')}", "")
    return named if named and _is_region(named) else None


@lru_cache(maxsize=_REMEMBERED)
def _is_region(text: str) -> bool:
    if not re.fullmatch(r"[0-9]{6}", text):
        return False
    try:
        check_region(text, position=0, norm="GB/T 2260")
    except CodeError:
        return False
    return True
