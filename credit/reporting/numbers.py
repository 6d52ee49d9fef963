"""Numbers of reports, and the code beside each that opens its page of verification.

A number is random and not counted up. A series without gaps would tell anybody who has two reports
how many were issued between them, and lead whoever counts on to other parties' reports. That none
is issued beside the books is not the number's work but the ledger's: each issue is an entry of it.

The rule that must stay true: nobody finds a report by guessing, and the code is written nowhere: it
follows from the number and the installation's secret.
"""

import hmac
import re
import secrets
from datetime import date
from typing import Final

from base.installation_secret import InstallationSecret

REPORT_PREFIX: Final = "CR"
SNAPSHOT_PREFIX: Final = "CL"

_PURPOSE: Final = "suxin credit report codes v1"
# Without I, L, O and U, which are misread (Crockford's base 32).
_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_CHARS: Final = 10
_CODE_CHARS: Final = 10
_NUMBER: Final = re.compile(rf"(?:CR|CL)[0-9]{{8}}-[{_ALPHABET}]{{{_RANDOM_CHARS}}}")
_MISREAD: Final = str.maketrans("OIL", "011")


def new_number(day: date, prefix: str = REPORT_PREFIX) -> str:
    """Return a fresh number: of what, the day, and 50 random bits."""
    drawn = "".join(secrets.choice(_ALPHABET) for _ in range(_RANDOM_CHARS))
    return f"{prefix}{day:%Y%m%d}-{drawn}"


def number_typed(text: str) -> str:
    """Return a number as it was typed, "" where it is none."""
    head, dash, tail = "".join(text.upper().split()).partition("-")
    number = f"{head}{dash}{tail.translate(_MISREAD)}"
    return number if _NUMBER.fullmatch(number) else ""


def code_of(secret: InstallationSecret, number: str) -> str:
    """Return the code of a number: 50 bits that only this installation can make."""
    digest = hmac.digest(secret.key_for(_PURPOSE), number.encode(), "sha256")
    value = int.from_bytes(digest)
    return "".join(_ALPHABET[value >> 5 * at & 31] for at in range(_CODE_CHARS))


def is_code_of(secret: InstallationSecret, number: str, typed: str) -> bool:
    """Return whether a code that was typed is that of a number."""
    read = "".join(typed.upper().split()).translate(_MISREAD)
    return hmac.compare_digest(code_of(secret, number).encode(), read.encode())
