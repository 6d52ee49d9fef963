"""Why a fact is recorded: the norm and the clause that a profile's row names for it.

The rule that must stay true: a norm is cited only for the step that the event names itself, in
the words of its row; a clause that nobody has read is said to be unread.
"""

from collections.abc import Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from schemas.profiles.docs_words import say
from schemas.profiles.model import Kde, Level, Mark, NormRef
from schemas.profiles.registry import catalogue
from web.pages.model import Lang

STEP_MEMBER: Final = "cte"
"""The folded local name under which an event names its step, as `dairy/milking`."""

_BY_ARTICLE: Final = frozenset({Level.LAW, Level.REGULATION, Level.RULE})
_BY_PARAGRAPH: Final = frozenset({Level.STANDARD_MANDATORY, Level.STANDARD})
_UNREAD: Final[Mapping[Lang, str]] = MappingProxyType(
    {"zh": "(条款未经核对)", "en": " (clause not checked)"}
)


def norms_of(step: str, name: str, lang: Lang, *, day: str) -> tuple[str, ...]:
    """Return the norms that ask for a term, by its folded local name, at a step on a day.

    Empty where the step is none of ours, does not ask for it, or did not on that day. An empty day
    is any day.
    """
    found = [kde for kde in _rows_of(step).get(name, ()) if _is_asked(kde, day)]
    return tuple(dict.fromkeys(words for kde in found for words in _cited(kde, lang)))


def folded(name: str) -> str:
    """Return a term's name as the pages look it up: no prefix, no dashes, in lower case."""
    return name.rpartition(":")[2].replace("_", "").replace("-", "").lower()


def _is_asked(kde: Kde, day: str) -> bool:
    if not day:
        return True
    is_begun = kde.since_on is None or kde.since_on.isoformat() <= day
    return is_begun and (kde.until_on is None or day <= kde.until_on.isoformat())


def _cited(kde: Kde, lang: Lang) -> Iterator[str]:
    for ref in kde.norms:
        is_unread = Mark.MEMORY in (kde.mark, ref.norm.mark)
        yield _words(ref, lang) + (_UNREAD[lang] if is_unread and ref.clause else "")


def _words(ref: NormRef, lang: Lang) -> str:
    """Return a norm and its clause: an article of a law, a paragraph of a standard."""
    title, clause = say(ref.title, lang), ref.clause
    if clause.isdecimal() and ref.norm.level in _BY_ARTICLE:
        return f"{title} 第{clause}条" if lang == "zh" else f"{title}, article {clause}"
    if clause[:1].isdecimal() and ref.norm.level in _BY_PARAGRAPH:
        clause = f"§{clause}"
    return f"{title}{' ' if lang == 'zh' else ', '}{clause}" if clause else title


def _rows_of(step: str) -> Mapping[str, tuple[Kde, ...]]:
    return _rows().get(step, MappingProxyType({}))


@cache
def _rows() -> Mapping[str, Mapping[str, tuple[Kde, ...]]]:
    """Return the rows of every step by the folded names of what they ask for."""
    return MappingProxyType(
        {
            f"{profile.name}/{cte.id}": _by_term(kde for way in cte.ways for kde in way.kdes)
            for profile in catalogue().newest()
            for cte in profile.ctes
        }
    )


def _by_term(kdes: Iterator[Kde]) -> Mapping[str, tuple[Kde, ...]]:
    found: dict[str, list[Kde]] = {}
    for kde in kdes:
        found.setdefault(folded(kde.field.name), []).append(kde)
    return MappingProxyType({name: tuple(some) for name, some in found.items()})
