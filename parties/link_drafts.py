"""A link that somebody wants to keep for a product, lot or thing, and the checks of it.

The rule that must stay true: an address that passed `checked_link` is safe to be sent to anybody's
browser as it is: http or https, on another host than this one, in characters that stand for
themselves, without a name and password that would make one host look like another.
"""

import re
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlsplit

from base.errors import InvalidInput, Problem
from codes.canonical import uri_of_text
from codes.gs1.link_types import near_link_types, read_link_type
from codes.model import CodeError
from parties.tables import HREF_CHARS_MAX, NAME_CHARS_MAX, URI_CHARS_MAX

# What only the ledger says of goods: whether they are recalled, where they were, what proves it.
RESERVED_TYPES: Final = frozenset({"recallStatus", "traceability", "verificationService"})

# RFC 3986 2 and 3.2. A browser reads a backslash as a slash, and `user@host` leads to `host`.
_HREF = re.compile(r"https?://[^/?#]+[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]*")
_AUTHORITY = re.compile(r"(?:[A-Za-z0-9\-._]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
# RFC 5646 2.1 without extensions and grandfathered tags, in which no page is written.
_LANGUAGE = re.compile(
    r"(?P<primary>[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})(?:-(?P<script>[a-z]{4}))?"
    r"(?:-(?P<region>[a-z]{2}|[0-9]{3}))?(?P<variants>(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*)",
    re.IGNORECASE,
)
_LANGUAGE_CHARS_MAX: Final = 35  # RFC 5646 4.4.1
# RFC 6838 4.2, under the top-level types that IANA registers.
_MEDIA_TYPE = re.compile(
    r"(?:application|audio|font|haptics|image|message|model|multipart|text|video)"
    r"/[a-z0-9][a-z0-9!#$&^_.+\-]{0,63}"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkDraft:
    """A link to keep. `language` and `media_type` are empty where nothing is said of them."""

    uri: str
    link_type: str
    href: str
    title: str
    language: str = ""
    media_type: str = ""
    is_default: bool = False


class _Wrongs:
    """Collects everything that is wrong, so that a form is corrected once."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def add(self, path: str, code: str, message: str) -> None:
        self.problems.append(Problem(path=path, code=code, message=message))

    def finish(self) -> None:
        if self.problems:
            first = self.problems[0]
            raise InvalidInput(f"{first.path}: {first.message}", problems=self.problems)


def checked_link(draft: LinkDraft, *, own_root: str) -> LinkDraft:
    """Return the draft with every field in its one spelling; raises `InvalidInput`.

    `uri` may be a code in any written form. `own_root` is the address of this installation, where
    no link may lead: its visitor would come back to the resolver and go round in a circle.
    """
    wrongs = _Wrongs()
    checked = replace(
        draft,
        uri=_anchor(draft.uri, wrongs),
        link_type=_link_type(draft.link_type, wrongs),
        language=_language(draft.language, wrongs),
        media_type=draft.media_type.lower(),
    )
    _check_href(draft.href, own_root, wrongs)
    title = draft.title
    if not 1 <= len(title) <= NAME_CHARS_MAX or title != title.strip() or not title.isprintable():
        message = f"has 1 to {NAME_CHARS_MAX} printable characters and no blanks at its ends"
        wrongs.add("title", "title", message)
    if checked.media_type and not _MEDIA_TYPE.fullmatch(checked.media_type):
        message = "is a media type of IANA such as text/html, without parameters"
        wrongs.add("media_type", "media_type", message)
    wrongs.finish()
    return checked


def _anchor(text: str, wrongs: _Wrongs) -> str:
    try:
        uri = uri_of_text(text)
    except CodeError as refusal:
        wrongs.add("uri", refusal.rule, refusal.message)
        return text
    if len(uri) > URI_CHARS_MAX:
        wrongs.add("uri", "length", f"has at most {URI_CHARS_MAX} characters")
    return uri


def _link_type(text: str, wrongs: _Wrongs) -> str:
    kind = read_link_type(text)
    if kind is None:
        near = ", ".join(one.curie for one in near_link_types(text) if one.is_kept)
        message = "is no link type of the GS1 Web Vocabulary"
        wrongs.add("link_type", "link_type", f"{message}; near are {near}" if near else message)
        return text
    if not kind.is_kept or kind.name in RESERVED_TYPES:
        wrongs.add("link_type", "reserved", f"{kind.curie} is said by this resolver itself")
    return kind.name


def _check_href(href: str, own_root: str, wrongs: _Wrongs) -> None:
    if len(href) > HREF_CHARS_MAX:
        wrongs.add("href", "length", f"has at most {HREF_CHARS_MAX} characters")
    elif not _HREF.fullmatch(href) or _BAD_ESCAPE.search(href):
        message = "is an http or https address; other characters are percent-encoded (RFC 3986)"
        wrongs.add("href", "address", message)
    elif not (authority := _authority(href)).isascii() and "@" not in authority:
        wrongs.add("href", "host", f"names its host in ASCII{_in_ascii(authority)} (RFC 5891)")
    elif not _AUTHORITY.fullmatch(authority):
        wrongs.add("href", "host", "names a host, and neither a user nor a password")
    elif _host_and_port(authority, href) == _host_and_port(_authority(own_root), own_root):
        wrongs.add("href", "circle", "does not lead back to this resolver")


def _authority(address: str) -> str:
    return address.partition("://")[2].replace("?", "/").replace("#", "/").partition("/")[0]


def _in_ascii(authority: str) -> str:
    """Return how an authority is written in ASCII, as the end of a sentence; "" where unknown."""
    host, colon, port = authority.partition(":")
    try:
        return f", as {host.encode('idna').decode('ascii')}{colon}{port}"
    except UnicodeError:
        return ""


def _host_and_port(authority: str, address: str) -> tuple[str, str]:
    """Return the host in lower case and the port that is meant (RFC 3986 6.2.3)."""
    parts = urlsplit(f"//{authority}")
    usual = "443" if address.startswith("https:") else "80"
    _, colon, port = authority.rpartition(":") if not authority.endswith("]") else ("", "", "")
    return (parts.hostname or "").rstrip("."), port if colon else usual


def _language(text: str, wrongs: _Wrongs) -> str:
    """Return the tag as RFC 5646 2.1.1 recommends to write it: zh-Hans-CN."""
    match = _LANGUAGE.fullmatch(text)
    if not text:
        return ""
    if match is None or len(text) > _LANGUAGE_CHARS_MAX:
        wrongs.add("language", "language", "is a language tag such as zh-CN (RFC 5646)")
        return text
    script, region = match["script"], match["region"]
    return (
        match["primary"].lower()
        + (f"-{script.title()}" if script else "")
        + (f"-{region.upper()}" if region else "")
        + match["variants"].lower()
    )
