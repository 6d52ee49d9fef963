"""The pairs of names are the same for a seed, and the figures told of them hold on a few."""

from functools import cache

import pytest

from benchmarks.harness import SCALES
from benchmarks.names.lexicon import PARTS, lexicon
from benchmarks.names.matching import PRECISION_MIN, best_rates, by_kind, own_rate
from benchmarks.names.others import LIKENESSES
from benchmarks.names.pairs import Pair, make_pairs
from benchmarks.names.rows import SEED
from benchmarks.names.writings import KINDS
from codes.cn.regions import find_region
from credit.naming.comparing import Outcome
from credit.naming.words import words

RECALL_MIN = 0.9


@cache
def _pairs(part: str) -> list[Pair]:
    """Return the pairs of which the results tell."""
    return make_pairs(SEED, SCALES["small"].name_pairs, part)


def test_a_seed_makes_the_same_pairs_every_time() -> None:
    assert make_pairs(1, 100, "open") == make_pairs(1, 100, "open")
    assert make_pairs(1, 100, "open") != make_pairs(2, 100, "open")


@pytest.mark.parametrize("part", PARTS)
def test_no_pair_has_both_answers_and_half_of_them_are_one_party(part: str) -> None:
    pairs = _pairs(part)

    asked = {(one.told, one.told_region, one.known, one.known_region) for one in pairs}
    assert len(asked) == len(pairs)
    assert sum(one.is_same for one in pairs) * 2 == len(pairs)
    assert all(one.told != one.known for one in pairs if one.is_same)
    assert {one.kind for one in pairs} >= {*KINDS, *LIKENESSES}


@pytest.mark.parametrize("part", ["tried", "held_out"])
def test_no_trade_that_was_held_out_is_in_the_matchers_tables(part: str) -> None:
    table = words()

    assert not lexicon(part).every_trade() & (table.industries | table.forms.keys())
    assert not set(lexicon(part).zones) & set(table.zones)


def test_parts_share_no_place_shop_name_or_trade() -> None:
    for one, other in (("open", "tried"), ("open", "held_out"), ("tried", "held_out")):
        a, b = lexicon(one), lexicon(other)
        assert not {place.code for place in a.places} & {place.code for place in b.places}
        assert not a.every_trade() & b.every_trade()
        assert not set(a.surnames) & set(b.surnames)


@pytest.mark.parametrize("part", PARTS)
def test_the_places_are_those_of_the_table_of_regions(part: str) -> None:
    for place in lexicon(part).places:
        counties = ((code, name) for name, code in place.counties.items())
        for code, name in ((place.code[:4], place.city), *counties):
            region = find_region(code)
            assert region is not None
            assert region.name == name


@pytest.mark.parametrize("part", PARTS)
def test_names_are_told_apart_as_well_as_the_results_say(part: str) -> None:
    own = own_rate(_pairs(part))

    assert own.precision >= PRECISION_MIN
    assert own.recall >= RECALL_MIN


def test_the_best_plain_matcher_is_far_behind_even_where_it_is_helped() -> None:
    pairs = _pairs("held_out")

    for is_helped in (False, True):
        precise, best = best_rates(pairs, is_helped=is_helped)
        assert precise.recall < own_rate(pairs).recall / 2
        assert best.f1 < own_rate(pairs).f1


def test_what_sounds_or_looks_alike_is_never_joined() -> None:
    said = by_kind(_pairs("held_out"))

    for kind in ("shop name that sounds alike", "shop name that looks alike", "two branches"):
        assert said[kind][Outcome.SAME] == 0
