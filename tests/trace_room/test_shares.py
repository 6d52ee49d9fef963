"""Shares of what is traced in what was made of it: exact, or unknown."""

from fractions import Fraction
from trace.shares import Source, shares_of


def kg(node: str, amount: int | None) -> Source:
    return Source(node, None if amount is None else Fraction(amount), "KGM")


def test_what_is_mixed_has_the_share_of_what_went_in() -> None:
    found = shares_of(["a"], {"mix": (kg("a", 1), kg("b", 2))})

    assert found == {"a": 1, "mix": Fraction(1, 3)}


def test_shares_go_on_through_every_making() -> None:
    made_of = {
        "mix": (kg("a", 1), kg("b", 1)),
        "cup": (kg("mix", 9), kg("sugar", 1)),
        "box": (kg("cup", 5),),
    }

    found = shares_of(["a"], made_of)

    assert found["cup"] == found["box"] == Fraction(9, 20)


def test_two_ways_from_one_root_come_together_again() -> None:
    made_of = {
        "left": (kg("a", 1), kg("x", 1)),
        "right": (kg("a", 3), kg("y", 1)),
        "end": (kg("left", 2), kg("right", 2)),
    }

    assert shares_of(["a"], made_of)["end"] == Fraction(5, 8)


def test_a_diamond_of_pure_ways_is_pure_whatever_the_amounts() -> None:
    made_of = {
        "left": (kg("a", None),),
        "right": (kg("a", None),),
        "end": (kg("left", None), Source("right", Fraction(1), "LTR")),
    }

    assert shares_of(["a"], made_of)["end"] == 1


def test_an_amount_that_nobody_said_makes_it_unknown_and_all_beyond() -> None:
    made_of = {
        "mix": (kg("a", None), kg("b", 2)),
        "cup": (kg("mix", 1), kg("sugar", 1)),
    }

    found = shares_of(["a"], made_of)

    assert found["mix"] is None
    assert found["cup"] is None


def test_different_units_are_not_weighed_against_each_other() -> None:
    made_of = {"mix": (kg("a", 1), Source("b", Fraction(1), "LTR"))}

    assert shares_of(["a"], made_of)["mix"] is None


def test_amounts_of_nothing_at_all_are_unknown() -> None:
    assert shares_of(["a"], {"mix": (kg("a", 0), kg("b", 0))})["mix"] is None


def test_what_the_root_never_went_into_has_nothing_of_it() -> None:
    made_of = {"mix": (kg("b", None), Source("c", Fraction(1), "LTR"))}

    assert shares_of(["a"], made_of)["mix"] == 0


def test_several_roots_are_one_origin() -> None:
    made_of = {"mix": (kg("a", 1), kg("b", 1), kg("c", 2))}

    assert shares_of(["a", "b"], made_of)["mix"] == Fraction(1, 2)


def test_a_root_that_is_made_of_something_is_still_whole() -> None:
    made_of = {"a": (kg("x", 1),), "mix": (kg("a", 1), kg("b", 1))}

    assert shares_of(["a"], made_of) == {"a": 1, "mix": Fraction(1, 2)}


def test_a_circle_is_unknown_and_ends() -> None:
    made_of = {"p": (kg("a", 1), kg("q", 1)), "q": (kg("p", 1), kg("b", 1))}

    found = shares_of(["a"], made_of)

    assert found["p"] is None
    assert found["q"] is None


def test_a_way_of_many_steps_is_walked() -> None:
    made_of = {n: (Source(n - 1, Fraction(1), "KGM"),) for n in range(1, 20_000)}

    assert shares_of([0], made_of)[19_999] == 1
