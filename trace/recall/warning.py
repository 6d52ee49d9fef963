"""What is told to whoever sells, sends or uses recalled goods.

The rule that must stay true: what happened is recorded though it should not have happened, since a
record that was refused would only hide it; and it is never recorded without this warning.
"""

from collections.abc import Sequence
from trace.events.model import Event, Role
from trace.profiling import ADVICE, Arriving
from trace.recall.marks import RecallMark, marks_among
from typing import Final

from sqlalchemy import Engine

from base.db import reading
from base.errors import Problem

CODE: Final = f"{ADVICE}recalled"
_OUTWARD: Final = frozenset(
    {"shipping", "loading", "departing", "transporting", "retail_selling", "dispensing"}
)
_INPUTS: Final = frozenset({Role.INPUT, Role.INPUT_CLASS})
_NO_GOODS: Final = frozenset(
    {Role.TRANSFORMATION, Role.SOURCE, Role.DESTINATION, Role.NAMED_INPUT, Role.OUTPUT}
)
# What goes back or away because it was recalled is what the recall asks for.
_TAKEN_BACK: Final = frozenset({"recalled", "returned", "destroyed", "disposed"})
_CLASS_ZH: Final = {1: "一级", 2: "二级", 3: "三级"}
_CLASS_EN: Final = {1: "I", 2: "II", 3: "III"}


def recalled_advice(engine: Engine, log: int, readings: Sequence[Arriving]) -> tuple[Problem, ...]:
    """Return a warning of each event that passes on or uses goods of a recall, asked at once."""
    about = [(one, passed_on(one.event)) for one in readings]
    wanted = {uri for _, uris in about for uri in uris}
    if not wanted:
        return ()
    with reading(engine) as connection:
        marks = marks_among(connection, log, wanted)
    return tuple(
        warning_of(one.path, uri, marks[uri][0])
        for one, uris in about
        for uri in uris
        if uri in marks
    )


def passed_on(event: Event) -> tuple[str, ...]:
    """Return the goods that an event sells, sends or uses, but not back to their maker."""
    if event.error_declaration is not None or event.disposition in _TAKEN_BACK:
        return ()
    is_outward = event.biz_step in _OUTWARD
    found = [
        item.uri
        for item in event.items
        if item.role in _INPUTS or (is_outward and item.role not in _NO_GOODS)
    ]
    return tuple(dict.fromkeys(found))


def warning_of(path: str, uri: str, mark: RecallMark) -> Problem:
    """Say in both languages which recall reaches the goods and what is to be done."""
    named = f"{mark.number}，{_CLASS_ZH[mark.level]}召回"
    zh = f"货物已被召回（{named}）：请立即停止销售和使用，单独存放"
    en = (
        f"{uri} is recalled ({mark.number}, class {_CLASS_EN[mark.level]}): stop selling and using"
        " it, and set it aside"
    )
    if not mark.binds:
        zh = f"货物所用的原料已被召回（{named}）：请先向生产者核实"
        en = (
            f"an ingredient of {uri} is recalled ({mark.number}, class {_CLASS_EN[mark.level]}):"
            " ask its maker first"
        )
    return Problem(path=path, code=CODE, message=f"{en} ({zh}。)", message_zh=f"{zh}。")
