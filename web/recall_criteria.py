"""What a recall picks its goods by, read from codes in any spelling.

One rule: a code that cannot be read is named by its place among those sent, and nothing is guessed.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from trace.recall.model import Criteria
from typing import Any

from base.errors import InvalidInput, Problem
from codes.canonical import uri_to_register
from codes.model import Category, CodeError
from codes.typed import uri_typed


def criteria_of(values: Mapping[str, Any]) -> Criteria:
    """Return the criteria that codes in any spelling stand for; raises `InvalidInput`."""
    place = values["place"]
    return Criteria(
        codes=_codes_of("codes", values["codes"]),
        party_id=values["party_id"],
        place=_read("place", partial(uri_to_register, place, Category.PLACE)) if place else "",
        since=values["since"],
        until=values["until"],
        without=_codes_of("without", values["without"]),
    )


def _codes_of(path: str, texts: Sequence[str]) -> tuple[str, ...]:
    found = [_read(f"{path}[{at}]", partial(uri_typed, text)) for at, text in enumerate(texts)]
    return tuple(dict.fromkeys(found))


def _read(path: str, read: Callable[[], str]) -> str:
    try:
        return read()
    except CodeError as refusal:
        problem = Problem(path=path, code=refusal.rule, message=str(refusal))
        raise InvalidInput(f"{path}: {refusal}", problems=(problem,)) from None
