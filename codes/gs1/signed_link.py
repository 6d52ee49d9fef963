"""Signed serials: a short proof in a Digital Link that its serial was not made up.

The proposal of this ledger: AI 98 carries a key id and the first 40 bits of an HMAC-SHA256 over
`keyid|01<gtin>|21<serial>`, in Crockford base32. A copied label stays a right label; only invented
serials are found.
"""

import hmac
import re
from collections.abc import Mapping
from typing import Final

from codes.model import CodeError

NORM: Final = "Suxin signed link, version 1"

_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_TAG_BITS: Final = 40
_TAG_CHARS: Final = 8
_KEY_ID = re.compile(r"[A-Za-z0-9]{1,16}")


def sign_serial(gtin: str, serial: str, *, key_id: str, key: bytes) -> str:
    """Return the value of AI 98 for a serial: key id and tag. Raises `CodeError` for a bad id."""
    if not _KEY_ID.fullmatch(key_id):
        raise CodeError("key_id", "a key id is 1 to 16 letters and digits", norm=NORM)
    return key_id + _tag(gtin, serial, key_id, key)


def require_signature(elements: Mapping[str, str], keys: Mapping[str, bytes]) -> str:
    """Refuse elements unless (98) signs their (01) and (21) with a known key; return the key id.

    Raises `CodeError`.
    """
    gtin, serial, signed = (elements.get(ai, "") for ai in ("01", "21", "98"))
    if not gtin or not serial or len(signed) <= _TAG_CHARS:
        raise CodeError("unsigned", "(01), (21) and (98) are needed", norm=NORM)
    key_id, tag = signed[:-_TAG_CHARS], signed[-_TAG_CHARS:]
    key = keys.get(key_id)
    if key is None:
        raise CodeError("key_id", "the key is not known", norm=NORM)
    # Compared as bytes: texts outside ASCII are refused by compare_digest with another error.
    expected = _tag(gtin, serial, key_id, key)
    if not hmac.compare_digest(expected.encode(), tag.encode()):
        raise CodeError("signature", "the signature does not fit the serial", norm=NORM)
    return key_id


def _tag(gtin: str, serial: str, key_id: str, key: bytes) -> str:
    digest = hmac.digest(key, f"{key_id}|01{gtin}|21{serial}".encode(), "sha256")
    number = int.from_bytes(digest, "big") >> (len(digest) * 8 - _TAG_BITS)
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(_TAG_BITS - 5, -1, -5))
