"""Says that an item was sold, which whoever is offered it as new has to know.

The rule that must stay true: only a sale of this very item counts, and what is recorded of it
afterwards (it was returned, it is on sale again) ends the notice.
"""

from collections.abc import Sequence
from typing import Final

from web.pages import event_reading
from web.pages.chain import state_of
from web.pages.model import Notice
from web.pages.stages import PlacedStep
from web.pages.words import local_name

# CBV 2.0 7.1 and 7.2.
_STEPS: Final = frozenset({"retail_selling", "dispensing"})
_DISPOSITIONS: Final = frozenset({"retail_sold", "dispensed"})


def sale_notices(placed: Sequence[PlacedStep], serial: str) -> tuple[Notice, ...]:
    """Return the notice of the sale of one item; a lot is sold piece by piece and has none."""
    if not serial:
        return ()
    notice: tuple[Notice, ...] = ()
    for item in placed:
        if item.step.relation != "self" or state_of(item) != "sound":
            continue
        given = event_reading.dispositions(item.step.event)
        step = local_name(event_reading.text_at(item.step.event, "bizStep"))
        if given & _DISPOSITIONS or (step in _STEPS and not given):
            when = event_reading.local_time(item.step.event)
            notice = (
                Notice(
                    kind="sold", tone="info", seqs=(item.step.seq,), on=when.date if when else ""
                ),
            )
        elif given:
            notice = ()
    return notice
