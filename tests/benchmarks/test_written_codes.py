"""The mix that detection is measured with is fair: every scheme, every code right, no two alike."""

from itertools import islice

import biip
import pytest
from stdnum import ean
from stdnum.cn import uscc

from benchmarks.written_codes import MAKERS, OF_STDNUM, mixed, of_gs1
from codes.registry import SCHEMES, detect, parse

NUMBERS = (1, 12_345, 987_654_321)


@pytest.mark.parametrize("kind", sorted(set(MAKERS) - {"no code"}))
def test_every_code_of_the_mix_is_read(kind: str) -> None:
    assert all(detect(MAKERS[kind](number)) for number in NUMBERS)


def test_every_scheme_that_detection_offers_is_in_the_mix() -> None:
    offered = {
        name
        for name, scheme in SCHEMES.items()
        if scheme.lengths != frozenset() and not scheme.only_in_category
    }

    read = {one.scheme.name for make in MAKERS.values() for n in NUMBERS for one in detect(make(n))}

    assert read == offered


def test_no_two_codes_of_a_long_mix_are_alike() -> None:
    codes = list(islice(mixed(), 20_000))

    # Regions and a few numbers of four digits come round again; nothing else may.
    assert len(set(codes)) > 0.95 * len(codes)


def test_the_peers_read_what_they_are_given() -> None:
    for text in islice(of_gs1(), 40):
        assert biip.parse(text) is not None
    for number in NUMBERS:
        assert ean.validate(OF_STDNUM["gtin13"](number))
        assert uscc.validate(OF_STDNUM["cn_uscc"](number))
        assert parse("cn_uscc", OF_STDNUM["cn_uscc"](number)).warnings == ()
