"""Grades as the interface and the pages ask for them.

One rule: a grade that is only supposed is never stored and never shown to anybody as a grade.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from base.db import reading
from base.errors import InvalidInput, Problem
from credit.grading import ground_of
from credit.refusal_words import sentence_zh
from credit.scoring.model import Grade, Model
from credit.scoring.reading import model_on, models
from credit.scoring.what_if import Ground, Supposed, side_by_side, supposing
from parties.actors import Actor
from web.credit import come_day
from web.credit_cases import subject_for
from web.credit_reading import brought_up
from web.services import Services

_MODEL: Final = "enterprise"


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeAsked:
    """Whose grade, on which day, by which version of the model; "" and None are the usual ones.

    `known_at` is the instant as of which it is reckoned; None is now.
    """

    uscc: str
    day: date | None = None
    model: str = ""
    known_at: datetime | None = None


def grade_for(parts: Services, actor: Actor, asked: GradeAsked) -> tuple[Model, Grade] | None:
    """Return a party's grade on a day with its model; None where nothing was told of it."""
    model = _model_of(parts, asked)
    ground = _ground_for(parts, actor, asked)
    return None if ground is None else side_by_side([model], ground)[0]


def grades_for(
    parts: Services, actor: Actor, asked: GradeAsked, names: Sequence[str]
) -> list[tuple[Model, Grade]] | None:
    """Return a party's grade by several versions; all there are where none is named."""
    wanted = [_named(name, f"models[{at}]") for at, name in enumerate(names)]
    ground = _ground_for(parts, actor, asked)
    return None if ground is None else side_by_side(wanted or list(models().values()), ground)


def supposed_for(
    parts: Services, actor: Actor, asked: GradeAsked, supposed: Supposed
) -> tuple[Model, Grade, Grade] | None:
    """Return the model, the grade as it is and as it would be."""
    model = _model_of(parts, asked)
    ground = _ground_for(parts, actor, asked)
    if ground is None:
        return None
    return model, side_by_side([model], ground)[0][1], supposing(model, ground, supposed)


def _ground_for(parts: Services, actor: Actor, asked: GradeAsked) -> Ground | None:
    day = come_day(parts, asked.day)
    brought_up(parts)
    with reading(parts.engine) as connection:
        subject_id = subject_for(connection, parts, actor, asked.uscc, known_at=asked.known_at)
        if subject_id is None:
            return None
        return ground_of(connection, parts.log, subject_id, day, known_at=asked.known_at)


def _model_of(parts: Services, asked: GradeAsked) -> Model:
    if asked.model:
        return _named(asked.model, "model")
    try:
        return model_on(_MODEL, come_day(parts, asked.day))
    except KeyError:
        raise _refusal("day", "No model of grades holds on that day.") from None


def _named(name: str, path: str) -> Model:
    found = models().get(name)
    if found is None:
        raise _refusal(path, f"There is no such model; use one of {', '.join(models())}.")
    return found


def _refusal(path: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code="invalid", message=message, message_zh=sentence_zh(message))
    return InvalidInput(message, problems=(problem,))
