"""What issuing and the one door in refuse, in plain words: one row for each rule.

The rule that must stay true: a refusal without a row is shown in the words of the interface, never
as another rule than the one that was broken.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from trace.refusal_words import zh_of
from typing import Final

from base.errors import AppError, Problem
from web.pages.languages import chosen_lang
from web.pages.languages import say as _


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusals:
    """How a form tells refusals: `most` is the largest number, `fields` rename paths to fields."""

    most: int = 0
    fields: Mapping[str, str] = field(default_factory=dict)

    def field_of(self, path: str) -> str:
        """Return the field of the form that stands for a path."""
        name = path.rsplit(".", maxsplit=1)[-1] if path.startswith(("labels[", "roll.")) else path
        return self.fields.get(name.split("[")[0], name.split("[")[0])


_Row = Callable[[str], str]

# How a refusal begins that is about one code of a block.
_NUMBER: Final = re.compile(r"number ([0-9]+) is ")

# By path and rule, then by the rule alone.
_ROWS: Final[Mapping[tuple[str, str], _Row]] = {
    ("count", "range"): lambda most: _("A block has 1 to %(most)s codes.", most=most),
    ("first", "begun"): lambda _most: _(
        "Numbers were given out here already: they go on by themselves. Leave this empty."
    ),
    ("first", "range"): lambda most: _("This block has codes 1 to %(most)s.", most=most),
    ("first", "activated"): lambda number: _(
        "Number %(number)s is activated already.", number=number
    ),
    ("first", "void"): lambda number: _(
        "Number %(number)s is void, and void is final.", number=number
    ),
    ("first", "all_void"): lambda _most: _("All of these codes are void: nothing is printed."),
    ("lot", "lot"): lambda _most: _(
        "A lot number has 1 to 20 letters, digits or signs such as - and /, without Chinese "
        "characters and blanks."
    ),
    ("site", "site"): lambda _most: _("Choose one of your registered sites."),
    ("expires_on", "period"): lambda _most: _("It expires before it was made: check both days."),
    ("reason", "text"): lambda _most: _("Say in 1 to 200 characters why."),
    ("prefix", "digits"): lambda _most: _("A company prefix has 6 to 12 digits."),
    ("prefix", "length"): lambda _most: _(
        "A prefix that begins like this has another number of digits: 7 after 690 and 691, 8 after "
        "692 to 695, 9 after 697. Compare it with your certificate."
    ),
    ("prefix", "unallocated"): lambda _most: _(
        "GS1 China has given no enterprise a prefix that begins with 696, 698 or 699. Compare it "
        "with your certificate."
    ),
    ("prefix", "unconfirmed"): lambda _most: _(
        "This prefix is claimed and not confirmed yet; whoever runs this service looks at it."
    ),
    ("prefix", "unclaimed"): lambda _most: _("This prefix is not yours here: claim it first."),
    ("evidence", "text"): lambda _most: _("At most 500 characters, in one line."),
    ("product_id", "gtin"): lambda _most: _(
        "This product has no GTIN; choose Suxin's own serials for it."
    ),
    ("registration", "registration"): lambda _most: _(
        "A pesticide registration is PD or WP and eight digits."
    ),
    ("registration", "certificate"): lambda _most: _(
        "This registration is not in the register as a certificate of yours that is valid today."
    ),
    ("spec", "spec"): lambda _most: _("The specification is three digits."),
    ("kind", "kind"): lambda _most: _("Choose one of these."),
    ("last", "single"): lambda _most: _("This holds one label: choose a single number."),
    ("last", "file_size"): lambda _most: _(
        "This file would be too large. Order fewer labels at once, in several files."
    ),
    ("href", "address"): lambda _most: _(
        "Give a whole address that begins with https:// or http://, as it is copied from a browser."
    ),
    ("href", "host"): lambda _most: _(
        "Give an address without a user's name, its host in Latin letters."
    ),
    ("href", "circle"): lambda _most: _(
        "This address is this service itself; its own page is shown anyway."
    ),
    ("href", "length"): lambda _most: _("This address is too long: at most 2,000 characters."),
    ("title", "title"): lambda _most: _("Say in 1 to 200 characters what the link leads to."),
    ("title", "kept"): lambda _most: _(
        "You keep this very link already, with another title. End it first."
    ),
    ("language", "language"): lambda _most: _("A language is written as zh-CN, en or ja."),
    ("media_type", "media_type"): lambda _most: _("Choose one of these."),
    ("link_type", "link_type"): lambda _most: _("Choose one of these."),
    ("link_type", "reserved"): lambda _most: _("Choose one of these."),
    ("uri", "anchor_links"): lambda _most: _("This code has as many links as it may: end one."),
    ("uri", "party_links"): lambda _most: _("You keep as many links as you may: end one."),
    ("start", "start"): lambda _most: _("This sheet does not have so many labels."),
    ("", "label_too_small"): lambda _most: _(
        "The symbol does not fit this label in the size that the use asks for. Choose a larger "
        "label or another use."
    ),
    ("", "text_too_long"): lambda _most: _(
        "The text does not fit beside the symbol. Shorten it or choose a larger label."
    ),
    ("", "no_glyph"): lambda _most: _("It has a character that the printing font does not have."),
    ("", "control_character"): lambda _most: _("It has a character that cannot be printed."),
    ("", "too_long"): lambda _most: _("This is too long for a label."),
    ("", "too_many"): lambda _most: _("These are too many lines for a label."),
    ("", "symbol"): lambda _most: _("These codes have no GS1 elements: choose a QR code."),
    ("", "symbol_kind"): lambda _most: _("This use asks for another symbol: choose a QR code."),
    ("", "not_installed"): lambda _most: _("This service cannot draw that symbol: choose QR."),
    ("", "label_size"): lambda _most: _("A label is 10 to 300 mm on each side."),
    ("", "revoked_key"): lambda _most: _(
        "The key that signs these codes was withdrawn, so their labels would be believed by "
        "nobody. Make the codes void and get new ones."
    ),
    ("", "duplicate"): lambda _most: _(
        "This very event is recorded already. If it happened once more, give another time."
    ),
    ("", "not_yours"): lambda _most: _(
        "You record only at your own sites, and only your own products come into being."
    ),
    ("", "future"): lambda _most: _("This lies in the future."),
    ("", "busy"): lambda _most: _("Much is being made just now. Please try again in a minute."),
    ("", "key_reused"): lambda _most: _(
        "This form was sent once already, with something else in it. Reload the page."
    ),
}


def refusal_words(problem: Problem, words: Refusals) -> str:
    """Return a sentence about a problem in the language of the request."""
    field_name = words.field_of(problem.path)
    for name in (field_name, ""):
        row = _ROWS.get((name, problem.code))
        if row is not None:
            number = _NUMBER.match(problem.message)
            return row(number[1] if number else str(words.most))
    if chosen_lang() == "zh":
        return zh_of(problem)
    return problem.message[:1].upper() + problem.message[1:]


def whole_refusal(refusal: AppError) -> str:
    """Return why something was refused as a whole, in the language of the request."""
    whole = Problem(path="", code=refusal.code, message=refusal.message)
    return refusal_words(refusal.problems[0] if refusal.problems else whole, Refusals())
