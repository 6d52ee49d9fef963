"""Rules about words: terms, labels, languages, and who may see what."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from schemas.profiles.model import OPENNESS, Field, Kde, SeenBy, Words
from schemas.profiles.naming import CTE_TERM
from schemas.profiles.paths import Place, parse_path
from schemas.profiles.survey import Finding, Survey
from schemas.visibility import CBVMDA_NAMESPACE, FIRST_TERM_PARTS, SUXIN_NAMESPACE

_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]")
# Words for a person, as labels use them; a party is a 单位, 企业, 方 or 主体.
_PERSON: Final = re.compile(
    r"责任人|驾驶员|押运员|经手人|监督\(?见?证?\)?人|监督人|执行人|受权人|放行人|批准人|购买人$|用药人"
    r"|医师|兽医|受种者|接种人员|发药人|收奶|员$|姓名|签名$|法定代表人|电话|证件号码|^联系方式|健康证明"
)
_NAMESPACES: Final = {"sx": SUXIN_NAMESPACE, "cbvmda": CBVMDA_NAMESPACE}
_LABEL_LISTS: Final = frozenset({"action", "step", "disposition"})


def kdes_of_survey(survey: Survey) -> Iterator[Kde]:
    """Yield every row of every version."""
    for profile in survey.every:
        for cte in profile.ctes:
            for way in cte.ways:
                yield from way.kdes
        for record in profile.records:
            yield from record.kdes


def everything_is_used(survey: Survey) -> Iterator[Finding]:
    """Check that the shared tables hold nothing that no row uses."""
    library, kdes = survey.shared.library, list(kdes_of_survey(survey))
    terms: set[str] = {CTE_TERM}
    for kde in kdes:
        terms.update(_terms_of(kde.field))
        for path in (one for group in kde.instead for one in group):
            terms.update(_terms_at(path, library.terms))
    refs = [ref for kde in kdes for ref in kde.norms]
    for profile in survey.every:
        refs += [row.norm for row in profile.limits if row.norm is not None]
        refs += [row.norm for row in profile.cold_chain if row.norm is not None]
        refs += [row.norm for row in profile.retention]
    norms = {ref.norm.id for ref in refs}
    units = {kde.unit.code for kde in kdes if kde.unit is not None}
    units |= {unit.code for p in survey.every for row in p.limits if (unit := row.unit)}
    fields = [field for name, field in library.terms.items() if name in terms]
    codes = {field.codes.name for field in fields if field.codes is not None} | _LABEL_LISTS
    for file, names, used in (
        ("terms.yaml", library.terms, terms),
        ("norms.yaml", library.norms, norms),
        ("codes.yaml", library.codes, codes),
    ):
        yield from ((file, f"{name!r} is used by no row") for name in names if name not in used)
    # A unit may be there for the quantities of events alone.
    for code, unit in library.units.items():
        if not unit.is_rec20 and code not in units:
            yield "units.yaml", f"{code!r} is used by no row"


def _terms_of(field: Field) -> Iterator[str]:
    yield field.name
    yield from (member.name for member in field.members)


def _terms_at(path: str, terms: Iterable[str]) -> Iterator[str]:
    found = parse_path(path)
    if found.place in (Place.TERM, Place.ILMD, Place.LOT) and found.name in terms:
        yield found.name


def labels_are_unique(survey: Survey) -> Iterator[Finding]:
    """Check that no two terms, and no two choices of a list, are called the same."""
    library = survey.shared.library
    yield from _doubles("terms.yaml", {n: f.label for n, f in library.terms.items()}.items())
    for name, listed in library.codes.items():
        yield from _doubles(f"codes.yaml {name}", listed.values.items())


def _doubles(place: str, rows: Iterable[tuple[str, Words]]) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for name, words in rows:
        for word in {words.zh, words.en}:
            if word in seen:
                yield place, f"{name!r} and {seen[word]!r} are both called {word!r}"
            seen.setdefault(word, name)


def languages_are_right(survey: Survey) -> Iterator[Finding]:
    """Check that Chinese labels have Chinese in them and English ones have none."""
    for place, words in _all_words(survey):
        if words.zh and not _CHINESE.search(words.zh):
            yield place, f"{words.zh!r} is not Chinese"
        if _CHINESE.search(words.en):
            yield place, f"{words.en!r} is not English"


def _all_words(survey: Survey) -> Iterator[tuple[str, Words]]:
    library = survey.shared.library
    for name, field in library.terms.items():
        yield f"terms.yaml {name}", field.label
        yield f"terms.yaml {name}", field.help
    for norm in library.norms.values():
        yield f"norms.yaml {norm.id}", norm.title
    for profile in survey.newest:
        yield profile.id, profile.label
        for cte in profile.ctes:
            yield f"{profile.id} {cte.id}", cte.label
            for kde in (kde for way in cte.ways for kde in way.kdes):
                yield f"{profile.id} {cte.id}.{kde.code}", kde.label
                yield f"{profile.id} {cte.id}.{kde.code}", kde.condition


def patterns_are_explained(survey: Survey) -> Iterator[Finding]:
    """Check that whoever meets a pattern is told how to write the value."""
    for name, field in survey.shared.library.terms.items():
        if field.pattern and not field.help.zh:
            yield f"terms.yaml {name}", "has a pattern: say in help how to write it"


def persons_are_personal(survey: Survey) -> Iterator[Finding]:
    """Check that what names a person, or how to reach one, is for the personal part."""
    for name, field in survey.shared.library.terms.items():
        is_person = _PERSON.search(field.label.zh) is not None
        if is_person != (field.seen_by is SeenBy.PERSONAL):
            told = f"is called {field.label.zh} and is for {field.seen_by}: persons are personal"
            yield f"terms.yaml {name}", told


def visibility_is_not_widened(survey: Survey) -> Iterator[Finding]:
    """Check that no term would show more than the visibility table in force does."""
    for name, field in survey.shared.library.terms.items():
        prefix, _, local = name.partition(":")
        part = FIRST_TERM_PARTS.get(f"{_NAMESPACES[prefix]}:{local}")
        if part is not None and OPENNESS[field.seen_by] > OPENNESS[SeenBy(part)]:
            yield f"terms.yaml {name}", f"is {part} in the table in force: it may not be wider"
