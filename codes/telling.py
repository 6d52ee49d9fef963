"""What is told of a text: its readings, whether they are a question, or why there is none.

The rule that must stay true: where one reading of a text holds the ID number of a person, no other
reading is told, for it would show the same digits in the clear.
"""

from dataclasses import dataclass
from typing import Final

from base.strict_json import JsonObject
from codes.model import Candidate, Category, CodeError, Scheme
from codes.registry import detect, suspected
from codes.words_zh import RULES_ZH, WARNINGS_ZH

_ID_NUMBER: Final = "cn_id_number"


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """The readings of one text, the likeliest first; `refusal` says why there are none.

    `suspect` is the scheme that refused it: what the text comes nearest to.
    """

    readings: tuple[Candidate, ...]
    refusal: CodeError | None = None
    suspect: Scheme | None = None

    @property
    def likeliest(self) -> tuple[Candidate, ...]:
        """The readings that nothing in the text tells apart."""
        return tuple(one for one in self.readings if one.rank == self.readings[0].rank)

    @property
    def is_ambiguous(self) -> bool:
        """Whether the likeliest readings name different things: then a person must choose."""
        return len({reading.code.uri for reading in self.likeliest}) > 1


def tell(text: str, category: Category | None = None) -> Telling:
    """Return what is told of a text; `category` keeps readings that may name such a thing."""
    known = detect(text)
    found = known if category is None else detect(text, category)
    # Asked without the category: it must not hide that the digits may be those of a person.
    if any(reading.code.is_personal for reading in known):
        found = tuple(reading for reading in found if reading.code.is_personal)
    if found:
        return Telling(readings=found)
    if known:
        refusal = CodeError("other_category", "it is a code, but not of the category asked for")
        return Telling(readings=(), refusal=refusal)
    suspect, refusal = suspected(text)
    return Telling(readings=(), refusal=refusal, suspect=suspect)


def is_private(told: Telling) -> bool:
    """Whether a text is the ID number of a person, or comes nearest to one that was mistyped.

    It is then repeated nowhere: not in an address, not in a field, not in a log.
    """
    suspects = () if told.suspect is None else (told.suspect,)
    schemes = (*(reading.scheme for reading in told.readings), *suspects)
    return any(scheme.name == _ID_NUMBER for scheme in schemes)


def holds_person(told: Telling) -> bool:
    """Whether a text is the ID number of a person, or a code that holds one."""
    return is_private(told) or any(reading.code.is_personal for reading in told.readings)


def reading_json(reading: Candidate) -> JsonObject:
    """Return a reading as the command line and the API give it to programs."""
    code = reading.code
    return {
        "scheme": reading.scheme.name,
        "title": {"zh": reading.scheme.title_zh, "en": reading.scheme.title_en},
        "norm": reading.scheme.norm,
        "rank": reading.rank,
        "text": code.printed,
        "is_personal": code.is_personal,
        "uri": code.uri,
        "fields": dict(code.fields),
        "warnings": [
            {
                "code": warning.code,
                "message": warning.message,
                "message_zh": WARNINGS_ZH.get(warning.code, ""),
                "position": warning.position,
            }
            for warning in code.warnings
        ],
    }


def refusal_json(refusal: CodeError) -> JsonObject:
    """Return why a text was refused; `position` is an index in the text as it was given."""
    return {
        "rule": refusal.rule,
        "message": refusal.message,
        "message_zh": RULES_ZH.get(refusal.rule, ""),
        "norm": refusal.norm,
        "position": refusal.position,
    }
