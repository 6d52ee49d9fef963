"""Which of several links of one type fits a request best.

Pure. GS1-Conformant Resolver Standard 2.6.3, RFC 4647 3.4. The rule that must stay true: of links
that nothing in the request tells apart none is chosen; they are a question for whoever asked.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from codes.gs1.link_types import LinkType

Score: TypeAlias = tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A link that a resolver can lead to.

    Without `languages` or `media_type` nothing is said of them. `is_own` says that it leads to this
    ledger itself, whose operations take no arguments but their own.
    """

    kind: LinkType
    href: str
    title: str
    languages: tuple[str, ...] = ()
    media_type: str = ""
    is_default: bool = False
    is_own: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What a request prefers: languages from the dearest on, and how well a media type suits it.

    `quality` returns 0 for a type that is not acceptable.
    """

    languages: tuple[str, ...]
    quality: Callable[[str], float]


def best_of(offers: Sequence[Offer], wishes: Wishes) -> tuple[Offer, ...]:
    """Return the offers that fit best: one, or several that nothing tells apart.

    What cannot be shown at all comes last, then the language counts, then the media type; a default
    wins over what is as good.
    """
    ranked = [(_rank(offer, wishes), offer) for offer in offers]
    best = max((rank for rank, _ in ranked), default=None)
    chosen = tuple(offer for rank, offer in ranked if rank == best)
    defaults = tuple(offer for offer in chosen if offer.is_default)
    return defaults if len(defaults) == 1 else chosen


def _rank(offer: Offer, wishes: Wishes) -> tuple[bool, Score, float]:
    # An unsaid media type may be any: it is worth as much as the least of the acceptable ones.
    quality = wishes.quality(offer.media_type) if offer.media_type else 0.001
    return quality > 0, _best_score(offer.languages, wishes.languages), quality


def _best_score(tags: Sequence[str], wanted: Sequence[str]) -> Score:
    # A link whose language is not said may be in the right one; another language is not.
    return max((language_score(tag, wanted) for tag in tags), default=(0, 1))


def language_score(tag: str, wanted: Sequence[str]) -> Score:
    """Return how well a language tag fits: the place of the wish it fits, then how closely.

    `zh-CN` fits a wish for `zh`, `zh` one for `zh-CN`, and `zh-TW` one for `zh-CN` the least.
    """
    best: Score = (0, 0)
    mine = tag.lower().split("-")
    for place, wish in enumerate(wanted):
        other = wish.lower().split("-")
        closeness = 3 if mine == other else 2 if _begins(mine, other) or _begins(other, mine) else 1
        if mine[0] == other[0]:
            best = max(best, (len(wanted) - place, closeness))
    return best


def _begins(longer: Sequence[str], shorter: Sequence[str]) -> bool:
    return list(longer[: len(shorter)]) == list(shorter)
