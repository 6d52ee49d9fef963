"""The night of the city, warnings included, as a worker runs it."""

from collections.abc import Mapping
from datetime import date

from benchmarks.credit_city.place import CreditPlace
from credit.folding.projector import bring_up_credit
from credit.nightly.running import NightDesk
from credit.warning.night import run_warnings
from parties.actors import CONSOLE


def night_desk(place: CreditPlace) -> NightDesk:
    """Return what a night of this place works with."""
    engine, journal = place.services.engine, place.desk.journal

    def warn(day: date) -> Mapping[str, int]:
        counts = run_warnings(
            journal, CONSOLE, day, bring_up=lambda: bring_up_credit(engine, place.log)
        )
        return {"warnings_opened": counts.opened, "warnings_ended": counts.ended}

    return NightDesk(engine=engine, log=place.log, clock=place.clock, warn=warn)
