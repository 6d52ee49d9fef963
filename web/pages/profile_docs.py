"""What is recorded of a class of goods, step by step, for everybody: the profile as a page.

The rule that must stay true: the page is drawn from the rows that the door checks by, so that it
can never say anything else.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from trace.sheets.choosing import profile_for
from typing import Final

from flask import Blueprint, render_template

from schemas.profiles.docs import count_kdes
from schemas.profiles.docs_standing import norm_words
from schemas.profiles.docs_words import KINDS, MARKS, NEEDS, SEEN, STAGES, say
from schemas.profiles.findings import Severity, severity_of
from schemas.profiles.model import Cte, Kde, Need
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.registry import catalogue
from schemas.profiles.standing import Profile
from web.pages.languages import chosen_lang
from web.pages.languages import say as _
from web.pages.model import Lang
from web.pages.profile_picture import (
    NARROW_COLUMNS,
    WIDE_COLUMNS,
    ProfilePicture,
    StepBox,
    draw_profile,
)

blueprint = Blueprint("profile_docs", __name__)

_CODES_SHOWN: Final = 12
_DUE: Final = frozenset({Need.MANDATORY, Need.PRACTICE})


@dataclass(frozen=True, slots=True, kw_only=True)
class DatumRow:
    """One datum as the table shows it; `weight` is the badge of what becomes of it missing."""

    label: str
    code: str
    help: str
    need: str
    weight: str
    condition: str
    value: str
    seen: str
    norms: tuple[str, ...]
    mark: str
    from_where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRows:
    """A step with its data; the number of those that are due is told beside all of them."""

    number: int
    id: str
    label: str
    stage: str
    due: int
    rows: tuple[DatumRow, ...]


@blueprint.get("/docs/profiles")
def profiles() -> str:
    """List the classes of goods."""
    lang = chosen_lang()
    rows = [
        (
            one.name,
            say(one.label, lang),
            [say(words, lang) for _code, words in one.covers[1:]],
            len(one.ctes),
            count_kdes(one),
        )
        for one in catalogue().newest()
    ]
    return render_template("profiles/list.html", rows=sorted(rows, key=lambda row: row[1]))


@blueprint.get("/docs/profiles/<name>")
def profile(name: str) -> str:
    """Show what is recorded of a class; any class code that a profile covers names it."""
    lang, found = chosen_lang(), profile_for(name)
    steps = [_step(cte, number, lang) for number, cte in enumerate(found.ctes, start=1)]
    return render_template(
        "profiles/class.html",
        profile=found,
        label=say(found.label, lang),
        covers=[(code, say(words, lang)) for code, words in found.covers],
        steps=steps,
        pictures=[
            ("chain-lying", _picture(found, steps, WIDE_COLUMNS)),
            ("chain-upright", _picture(found, steps, NARROW_COLUMNS)),
        ],
        marks=[(mark.value, words[lang]) for mark, words in MARKS.items()],
    )


def _picture(profile: Profile, steps: Sequence[StepRows], columns: int) -> ProfilePicture:
    boxes = [
        StepBox(
            id=step.id,
            name=step.label,
            counted=_("%(count)s data, %(due)s due", count=str(len(step.rows)), due=str(step.due)),
            after=cte.after,
        )
        for cte, step in zip(profile.ctes, steps, strict=True)
    ]
    return draw_profile(boxes, columns=columns)


def _step(cte: Cte, number: int, lang: Lang) -> StepRows:
    kdes = {kde.code: kde for way in reversed(cte.ways) for kde in reversed(way.kdes)}
    ordered = list(reversed(kdes.values()))
    return StepRows(
        number=number,
        id=cte.id,
        label=say(cte.label, lang),
        stage=STAGES[cte.stage][lang],
        due=sum(kde.need in _DUE for kde in ordered),
        rows=tuple(_datum(kde, lang) for kde in ordered),
    )


def _datum(kde: Kde, lang: Lang) -> DatumRow:
    return DatumRow(
        label=say(kde.label, lang),
        code=kde.code,
        help=say(kde.help, lang),
        need=NEEDS[kde.need][lang],
        weight=_weight(kde),
        condition=say(kde.condition, lang),
        value=" · ".join(_value(kde, lang)),
        seen=SEEN[kde.field.seen_by][lang],
        norms=tuple(norm_words(ref, lang) for ref in kde.norms),
        mark=kde.mark.value,
        from_where=_from_where(kde),
    )


def _weight(kde: Kde) -> str:
    """Return how heavy it is when it is missing, as the end of a badge's class."""
    if kde.need not in _DUE and kde.need is not Need.CONDITIONAL:
        return ""
    # Without a day nothing is before its time or after it.
    return "bad" if severity_of(kde, "missing", "") is Severity.ERROR else "warn"


def _value(kde: Kde, lang: Lang) -> Iterator[str]:
    yield KINDS[kde.field.kind][lang]
    if kde.unit is not None:
        yield kde.unit.symbol
    if kde.field.codes is not None:
        words = [say(one, lang) for one in kde.field.codes.values.values()]
        gap = "、" if lang == "zh" else ", "
        yield gap.join(words[:_CODES_SHOWN]) + (" …" if len(words) > _CODES_SHOWN else "")


def _from_where(kde: Kde) -> str:
    place = parse_path(kde.path).place
    if place is Place.SYSTEM:
        return _("the ledger knows it")
    if place is Place.REGISTER:
        return _("from the register")
    return _("from the lot, else said here") if place is Place.LOT else ""
