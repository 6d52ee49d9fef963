"""What a capture keeps of what was wrong or advised: the first of it in words, all of it in number.

The rule that must stay true: nothing is cut in silence. Whatever is not kept is counted, by what it
is: refused, recorded before, or advice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from trace.profiling import ADVICE
from typing import Final

import orjson

from base.errors import Problem
from base.strict_json import JsonObject, JsonValue, loads

# A job keeps this many problems. It is part of the answer's meaning and no setting: all processes
# must write the same rows.
PROBLEMS_MAX: Final = 100

DUPLICATE: Final = "duplicate"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemCounts:
    """How many problems a capture had of each kind, kept or not."""

    refused: int = 0
    already_recorded: int = 0
    advice: int = 0


NO_PROBLEMS: Final = ProblemCounts()


def is_advice(problem: Problem) -> bool:
    """Tell whether a problem is of a recorded event and refuses nothing."""
    return problem.code.startswith(ADVICE)


def count_problems(problems: Sequence[Problem]) -> ProblemCounts:
    """Return how many of these are of each kind."""
    advice = sum(is_advice(one) for one in problems)
    known = sum(one.code == DUPLICATE for one in problems)
    return ProblemCounts(
        refused=len(problems) - advice - known, already_recorded=known, advice=advice
    )


def dump_problems(problems: Sequence[Problem]) -> str:
    """Return the first problems as they are stored, with the counts where some are left out."""
    kept = [_stored(one) for one in problems[:PROBLEMS_MAX]]
    if len(kept) == len(problems):
        return orjson.dumps(kept).decode()
    counts = count_problems(problems)
    return orjson.dumps(
        {
            "refused": counts.refused,
            "already_recorded": counts.already_recorded,
            "advice": counts.advice,
            "first": kept,
        }
    ).decode()


def _stored(problem: Problem) -> dict[str, str]:
    stored = {"path": problem.path, "code": problem.code, "message": problem.message}
    if problem.message_zh:
        stored["message_zh"] = problem.message_zh
    return stored


def load_problems(text: str) -> tuple[tuple[Problem, ...], ProblemCounts]:
    """Return the problems that were kept, and how many there were of each kind."""
    data = text.encode()
    stored = loads(data, bytes_max=len(data), depth_max=3)
    if isinstance(stored, dict):
        return _listed(stored["first"]), ProblemCounts(
            refused=_number(stored, "refused"),
            already_recorded=_number(stored, "already_recorded"),
            advice=_number(stored, "advice"),
        )
    problems = _listed(stored)
    return problems, count_problems(problems)


def _listed(stored: JsonValue) -> tuple[Problem, ...]:
    if not isinstance(stored, list):
        raise TypeError("a capture's problems are a list")
    return tuple(
        Problem(
            path=str(one["path"]),
            code=str(one["code"]),
            message=str(one["message"]),
            # Rows of earlier releases have none.
            message_zh=str(one.get("message_zh", "")),
        )
        for one in stored
        if isinstance(one, dict)
    )


def _number(stored: JsonObject, name: str) -> int:
    value = stored[name]
    if not isinstance(value, int):
        raise TypeError(f"a capture's count of {name} is a number")
    return value
