"""ID numbers of persons in what somebody types here: refused at the door, hidden where it shows.

The rule that must stay true: what is typed becomes an entry that stays, and a ground everybody may
read. So no text is taken that holds a number, and none is published with one that came in before.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from unicodedata import normalize

from base.errors import InvalidInput, Problem
from credit.feeds.persons import holds_number, without_persons

_MESSAGE: Final = "leave out the ID number of a person: an entry stays, and may be public"
_MESSAGE_ZH: Final = "请勿写入个人身份证件号码：记录的内容将长期保存，并可能公示。"


def personal_problems(texts: Mapping[str, str]) -> Iterator[Problem]:
    """Yield the paths of texts that hold the number of a person, in full-width digits as well."""
    for path, text in texts.items():
        if holds_number(normalize("NFKC", text)):
            yield Problem(path=path, code="personal", message=_MESSAGE, message_zh=_MESSAGE_ZH)


def require_nobody(texts: Mapping[str, str]) -> None:
    """Raise `InvalidInput` where one of some texts holds the number of a person."""
    problems = tuple(personal_problems(texts))
    if problems:
        message = f"{_MESSAGE[0].upper()}{_MESSAGE[1:]}."
        raise InvalidInput(message, problems=problems)


def public_text(text: str) -> str:
    """Return a text as everybody may read it: with every number of a person hidden."""
    hidden = without_persons(text)
    if hidden != text or text.isascii():
        return hidden
    plain = normalize("NFKC", text)
    # As it was written, unless that hides a number from whoever looks for one.
    return without_persons(plain) if holds_number(plain) else text
