"""What somebody typed or scanned at a counter to name a party: a code, or words of a name.

The rule that must stay true: only a social credit code whose check fits names one party; anything
else, an older code too, gives candidates, or is told to be wrong.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import Final
from unicodedata import normalize

from base.errors import InvalidInput
from credit.feeds.persons import holds_number
from credit.periods import FIRST_DAY, LAST_DAY
from web.credit import code_asked, today
from web.pages.languages import say as _
from web.pages.work_forms import Form
from web.services import services

ASKED_CHARS_MAX: Final = 200

# As the interface takes them: periods are counted from such a day.

# GB 32100: 18 of digits and capitals without I, O, S, V, Z. The code on a business licence is an
# address that holds it somewhere.
_CODE: Final = re.compile(r"(?<![0-9A-Z])[0-9A-HJ-NP-RTUW-Y]{18}(?![0-9A-Z])")
_LOOKS_LIKE_CODE: Final = re.compile(r"[0-9A-Z]{15,20}")
# An organisation code (GB 11714) of nine, a number of registration or tax of thirteen and more.
_MAY_BE_OLDER: Final = re.compile(r"[0-9A-Z]{8}[0-9X]|[0-9A-Z]{13,20}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who was asked for: a code or a name, one of them "". `fault` says why a code is none.

    `older` is what was typed where it may be a code of before 2015: it gives candidates.
    """

    code: str = ""
    name: str = ""
    fault: str = ""
    older: str = ""

    @property
    def is_nothing(self) -> bool:
        """Return whether nobody was asked for yet."""
        return not (self.code or self.name or self.fault)


def party_asked(typed: str) -> Asked:
    """Return what was asked for in one field."""
    text = normalize("NFKC", typed).strip()[:ASKED_CHARS_MAX]
    squeezed = re.sub(r"[\s\-]", "", text).upper()
    older = squeezed if _MAY_BE_OLDER.fullmatch(squeezed) else ""
    for found in (*_CODE.findall(text.upper()), squeezed):
        try:
            return Asked(code=code_asked(found))
        except InvalidInput as refusal:
            if _LOOKS_LIKE_CODE.fullmatch(found):
                return Asked(fault=refusal.message, older=older)
    return Asked(name=text, older=older)


def is_person_asked(typed: str) -> bool:
    """Return whether somebody typed what may be the number of a natural person."""
    # Whole, however long it is: what is not searched for stands in the address all the same.
    text = normalize("NFKC", typed).strip()
    return holds_number(text) and not party_asked(text).code


def legal_day(form: Form, name: str) -> date | None:
    """Return a day of a form on which something of law may be; None for none, or a wrong one."""
    day = form.day(name)
    if day is not None and not FIRST_DAY <= day <= LAST_DAY:
        form.wrong(
            name,
            _(
                "Give a day from %(first)s to %(last)s.",
                first=str(FIRST_DAY),
                last=str(LAST_DAY),
            ),
        )
        return None
    return day


def come_day_asked(form: Form, name: str) -> date | None:
    """Return a day of a form that has come; of one that has not nothing is known."""
    day, now_on = legal_day(form, name), today(services())
    if day is not None and day > now_on:
        form.wrong(
            name,
            _(
                "Nothing is known of a day to come: ask for %(day)s or a day before.",
                day=str(now_on),
            ),
        )
        return None
    return day
