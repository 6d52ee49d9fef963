"""The stages of a chain that supervision counts by: production, transport, sale. Pure.

The rule that must stay true: an event is in exactly one stage, told from its type, action and step
alone, so that sums over stages are sums of events.
"""

from collections.abc import Mapping
from enum import StrEnum
from trace.types import Action, EventType
from typing import Final

from parties.tables import PartyKind


class Stage(StrEnum):
    """Where in the chain an event happens; `OTHER` is what changes neither goods nor hands."""

    PRODUCTION = "production"
    TRANSPORT = "transport"
    SALE = "sale"
    OTHER = "other"


COUNTED: Final = (Stage.PRODUCTION, Stage.TRANSPORT, Stage.SALE)

# CBV 2.0 7.1; what is not here is `OTHER`.
_OF_STEP: Final[Mapping[str, Stage]] = {
    "commissioning": Stage.PRODUCTION,
    "creating_class_instance": Stage.PRODUCTION,
    "collecting": Stage.PRODUCTION,
    "killing": Stage.PRODUCTION,
    "disassembling": Stage.PRODUCTION,
    "repackaging": Stage.PRODUCTION,
    "packing": Stage.PRODUCTION,
    "shipping": Stage.TRANSPORT,
    "departing": Stage.TRANSPORT,
    "transporting": Stage.TRANSPORT,
    "arriving": Stage.TRANSPORT,
    "receiving": Stage.TRANSPORT,
    "accepting": Stage.TRANSPORT,
    "loading": Stage.TRANSPORT,
    "unloading": Stage.TRANSPORT,
    "retail_selling": Stage.SALE,
    "dispensing": Stage.SALE,
}

# What each kind of party is to tell of; one that tells nothing of it has a gap.
EXPECTED: Final[Mapping[PartyKind, tuple[Stage, ...]]] = {
    PartyKind.FARM: (Stage.PRODUCTION, Stage.TRANSPORT),
    PartyKind.PLANT: (Stage.PRODUCTION, Stage.TRANSPORT),
    PartyKind.INPUT_MAKER: (Stage.PRODUCTION, Stage.TRANSPORT),
    PartyKind.CARRIER: (Stage.TRANSPORT,),
    PartyKind.WAREHOUSE: (Stage.TRANSPORT,),
    PartyKind.SHOP: (Stage.TRANSPORT, Stage.SALE),
    PartyKind.OTHER: (),
}


def stage_of(event_type: int, action: int | None, step: str | None) -> Stage:
    """Return the stage of an event."""
    if event_type == EventType.TRANSFORMATION:
        return Stage.PRODUCTION
    found = _OF_STEP.get(step or "")
    if found is not None:
        return found
    is_making = event_type == EventType.OBJECT and action == Action.ADD
    return Stage.PRODUCTION if is_making else Stage.OTHER
