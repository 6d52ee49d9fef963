"""Every datum that is due, missed at the door: one document of mutations for each class.

The rule that must stay true: what the checker would refuse the door refuses, by path and label, and
what the checker only warns of the door records and tells.
"""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from trace.capture_problems import PROBLEMS_MAX
from trace.captures import read_capture
from trace.profiling import ADVICE
from uuid import UUID

import pytest

from base.db import reading, transaction
from base.errors import InvalidInput, Problem
from base.strict_json import JsonObject
from ledger.parts import Part
from ledger.store import parse_part, read_entries
from parties.drafts import ProductDraft
from parties.register import register_product
from schemas.profiles.columns import Sheet
from schemas.profiles.findings import Severity, severity_of
from schemas.profiles.model import Kde, Need
from schemas.profiles.naming import CTE_TERM
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.registry import catalogue
from tests.instances import NOW, Installation, observation
from tests.parties.samples import gs1
from tests.schemas.profiles.mutating import hold, remove
from tests.schemas.profiles.samples import ITEM, LATER, LOT, NAMESPACES, full_event, names, sheets

MAKER = "maker"
SAMPLE = LOT.split("/")[4]
UNTOLD_LOT, UNTOLD_ITEM = f"{LOT}-untold", f"{ITEM}-untold"
# A capture keeps only so many problems, and an event may be told two.
_AT_ONCE = PROBLEMS_MAX // 2

# What the register or the ledger says is not the event's to say.
_NOT_ASKED = frozenset({Place.REGISTER, Place.SYSTEM})
# Without these it is no event of its type: its shape is refused before any profile is asked.
_SHAPE = frozenset({"eventTime", "parentID"})
_GOODS = frozenset({Place.THINGS, Place.ITEMS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutation:
    """An event without one datum that is due."""

    kde: Kde
    place: str
    event: JsonObject


def mutations(installation: Installation, name: str, severity: Severity) -> Iterator[Mutation]:
    """Yield an event for each datum whose absence weighs so much."""
    products = register_classes(installation, name)
    home: JsonObject = {"id": installation.site_of(MAKER)}
    installation.capture(MAKER, *(birth(gtin) for gtin in sorted(set(products.values()))))
    for sheet in sheets(catalogue().profile(name)):
        for number, kde in enumerate(filter(_is_asked, sheet.way.kdes)):
            if severity_of(kde, "missing", LATER) is not severity:
                continue
            event, code = without(sheet, kde, number)
            at_home: JsonObject = {
                place: home for place in ("readPoint", "bizLocation") if place in event
            }
            text = json.dumps({**event, **at_home})
            if parse_path(kde.path).place is Place.LOT:
                # Other events of the document say much of the samples when they make them.
                text = text.replace(LOT, UNTOLD_LOT).replace(ITEM, UNTOLD_ITEM)
            yield Mutation(
                kde=kde,
                place=f"{sheet.cte.id}/{sheet.way.name}/{kde.code}",
                event=json.loads(text.replace(SAMPLE, products[code])),
            )


def _is_asked(kde: Kde) -> bool:
    # What cannot be known at the door counts in favour, in place of the datum too.
    elsewhere = (kde.path, *(path for group in kde.instead for path in group))
    if any(parse_path(path).place in _NOT_ASKED for path in elsewhere):
        return False
    if kde.path == "lot.cbvmda:lotNumber":
        return False  # Whoever names the lot has said it, and without its name it has no birth.
    return kde.need in (Need.MANDATORY, Need.PRACTICE) or kde.when is not None


def without(sheet: Sheet, kde: Kde, number: int) -> tuple[JsonObject, str]:
    """Return an event that lacks a datum and names its step, and the class code it needs."""
    event = full_event(sheet, day=LATER, hour=number % 24)
    code = hold(kde, event, {}, sheet.way)
    # Of what serves only together, one that is missing is enough.
    for path in (kde.path, *(group[0] for group in kde.instead)):
        remove(event, {}, path)
    return {**event, CTE_TERM: f"{sheet.profile}/{sheet.cte.id}"}, code


def birth(gtin: str) -> JsonObject:
    """Return a birth of goods of a product, of no step of its class, that says nothing of them."""
    return observation(
        UNTOLD_ITEM.replace(SAMPLE, gtin),
        action="ADD",
        bizStep="encoding",
        disposition="active",
        quantityList=[{"epcClass": UNTOLD_LOT.replace(SAMPLE, gtin), "quantity": 9, "uom": "KGM"}],
    )


def register_classes(installation: Installation, name: str) -> dict[str, str]:
    """Register a product of each class code of a profile; return their GTINs, "" for any."""
    party_id = installation.party(MAKER).party_id
    assert party_id is not None
    found: dict[str, str] = {}
    with transaction(installation.engine) as connection:
        for number, (code, _) in enumerate(catalogue().profile(name).covers):
            found[code] = gs1(f"0697999097{200 + number}")
            uri = f"https://id.gs1.org/01/{found[code]}"
            draft = ProductDraft(
                party_id=party_id, uri=uri, name_zh="样品", spec_zh="1 kg", class_code=code
            )
            register_product(connection, draft, now=NOW)
    return {**found, "": next(iter(found.values()))}


def is_of_shape(kde: Kde) -> bool:
    return kde.path in _SHAPE or parse_path(kde.path).place in _GOODS


def refusals(installation: Installation, lacking: list[Mutation]) -> dict[int, list[Problem]]:
    with pytest.raises(InvalidInput) as refusal:
        installation.capture(MAKER, *(one.event for one in lacking))
    return by_event(refusal.value.problems)


def by_event(problems: tuple[Problem, ...]) -> dict[int, list[Problem]]:
    found: dict[int, list[Problem]] = defaultdict(list)
    for problem in problems:
        found[int(problem.path.split("[")[1].split("]")[0])].append(problem)
    return found


def assert_named(mutation: Mutation, at: int, problems: list[Problem], code: str) -> None:
    """Assert that what an event lacks is told by its path, its label and its norm."""
    path = f"epcisBody.eventList[{at}].{mutation.kde.path}"
    told = [problem for problem in problems if problem.path == path and problem.code == code]
    norm = mutation.kde.norms[0]
    assert len(told) >= 1, (mutation.place, problems)
    for words in (mutation.kde.label.zh, mutation.kde.label.en, norm.norm.title.zh, norm.clause):
        assert any(words in problem.message for problem in told), (mutation.place, words)


@pytest.fixture(autouse=True)
def later(installation: Installation) -> None:
    """Let everything that has a date be in force."""
    installation.clock.instant = NOW.replace(year=2028)


@pytest.mark.parametrize("name", names())
def test_an_event_without_a_datum_that_is_due_is_refused_at_the_door(
    installation: Installation, name: str
) -> None:
    lacking = [
        one for one in mutations(installation, name, Severity.ERROR) if not is_of_shape(one.kde)
    ]
    size = installation.entry_count()

    refused = refusals(installation, lacking)

    assert len(lacking) > 0
    for at, mutation in enumerate(lacking):
        assert_named(mutation, at, refused[at], "kde_missing")
    assert installation.entry_count() == size


def test_an_event_without_what_makes_it_one_is_refused_for_its_shape(
    installation: Installation,
) -> None:
    lacking = [
        one for one in mutations(installation, "dairy", Severity.ERROR) if is_of_shape(one.kde)
    ]

    refused = refusals(installation, lacking)

    assert {one.kde.path for one in lacking} >= {"eventTime"}
    assert sorted(refused) == list(range(len(lacking)))


@pytest.mark.parametrize("name", names())
def test_a_datum_that_is_only_believed_to_be_due_is_told_at_the_door(
    installation: Installation, name: str
) -> None:
    # Two rows may ask for one datum: where the other one is an order, the event is refused for it.
    checker = catalogue().checker(name)
    lacking = [
        one
        for one in mutations(installation, name, Severity.WARNING)
        if not is_of_shape(one.kde) and not checker.check(one.event, NAMESPACES).has_errors
    ]

    for start in range(0, len(lacking), _AT_ONCE):
        some = lacking[start : start + _AT_ONCE]
        receipt = installation.capture(MAKER, *(one.event for one in some))
        with reading(installation.engine) as connection:
            row = read_entries(connection, 1, [receipt.first_seq])[receipt.first_seq]
            capture_id = UUID(str(parse_part(row.parts[Part.CHAIN])["/capture"]))
            capture = read_capture(connection, 1, capture_id)

        told = by_event(capture.problems)
        assert capture.is_success
        assert receipt.count == len(some)
        for at, mutation in enumerate(some):
            assert_named(mutation, at, told[at], f"{ADVICE}kde_missing")
    installation.check()
