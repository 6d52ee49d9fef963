"""What every profile draws on: units, code lists, norms and terms, read once from `data/`.

The rule that must stay true: a term is defined once, with one kind, one unit and one visibility, so
that the same datum is the same field in every class of goods.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from schemas.profiles.model import (
    CodeList,
    Field,
    Kind,
    Level,
    Mark,
    Norm,
    NormRef,
    SeenBy,
    Unit,
    Words,
)
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

TERM_NAME: Final = re.compile(r"(?:cbvmda:)?[a-z][A-Za-z0-9]*")
"""How the data names a term: its own bare, those of CBV's master data with their prefix."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The shared tables; `terms` are under their full name, `sx:` and all."""

    units: Mapping[str, Unit]
    codes: Mapping[str, CodeList]
    norms: Mapping[str, Norm]
    terms: Mapping[str, Field]


def read_library(folder: Path, faults: Faults) -> Library:
    """Read the shared tables of a data folder; what is wrong is noted, not raised."""
    units = read_units(folder, faults)
    codes = _codes(read_rows(folder / "codes.yaml", faults))
    norms = _norms(read_rows(folder / "norms.yaml", faults))
    terms = _terms(read_rows(folder / "terms.yaml", faults), units, codes)
    return Library(units=units, codes=codes, norms=norms, terms=terms)


def read_units(folder: Path, faults: Faults) -> Mapping[str, Unit]:
    """Read the units of a data folder; what is wrong is noted, not raised."""
    return _units(read_rows(folder / "units.yaml", faults))


def words_of(rows: Rows) -> Words:
    """Return what a row says in both languages; each is required."""
    return Words(zh=rows.text("zh"), en=rows.text("en"))


def optional_words(rows: Rows, zh: str, en: str) -> Words:
    """Return what two keys say, empty where neither is given; one alone is a fault."""
    words = Words(zh=rows.text(zh, default=""), en=rows.text(en, default=""))
    if bool(words.zh) != bool(words.en):
        rows.fault(zh, "language", f"{zh} and {en} are given together")
    return words


def mark_of(rows: Rows) -> Mark:
    """Return the mark of a row."""
    text = rows.text("mark")
    if text not in set(Mark):
        rows.fault("mark", "mark", "is V, S or R")
        return Mark.MEMORY
    return Mark(text)


def norm_ref(rows: Rows, key: str, text: str, norms: Mapping[str, Norm]) -> NormRef | None:
    """Return the place in a norm that a text names; an unknown norm is noted."""
    norm_id, _, clause = text.partition(":")
    norm = norms.get(norm_id)
    if norm is None:
        rows.fault(key, "unknown_norm", f"{norm_id!r} is no norm of norms.yaml")
        return None
    return NormRef(norm=norm, clause=clause.strip())


def unit_of(rows: Rows, key: str, units: Mapping[str, Unit]) -> Unit | None:
    """Return the unit a key names; None where it is not given."""
    code = rows.text(key, default="")
    if code and code not in units:
        rows.fault(key, "unknown_unit", f"{code!r} is no unit of units.yaml")
    return units.get(code)


def _units(rows: Rows) -> Mapping[str, Unit]:
    found: dict[str, Unit] = {}
    for code in rows.names():
        row = rows.under(code)
        found[code] = Unit(
            code=code,
            is_rec20=row.flag("rec20"),
            dimension=row.text("dimension"),
            symbol=row.text("symbol"),
            label=words_of(row),
        )
        row.done()
    return found


def _codes(rows: Rows) -> Mapping[str, CodeList]:
    found: dict[str, CodeList] = {}
    for name in rows.names():
        listed = rows.under(name)
        values: dict[str, Words] = {}
        for code in listed.names():
            both = listed.texts(code)
            if len(both) != 2 or not all(both):
                listed.fault(code, "language", "is [Chinese, English]")
            else:
                values[code] = Words(zh=both[0], en=both[1])
        found[name] = CodeList(name=name, values=values)
    return found


def _norms(rows: Rows) -> Mapping[str, Norm]:
    found: dict[str, Norm] = {}
    for norm_id in rows.names():
        row = rows.under(norm_id)
        level = row.text("level")
        if level not in set(Level):
            row.fault("level", "level", f"is one of {', '.join(Level)}")
            level = Level.PRACTICE
        found[norm_id] = Norm(
            id=norm_id,
            title=words_of(row),
            level=Level(level),
            in_force_on=row.day("in_force"),
            until_on=row.day("until"),
            mark=mark_of(row),
            note=optional_words(row, "note_zh", "note_en"),
            goods=row.texts("goods"),
        )
        row.done()
    return found


def _terms(
    rows: Rows, units: Mapping[str, Unit], codes: Mapping[str, CodeList]
) -> Mapping[str, Field]:
    found: dict[str, Field] = {}
    records: list[tuple[str, Rows, Field]] = []
    for name in rows.names():
        if TERM_NAME.fullmatch(name) is None:
            rows.fault(name, "term_name", "is camelCase, of letters and digits")
        row = rows.under(name)
        full = name if ":" in name else f"sx:{name}"
        found[full] = _term(full, row, units, codes)
        if found[full].kind is Kind.RECORDS:
            records.append((full, row, found[full]))
    for full, row, field in records:
        found[full] = _with_members(field, row, found)
    return found


def _term(full: str, row: Rows, units: Mapping[str, Unit], codes: Mapping[str, CodeList]) -> Field:
    kind, seen_by = row.text("kind"), row.text("seen_by")
    if kind not in _TERM_KINDS:
        row.fault("kind", "kind", f"is one of {', '.join(sorted(_TERM_KINDS))}")
        kind = Kind.TEXT
    if seen_by not in set(SeenBy):
        row.fault("seen_by", "seen_by", f"is one of {', '.join(SeenBy)}")
        seen_by = SeenBy.AUTHORITY
    listed = row.text("codes", default="")
    if listed and listed not in codes:
        row.fault("codes", "unknown_codes", f"{listed!r} is no list of codes.yaml")
    if (kind in (Kind.CODE, Kind.CODES)) != bool(listed):
        row.fault("codes", "codes", "come with the kinds code and codes, and only with them")
    chars_max = row.whole("chars_max", default=500)
    field = Field(
        name=full,
        kind=Kind(kind),
        seen_by=SeenBy(seen_by),
        label=words_of(row),
        help=optional_words(row, "help_zh", "help_en"),
        unit=unit_of(row, "unit", units),
        codes=codes.get(listed),
        pattern=_pattern(row),
        chars_max=chars_max or 500,
        minimum=row.decimal("min"),
        maximum=row.decimal("max"),
    )
    if field.kind is not Kind.RECORDS:
        row.done()
    return field


_TERM_KINDS: Final = frozenset(list(Kind)[: list(Kind).index(Kind.THINGS)])


def _pattern(row: Rows) -> str | None:
    text = row.text("pattern", default="")
    try:
        re.compile(text)
    except re.error:
        row.fault("pattern", "pattern", "is a regular expression")
        return None
    return text or None


def _with_members(field: Field, row: Rows, terms: Mapping[str, Field]) -> Field:
    members: list[Field] = []
    for name in row.texts("members"):
        member = terms.get(f"sx:{name}")
        if member is None or member.kind in _NO_MEMBER:
            row.fault("members", "unknown_term", f"{name!r} is no term with one value")
        else:
            members.append(member)
    if not members:
        row.fault("members", "required", "names the terms of one record")
    row.done()
    return Field(
        name=field.name,
        kind=field.kind,
        seen_by=field.seen_by,
        label=field.label,
        help=field.help,
        members=tuple(members),
    )


_NO_MEMBER: Final = frozenset({Kind.RECORDS, Kind.TEXTS, Kind.CODES, Kind.URIS})
