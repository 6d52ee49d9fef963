"""What of a row is not kept in the clear: numbers and names of natural persons.

The rule that must stay true: a cell that may be a person's is hidden wherever a row is shown or
kept outside its file. When in doubt whom a row is about, it is about a person.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from credit.feeds.model import Feed, FieldKind, SubjectKind
from credit.feeds.persons import HIDDEN, holds_number, told_header, without_persons
from credit.feeds.values import clean, is_masked
from credit.rulebook.code_lists import code_lists


@dataclass(frozen=True, slots=True, kw_only=True)
class Persons:
    """Who is named in a row: the names to hide in its texts, and whether it is about a person."""

    names: frozenset[str]
    is_about_one: bool


def persons_of(feed: Feed, cells: Mapping[str, str]) -> Persons:
    """Return which natural persons a row names in its own fields."""
    names: set[str] = set()
    is_about_one = _may_be_about_one(feed, cells)
    for header, text in cells.items():
        field = feed.field_of(header)
        if field is None or field.kind is not FieldKind.NAME:
            continue
        is_party = is_about_one and field.name == feed.party_name
        if (field.is_personal or is_party) and (name := clean(text)):
            names.add(name)
    return Persons(names=frozenset(names), is_about_one=is_about_one)


def told_cells(feed: Feed, cells: Mapping[str, str], persons: Persons) -> dict[str, str]:
    """Return the cells of a row with what is a natural person's hidden; empty ones are left out."""
    kept = {}
    for place, (header, text) in enumerate(cells.items(), start=1):
        if clean(text) is None:
            continue
        field = feed.field_of(header)
        is_party = field is not None and field.name == feed.party_name
        if field is None or field.is_personal or (is_party and persons.is_about_one):
            # Of a column that nobody named nobody knows what it holds.
            kept[told_header(header, place) if field is None else header] = HIDDEN
        else:
            kept[header] = without_persons(text, persons.names)
    return kept


def _may_be_about_one(feed: Feed, cells: Mapping[str, str]) -> bool:
    if not feed.party_kind:
        return False
    word = _cell(feed, cells, feed.party_kind)
    list_name = next(one.list_name for one in feed.fields if one.name == feed.party_kind)
    code = code_lists().named(list_name).of_word(clean(word) or "")
    if code is None or code.id == SubjectKind.PERSON.value:
        return True
    number = _cell(feed, cells, feed.party_number)
    return holds_number(number) or (is_masked(number) and not number.startswith("9"))


def _cell(feed: Feed, cells: Mapping[str, str], name: str) -> str:
    for header, text in cells.items():
        field = feed.field_of(header)
        if field is not None and field.name == name and text:
            return text
    return ""
