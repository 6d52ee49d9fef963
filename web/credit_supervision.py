"""The supervision grade as the interface and the pages ask for it.

One rule: a party sees its own grade and nobody else's; an authority and an auditor see anybody's.
"""

from base.db import reading
from base.errors import InvalidInput, Problem
from credit.supervising.grading import Supervision, scale_on, supervision_of
from parties.actors import Actor
from web.credit import book_of, come_day
from web.credit_cases import subject_for
from web.credit_grades import GradeAsked
from web.credit_reading import brought_up
from web.services import Services


def supervision_for(parts: Services, actor: Actor, asked: GradeAsked) -> Supervision | None:
    """Return a party's supervision grade on a day; None where it is unknown or no food business.

    Raises `NotFound` for a code that is not the producer's own, and `InvalidInput` for a day on
    which nothing fixes the classes.
    """
    day = come_day(parts, asked.day)
    try:
        scale = scale_on(book_of(parts), day)
    except KeyError:
        message = "No supervision grade holds on that day."
        problem = Problem(path="day", code="invalid", message=message)
        raise InvalidInput(message, problems=(problem,)) from None
    brought_up(parts)
    with reading(parts.engine) as connection:
        subject_id = subject_for(connection, parts, actor, asked.uscc)
        if subject_id is None:
            return None
        return supervision_of(connection, parts.log, subject_id, scale, day)
