"""The matchers on the pairs: how many of the same they find, and how many of the others they take.

One rule: the plain matchers get the best scorer and the best threshold there is for the very pairs
that they are measured on; this project's rules were fixed before.
"""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import JaroWinkler

from benchmarks.names.pairs import Pair
from credit.naming.characters import plain
from credit.naming.comparing import Outcome, Side, compare
from credit.naming.words import words

PRECISION_MIN: Final = 0.99
_CITY: Final = 4

Score = Callable[[str, str], float]

SCORERS: Final[Mapping[str, Score]] = {
    "ratio": fuzz.ratio,
    "partial_ratio": fuzz.partial_ratio,
    "token_set_ratio": fuzz.token_set_ratio,
    "WRatio": fuzz.WRatio,
    "JaroWinkler": JaroWinkler.normalized_similarity,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """How a matcher did: of those that it called the same, and of those that are."""

    right: int
    wrong: int
    missed: int
    how: str = ""

    @property
    def precision(self) -> float:
        """Return the share of what it called the same that is."""
        return self.right / (self.right + self.wrong) if self.right else 0.0

    @property
    def recall(self) -> float:
        """Return the share of what is the same that it found."""
        return self.right / (self.right + self.missed) if self.right else 0.0

    @property
    def f1(self) -> float:
        """Return the harmonic mean of both."""
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0


def outcome_of(pair: Pair) -> Outcome:
    """Return what this project's matcher says of a pair."""
    known = Side(name=pair.known, region=pair.known_region)
    return compare(Side(name=pair.told, region=pair.told_region), known).outcome


def rate_of(said: Sequence[tuple[bool, bool]], how: str = "") -> Rate:
    """Return the rate of answers: (called the same, is the same)."""
    counted = Counter(said)
    return Rate(
        right=counted[True, True],
        wrong=counted[True, False],
        missed=counted[False, True],
        how=how,
    )


def own_rate(pairs: Sequence[Pair]) -> Rate:
    """Return how this project's matcher does: what it calls the same, and nothing less."""
    return rate_of([(outcome_of(pair) is Outcome.SAME, pair.is_same) for pair in pairs])


def shown_rate(pairs: Sequence[Pair]) -> Rate:
    """Return how it does where a person looks at whatever is at least possible."""
    return rate_of([(outcome_of(pair) is not Outcome.DIFFERENT, pair.is_same) for pair in pairs])


def best_rates(pairs: Sequence[Pair], *, is_helped: bool = False) -> tuple[Rate, Rate]:
    """Return the rates of the best plain matcher: at the wanted precision, and of the best F1.

    One that is helped gets this project's one spelling of each name, and pairs whose rows are known
    to be of two cities are none of its answers.
    """
    found = [rate for name in SCORERS for rate in _rates(pairs, name, is_helped=is_helped)]
    enough = [rate for rate in found if rate.precision >= PRECISION_MIN]
    nothing = rate_of([(False, pair.is_same) for pair in pairs], "none reaches it")
    return max(enough, key=_by_recall, default=nothing), max(found, key=lambda rate: rate.f1)


def by_kind(pairs: Sequence[Pair]) -> dict[str, Counter[Outcome]]:
    """Return for each kind of pair what this project's matcher says of them."""
    found: dict[str, Counter[Outcome]] = {}
    for pair in pairs:
        found.setdefault(pair.kind, Counter())[outcome_of(pair)] += 1
    return found


def _by_recall(rate: Rate) -> tuple[float, float]:
    return rate.recall, rate.precision


def _rates(pairs: Sequence[Pair], name: str, *, is_helped: bool) -> list[Rate]:
    """Return the rate of a scorer at each threshold that makes a difference."""
    score = SCORERS[name]
    spell = _plain if is_helped else str
    scored = sorted(
        (
            (score(spell(pair.told), spell(pair.known)), pair.is_same)
            for pair in pairs
            if not (is_helped and _are_apart(pair))
        ),
        reverse=True,
    )
    same = sum(pair.is_same for pair in pairs)
    rates, right, wrong = [], 0, 0
    for number, (points, is_same) in enumerate(scored):
        right, wrong = right + is_same, wrong + (not is_same)
        if number + 1 < len(scored) and scored[number + 1][0] == points:
            continue
        how = f"{name} ≥ {points:.3g}"
        rates.append(Rate(right=right, wrong=wrong, missed=same - right, how=how))
    return rates


def _plain(text: str) -> str:
    return plain(text, words().traditional)


def _are_apart(pair: Pair) -> bool:
    told, known = pair.told_region[:_CITY], pair.known_region[:_CITY]
    return bool(told) and told != known
