"""The stored numbers of event types and actions. Never reuse one.

One rule: the words are those of ISO/IEC 19987; a number is only how a row holds a word.
"""

from collections.abc import Mapping
from enum import IntEnum
from typing import Final


class EventType(IntEnum):
    """The five event types of ISO/IEC 19987 7.4."""

    OBJECT = 1
    AGGREGATION = 2
    TRANSACTION = 3
    TRANSFORMATION = 4
    ASSOCIATION = 5


class Action(IntEnum):
    """What an event does to the life or the containment it speaks of (ISO/IEC 19987 7.3.3)."""

    ADD = 1
    OBSERVE = 2
    DELETE = 3


EVENT_TYPE_OF: Final[Mapping[str, EventType]] = {
    f"{kind.name.title()}Event": kind for kind in EventType
}
ACTION_OF: Final[Mapping[str, Action]] = {action.name: action for action in Action}
