"""The upright picture: what stands where on a narrow screen."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import get_args

import pytest

from web.pages.chain_picture import Picture, Text, draw_upright
from web.pages.model import Chain, ChainNode, Lang, Stage

_CURVE = re.compile(r"M(\S+) (\S+)C(\S+) (\S+) (\S+) (\S+) (\S+) (\S+)")
_LETTERS = {"zh": 14, "en": 8}


def chain_of(*lanes: int, stage: Stage) -> Chain:
    """Return a chain with so many places at each rank, all of a rank linked to all of the next."""
    ranks = [
        [
            ChainNode(
                key=f"{rank}:{lane}", label="石家庄", stage=stage, rank=rank, lane=lane, lanes=count
            )
            for lane in range(count)
        ]
        for rank, count in enumerate(lanes)
    ]
    links = tuple(
        (first.key, second.key)
        for above, below in pairwise(ranks)
        for first in above
        for second in below
    )
    return Chain(nodes=tuple(node for nodes in ranks for node in nodes), links=links)


def points_of(picture: Picture) -> Iterator[tuple[float, float]]:
    """Yield points along every line, close enough to meet any letter."""
    for path in picture.paths:
        found = _CURVE.fullmatch(path)
        assert found is not None, path
        x = [float(found[number]) for number in (1, 3, 5, 7)]
        y = [float(found[number]) for number in (2, 4, 6, 8)]
        for step in range(101):
            t = step / 100
            weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t * t * (1 - t), t**3)
            yield (
                sum(weight * value for weight, value in zip(weights, x, strict=True)),
                sum(weight * value for weight, value in zip(weights, y, strict=True)),
            )


def touches(text: Text, x: float, y: float, letter: int) -> bool:
    width = letter * len(text.text)
    left = {"start": text.x, "middle": text.x - width / 2, "end": text.x - width}[text.anchor]
    return left - 2 <= x <= left + width + 2 and text.y - 14 <= y <= text.y + 4


@pytest.mark.parametrize("lang", get_args(Lang))
@pytest.mark.parametrize(
    "lanes", [(1, 2, 1), (1, 3, 1), (3, 1, 4), (2, 3), (3, 2, 3), (1, 4), (4, 4, 4), (1, 1, 1)]
)
@pytest.mark.parametrize("stage", ["inputs", "farm", "transport"])
def test_no_line_runs_through_the_name_of_a_stage(
    lanes: tuple[int, ...], stage: Stage, lang: Lang
) -> None:
    picture = draw_upright(chain_of(*lanes, stage=stage), lang)
    names = [text for text in picture.texts if text.is_stage]

    hit = [
        (text.text, point)
        for point in points_of(picture)
        for text in names
        if touches(text, *point, _LETTERS[lang])
    ]

    assert len(names) == len(lanes)
    assert hit == []


def test_every_line_of_the_upright_picture_leads_down() -> None:
    picture = draw_upright(chain_of(1, 3, 2, 1, stage="farm"), "zh")

    for path in picture.paths:
        found = _CURVE.fullmatch(path)
        assert found is not None
        assert float(found[8]) - float(found[2]) >= 16
