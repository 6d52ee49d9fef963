"""Names as rows of the results: how well they are told apart, beside a plain library matcher."""

import time
from collections.abc import Iterator, Sequence
from typing import Final

from benchmarks.harness import Bench, Note
from benchmarks.names.lexicon import PARTS
from benchmarks.names.matching import (
    PRECISION_MIN,
    SCORERS,
    Rate,
    best_rates,
    by_kind,
    outcome_of,
    own_rate,
    shown_rate,
)
from benchmarks.names.pairs import Pair, make_pairs
from credit.naming.comparing import Outcome

SEED: Final = 1
SEEDS: Final = (1, 2, 3, 4, 5, 6)
_WORDS: Final = {
    "open": "the words that the rules were made with",
    "tried": "words that were held out until they showed three mistakes",
    "held_out": "words held out: written after the rules. Changed since, for what the other two"
    " parts showed: zones, former prefectures, numbers in names of towns, slips of the form; and"
    " the table of characters, as one that these names have was missing in it",
}
_COLUMNS: Final = ("side", "same is", "precision", "recall", "wrong of", "missed of")
_ABOUT: Final = (
    "{count:,} pairs of a seeded generator, half of them one party, made from {words}. A pair is a"
    " name as a row tells it with the region that the row is about, and a name of the register with"
    " its seat. This project calls the same what it would join without a doubt; what is possible"
    f" waits for a person. The library is rapidfuzz with the best of {len(SCORERS)} scorers and the"
    " best threshold for these very pairs: the one with the most recall at a precision of"
    f" {PRECISION_MIN:.2f}, and the one with the best F1. One that is helped gets this project's"
    " one spelling of a name, and no pair of two cities."
)
_TARGET: Final = " Target: precision ≥ 0.99 at recall ≥ 0.90. **{}**."


def names(bench: Bench) -> Iterator[Note]:
    """Compare labelled pairs of names, the held-out ones apart."""
    pairs = {part: make_pairs(SEED, bench.scale.name_pairs, part) for part in PARTS}
    for part in PARTS:
        yield _sides(part, pairs[part])
    yield _seeds(bench.scale.name_pairs)
    yield _kinds(pairs["held_out"])


def _sides(part: str, pairs: Sequence[Pair]) -> Note:
    own = own_rate(pairs)
    reached = own.precision >= PRECISION_MIN and own.recall >= 9 / 10
    rows = [
        _row("credit/naming", "its word for it", own),
        _row(
            "credit/naming, whatever a person is shown", "the same or possible", shown_rate(pairs)
        ),
    ]
    for is_helped, side in ((False, "rapidfuzz"), (True, "rapidfuzz, helped")):
        precise, best = best_rates(pairs, is_helped=is_helped)
        rows.append(_row(f"{side}, precise", precise.how, precise))
        rows.append(_row(f"{side}, best F1", best.how, best))
    started = time.process_time()
    for pair in pairs:
        outcome_of(pair)
    per_s = len(pairs) / (time.process_time() - started)
    return Note(
        title=f"Names of parties, {_title(part)}",
        about=_ABOUT.format(count=len(pairs), words=_WORDS[part])
        + _TARGET.format("Reached" if reached else "Not reached")
        + f" {per_s:,.0f} pairs are compared in a second of the processor, names read before.",
        columns=_COLUMNS,
        rows=tuple(rows),
    )


def _seeds(count: int) -> Note:
    """Return how far the figures of the held-out words move from seed to seed."""
    rates = [own_rate(make_pairs(seed, count, "held_out")) for seed in SEEDS]
    together = Rate(
        right=sum(rate.right for rate in rates),
        wrong=sum(rate.wrong for rate in rates),
        missed=sum(rate.missed for rate in rates),
    )
    told = [*((f"seed {seed}", rate) for seed, rate in zip(SEEDS, rates, strict=True))]
    return Note(
        title="Names of parties, held-out words, seed by seed",
        about=f"credit/naming on {count:,} pairs of each seed.",
        columns=("seed", *_COLUMNS[2:]),
        rows=tuple((name, *_row("", "", rate)[2:]) for name, rate in (*told, ("all", together))),
    )


def _row(side: str, how: str, rate: Rate) -> tuple[str, ...]:
    return (
        side,
        how,
        f"{rate.precision:.4f}",
        f"{rate.recall:.4f}",
        f"{rate.wrong} of {rate.right + rate.wrong}",
        f"{rate.missed} of {rate.right + rate.missed}",
    )


def _kinds(pairs: Sequence[Pair]) -> Note:
    """Return what is said of each kind of pair: what goes wrong stands in it, too."""
    answers = {pair.kind: pair.is_same for pair in pairs}
    said = sorted(by_kind(pairs).items(), key=lambda row: (not answers[row[0]], row[0]))
    return Note(
        title="Names of parties, by kind",
        about="What this project says of each kind of the held-out pairs. A writing of one party"
        " that is only possible was missed; of two parties, the same was wrong: a second company of"
        " one shop name and trade that sits in the county whose name the first one bears, and one"
        " whose name tells no place, cannot be told by a name. Shop names that sound or look alike"
        " are shown to a person and never joined.",
        columns=("kind", "is", "same", "possible", "different"),
        rows=tuple(
            (
                kind,
                "one party" if answers[kind] else "two",
                *(str(counted[outcome]) for outcome in Outcome),
            )
            for kind, counted in said
        ),
    )


def _title(part: str) -> str:
    return {"open": "open words", "tried": "tried words", "held_out": "held-out words"}[part]
