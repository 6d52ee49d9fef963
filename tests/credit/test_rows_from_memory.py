"""Rows that nobody has read: they are told, and neither bind nor refuse anybody by themselves."""

from dataclasses import replace
from datetime import date

from credit.rulebook.model import Book, Measure, Verified
from credit.rulebook.reading import rulebook
from credit.rules.measures import Punished, Refusal, Standing, has_bar, measures_for, refusal_of

TODAY = date(2026, 11, 26)
LISTED = Standing(lists=frozenset({"serious_violation"}))
BARRED = Standing(
    lists=frozenset(),
    penalties=(
        Punished(
            kinds=frozenset({"revoke_licence"}),
            fields=frozenset({"food"}),
            decided_on=date(2026, 1, 10),
            is_current=True,
        ),
    ),
)


def _from_memory(measure_id: str) -> Book:
    """Return the rulebook as it would be had nobody read this measure's row."""
    book = rulebook()

    def unread(one: Measure) -> Measure:
        return replace(one, verified=Verified.MEMORY) if one.id == measure_id else one

    return Book(
        rules=book.rules.values(),
        measures=map(unread, book.measures.values()),
        matters=book.matters.values(),
    )


def test_a_measure_from_memory_is_not_applied_and_the_gate_says_that_nobody_read_its_row() -> None:
    assert refusal_of(rulebook(), "MZ-03", LISTED, "honours", TODAY) is None

    assert refusal_of(_from_memory("MZ-03"), "MZ-03", LISTED, "honours", TODAY) is Refusal.UNREAD


def test_a_measure_from_memory_follows_for_nobody() -> None:
    followed = [one.id for one in measures_for(rulebook(), LISTED, "honours", TODAY)]

    found = [one.id for one in measures_for(_from_memory("MZ-03"), LISTED, "honours", TODAY)]

    assert "MZ-03" in followed
    assert found == [one for one in followed if one != "MZ-03"]


def test_a_bar_from_memory_keeps_nobody_on_a_list() -> None:
    bar = has_bar(rulebook(), BARRED, TODAY)
    assert bar is not None

    assert has_bar(_from_memory(bar.id), BARRED, TODAY) is None


def test_no_measure_of_the_national_list_that_nobody_has_read_binds_anybody() -> None:
    unread = [one.id for one in rulebook().measures.values() if not one.is_certain]

    assert unread == [f"ML-{number:02}" for number in range(1, 12)]
    assert {refusal_of(rulebook(), one, LISTED, None, TODAY) for one in unread} == {Refusal.UNREAD}
