"""The whole check of a document's events: shape first, then meaning, each problem with its event.

The rule that must stay true: every wrong event is reported at least once, so that a capture that
proceeds past wrong events knows all of them.
"""

from datetime import datetime, timedelta
from trace.events.rules import Case, problems_of_meaning

from base.errors import Problem
from schemas.epcis import PROBLEMS_MAX, Document, event_namespaces, read_namespaces, shape_problems


def check_events(
    document: Document,
    *,
    now: datetime,
    future_max: timedelta,
    problems_max: int = PROBLEMS_MAX,
) -> list[tuple[int, Problem]]:
    """Return what is wrong with a document's events, each with the index of its event.

    At most `problems_max` are described in full; after them one for each further wrong event. An
    event's meaning is looked at only where its shape is right. `now` is aware UTC.
    """
    found: list[tuple[int, Problem]] = []
    for index in range(len(document.events)):
        room = max(1, problems_max - len(found))
        problems = _check(document, index, now=now, future_max=future_max, problems_max=room)
        found.extend((index, problem) for problem in problems)
    return found


def _check(
    document: Document, index: int, *, now: datetime, future_max: timedelta, problems_max: int
) -> list[Problem]:
    event = document.events[index]
    path = document.event_path(index)
    problems = shape_problems(event, path=path, problems_max=problems_max)
    if problems:
        return problems
    namespaces = document.namespaces
    if "@context" in event and path:
        where = f"{'.'.join(map(str, path[:-1]))}[{index}].@context"
        _, wrong = read_namespaces(event["@context"], path=where, outer=namespaces)
        if wrong:
            return list(wrong[:problems_max])
        namespaces = event_namespaces(event, namespaces)
    case = Case(event=event, namespaces=namespaces, now=now, future_max=future_max)
    return problems_of_meaning(case, path=path, problems_max=problems_max)
