"""Reads the rulebook from its files, or says of every row what is wrong with it.

The rule that must stay true: a rule that is not understood whole is refused, and no id stands for
two rows. The files are read once.
"""

from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from credit.rulebook.matters import READERS
from credit.rulebook.model import Book, Matter, Measure, Norm, Regime, Rule, Terms, Verified
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

RULEBOOK_DIR: Final = Path(__file__).parent
_MONTHS_A_YEAR: Final = 12

Read = TypeVar("Read")
Word = TypeVar("Word", bound=StrEnum)


@cache
def rulebook() -> Book:
    """Return the rulebook that this installation has; raises `InvalidInput` with every fault."""
    return read_book(RULEBOOK_DIR)


@cache
def national_book() -> Book:
    """Return the rows that hold in the whole country: what is stored follows from these alone."""
    return rulebook().for_region("")


def read_book(folder: Path) -> Book:
    """Read the rulebook of a folder: `norms.yaml`, `matters.yaml`, `measures.yaml` and the rules.

    Raises `InvalidInput` with file and line of everything that is wrong.
    """
    faults = Faults()
    norms = {one.id: one for one in _listed(folder / "norms.yaml", "norms", _norm, faults)}
    business = list(_listed(folder / "matters.yaml", "matters", _business, faults))
    of_rule = _with_norms(_rule, norms)
    rules = [
        rule
        for path in sorted((folder / "rules").glob("*.yaml"))
        for rule in _listed(path, "rules", of_rule, faults)
    ]
    measures = list(
        _listed(folder / "measures.yaml", "measures", _with_norms(_measure, norms), faults)
    )
    _require_unique((rule.id for rule in rules), faults)
    _require_unique((one.id for one in measures), faults)
    _require_known_beside(rules, faults)
    _require_business(measures, {one.id for one in business}, faults)
    faults.refuse()
    return Book(rules=rules, measures=measures, matters=business)


def _listed(path: Path, key: str, read: Callable[[Rows], Read], faults: Faults) -> Iterator[Read]:
    file = read_rows(path, faults)
    for rows in file.each(key):
        yield read(rows)
        rows.done()
    file.done()


def _with_norms(
    read: Callable[[Rows, dict[str, Norm]], Read], norms: dict[str, Norm]
) -> Callable[[Rows], Read]:
    return lambda rows: read(rows, norms)


def _norm(rows: Rows) -> Norm:
    return Norm(
        id=rows.text("id"),
        zh=rows.text("zh"),
        en=rows.text("en"),
        number=rows.text("number", default=""),
    )


def _business(rows: Rows) -> Matter:
    return Matter(id=rows.text("id"), zh=rows.text("zh"), en=rows.text("en"))


def _rule(rows: Rows, norms: dict[str, Norm]) -> Rule:
    matter = rows.text("matter")
    from_on, to_on = rows.day("from"), rows.day("to")
    if from_on is not None and to_on is not None and to_on < from_on:
        rows.fault("to", "order", "is not before the first day")
    return Rule(
        id=rows.text("id"),
        matter=matter,
        norm=_named_norm(rows, norms),
        article=rows.text("article", default=""),
        from_on=from_on,
        to_on=to_on,
        regime=_word(rows, "regime", Regime, Regime.ANY),
        region=rows.text("region", default=""),
        beside=rows.texts("beside"),
        verified=_word(rows, "verified", Verified, Verified.MEMORY),
        zh=rows.text("zh"),
        en=rows.text("en"),
        terms=_terms(rows, matter),
        doubt_zh=rows.text("doubt_zh", default=""),
        doubt_en=rows.text("doubt_en", default=""),
    )


def _terms(rows: Rows, matter: str) -> Terms:
    reader = READERS.get(matter)
    if reader is None:
        return None
    below = rows.under("terms")
    terms = reader(below)
    below.done()
    return terms


def _measure(rows: Rows, norms: dict[str, Norm]) -> Measure:
    years = rows.whole("years")
    return Measure(
        id=rows.text("id"),
        zh=rows.text("zh"),
        en=rows.text("en"),
        kind=rows.text("kind"),
        is_reward=rows.flag("reward"),
        target=rows.text("target"),
        agency=rows.text("agency"),
        norm=_named_norm(rows, norms),
        article=rows.text("article", default=""),
        from_on=rows.day("from"),
        to_on=rows.day("to"),
        verified=_word(rows, "verified", Verified, Verified.MEMORY),
        region=rows.text("region", default=""),
        matters=frozenset(rows.texts("matters")),
        lists=frozenset(rows.texts("lists")),
        penalties=frozenset(rows.texts("penalties")),
        fields=frozenset(rows.texts("fields")),
        duration_months=None if years is None else years * _MONTHS_A_YEAR,
        is_lifelong=rows.flag("lifelong"),
        binds_persons=rows.flag("persons"),
        years_running=rows.whole("years_running") or 1,
    )


def _named_norm(rows: Rows, norms: dict[str, Norm]) -> Norm:
    name = rows.text("norm")
    if name not in norms:
        rows.fault("norm", "unknown", f"{name} is no norm of norms.yaml")
        return Norm(id=name, zh=name, en=name, number="")
    return norms[name]


def _word(rows: Rows, key: str, words: type[Word], default: Word) -> Word:
    text = rows.text(key, default=default.value)
    try:
        return words(text)
    except ValueError:
        rows.fault(key, "word", f"is one of {', '.join(one.value for one in words)}")
        return default


def _require_unique(ids: Iterable[str], faults: Faults) -> None:
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            faults.add("rulebook", "duplicate", f"{one} stands for two rows")
        seen.add(one)


def _require_known_beside(rules: Iterable[Rule], faults: Faults) -> None:
    found = list(rules)
    known = {rule.id for rule in found}
    for rule in found:
        for unknown in sorted(set(rule.beside) - known):
            faults.add("rules", "unknown", f"{rule.id}: {unknown} is no row to stand beside it")


def _require_business(measures: Iterable[Measure], known: set[str], faults: Faults) -> None:
    for one in measures:
        for unknown in sorted(one.matters - known):
            faults.add("measures.yaml", "unknown", f"{one.id}: {unknown} is no matter")
