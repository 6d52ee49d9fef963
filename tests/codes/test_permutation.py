"""The permutation behind serial numbers, against the samples of NIST SP 800-38G."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.permutation import Domain, Permutation

KEY_128 = bytes.fromhex("2B7E151628AED2A6ABF7158809CF4F3C")
KEY_192 = KEY_128 + bytes.fromhex("EF4359D8D580AA4F")
KEY_256 = KEY_192 + bytes.fromhex("7F036D6F04FC6A94")
TEN_DIGITS = Domain(radix=10, length=10)
SERIALS = Domain(radix=32, length=12)


@pytest.mark.parametrize(
    ("key", "enciphered"),
    [(KEY_128, "2433477484"), (KEY_192, "2830668132"), (KEY_256, "6657667009")],
    ids=["sample 1", "sample 4", "sample 7"],
)
def test_the_samples_of_the_norm_without_a_tweak(key: bytes, enciphered: str) -> None:
    permutation = Permutation(key, TEN_DIGITS)

    assert permutation.forward([123456789]) == [int(enciphered)]
    assert permutation.back([int(enciphered)]) == [123456789]


def test_every_number_of_a_small_domain_becomes_another_one_exactly_once() -> None:
    domain = Domain(radix=10, length=6)
    numbers = list(range(domain.size))

    permuted = Permutation(KEY_128, domain).forward(numbers)

    assert permuted != numbers
    assert sorted(permuted) == numbers


@given(
    numbers=st.lists(st.integers(min_value=0, max_value=SERIALS.size - 1), max_size=50),
    key=st.binary(min_size=32, max_size=32),
)
def test_back_undoes_forward(numbers: list[int], key: bytes) -> None:
    permutation = Permutation(key, SERIALS)

    assert permutation.back(permutation.forward(numbers)) == numbers


@given(st.integers(min_value=2, max_value=256), st.integers(min_value=2, max_value=64))
def test_every_domain_is_refused_or_works(radix: int, length: int) -> None:
    try:
        domain = Domain(radix=radix, length=length)
    except ValueError:
        return
    ends = [0, 1, domain.size - 2, domain.size - 1]

    permuted = Permutation(KEY_128, domain).forward(ends)

    assert all(0 <= one < domain.size for one in permuted)
    assert Permutation(KEY_128, domain).back(permuted) == ends


def test_many_at_once_are_what_they_are_one_by_one() -> None:
    permutation = Permutation(KEY_256, SERIALS)
    numbers = list(range(1000))

    assert permutation.forward(numbers) == [permutation.forward([one])[0] for one in numbers]


def test_another_key_permutes_otherwise() -> None:
    numbers = list(range(100))

    first = Permutation(KEY_128, SERIALS).forward(numbers)
    second = Permutation(KEY_256, SERIALS).forward(numbers)

    assert not set(first) & set(second)


@pytest.mark.parametrize("number", [-1, SERIALS.size])
def test_a_number_outside_of_the_domain_is_refused(number: int) -> None:
    permutation = Permutation(KEY_128, SERIALS)

    with pytest.raises(ValueError, match="outside"):
        permutation.forward([number])
    with pytest.raises(ValueError, match="outside"):
        permutation.back([number])


@pytest.mark.parametrize(("radix", "length"), [(10, 5), (1, 10), (257, 10), (10, 65), (256, 30)])
def test_a_domain_that_the_norm_does_not_cover_here_is_refused(radix: int, length: int) -> None:
    with pytest.raises(ValueError, match="domain"):
        Domain(radix=radix, length=length)
