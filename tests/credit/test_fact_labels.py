"""What the heads of facts are called."""

import pytest

from credit.fact_labels import number_of


@pytest.mark.parametrize(
    ("kind", "number", "zh", "en"),
    [
        ("trace", "test:107", "账本第107条", "entry 107 of the ledger"),
        ("trace", "finding:1a2b3c4d-0000", "追溯异常 1a2b3c4d", "finding 1a2b3c4d"),
        ("trace", "own_recall:ZH2026-1:9137", "召回 ZH2026-1", "recall ZH2026-1"),
        ("trace", "", "", ""),
        ("penalty", "青农罚〔2026〕1号", "青农罚〔2026〕1号", "青农罚〔2026〕1号"),
    ],
)
def test_what_the_trace_shows_is_named_by_what_people_know_it_by(
    kind: str, number: str, zh: str, en: str
) -> None:
    told = number_of(kind, number)

    assert (told.zh, told.en) == (zh, en)
