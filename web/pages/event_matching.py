"""Which steps of their profile the goods of a form may have taken, where a general step was chosen.

The rule that must stay true: a form of goods with a class asks what their profile asks of the
event that it makes; a general form is only for what no profile has such a step for.
"""

from dataclasses import replace

from sqlalchemy import Connection

from base.errors import AppError
from codes.typed import uri_typed
from parties.directory import products_by_uri, register_uris
from web.pages.event_goods import blocks_of, row_count
from web.pages.event_steps import EventStep, steps_of
from web.pages.words import local_name
from web.pages.work_forms import Form


def matching(step: EventStep, class_code: str) -> tuple[EventStep, ...]:
    """Return the steps of a class that an event of a general step would be taken for.

    Empty for a step that is of a profile already, and where the class has no such step.
    """
    if step.profile or not class_code:
        return ()
    way = step.sheet.way
    words = {local_name(word) for word in way.steps}
    return tuple(
        one
        for one in steps_of(class_code)
        if one.sheet.way.event_type == way.event_type
        and (not way.actions or set(way.actions) & set(one.sheet.way.actions))
        and words & {local_name(word) for word in one.sheet.way.steps}
    )


def class_typed(connection: Connection, form: Form, step: EventStep) -> str:
    """Return the class of the goods that were typed into a form, "" where none is registered.

    What comes out of a making is asked before what went in, as at the door.
    """
    for block in reversed(blocks_of(step.sheet)):
        texts = [form.text(f"{block.name}-product")]
        texts += form.text(f"{block.name}-items").splitlines()
        texts += [form.text(f"{block.name}-{at}-code") for at in range(row_count(form, block))]
        names = [name for text in texts if text.strip() for name in _names(text.strip())]
        cards = products_by_uri(connection, names)
        found = [cards[name].class_code for name in names if name in cards]
        if any(found):
            return next(code for code in found if code)
    return ""


def carried(form: Form, step: EventStep) -> Form:
    """Return what was typed for the form of another step, which nobody has to type again."""
    values = {key: value for key, value in form.values.items() if key not in ("act", "csrf_token")}
    return replace(form, values={**values, "step": step.id}, problems={})


def _names(text: str) -> tuple[str, ...]:
    try:
        return register_uris(uri_typed(text))
    except AppError:
        return ()  # What is no code is told of beside its field.
