"""Refusals of credit in Chinese hold no English word of a program."""

import pytest

from credit.refusal_words import sentence_zh


@pytest.mark.parametrize(
    ("message", "zh"),
    [
        (
            "This batch is accepted: only a held one is released.",
            "这一批数据的状态是已接收，只有已暂停的才能放行。",
        ),
        (
            "The warning is open by now: what can follow is acknowledge, dismiss.",
            "这条预警的状态已是待处理，接下来可以确认、排除。",
        ),
        ("Line 7 is no object.", "第7行不是一个对象。"),
    ],
)
def test_states_and_acts_are_told_in_chinese(message: str, zh: str) -> None:
    assert sentence_zh(message) == zh
