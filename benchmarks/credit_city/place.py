"""An installation for the city, whose clock stands where the city's time is."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from base.clock import SetClock
from base.config import Settings
from base.db import transaction
from base.installation_secret import load_secret
from benchmarks.credit_city.stream import FIRST_DAY
from credit.intake.taking import IntakeDesk, batch_limits
from jobs.commands.init import upgrade
from ledger.opening import DEFAULT_LOG, load_signer, open_log
from web.services import Services, build_services


@dataclass(frozen=True, slots=True, kw_only=True)
class CreditPlace:
    """The installation, its clock, and the desk that takes batches."""

    services: Services
    clock: SetClock
    desk: IntakeDesk
    log: int = DEFAULT_LOG


def open_place(
    *, folder: Path, database_url: str, redis_url: str, closing: ExitStack
) -> CreditPlace:
    """Open a new installation on the day before the first batch."""
    settings = Settings(data_dir=folder, database_url=database_url, redis_url=redis_url)
    first = datetime(FIRST_DAY.year, FIRST_DAY.month, FIRST_DAY.day, tzinfo=UTC)
    clock = SetClock(first - timedelta(days=1))
    secret = load_secret(folder / "keys", may_create=True)
    services = build_services(settings, clock=clock, secret=secret)
    closing.callback(services.engine.dispose)
    upgrade(services.engine)
    signer = load_signer(folder / "keys", settings.origin, DEFAULT_LOG, may_create=True)
    with transaction(services.engine) as connection:
        open_log(
            connection,
            log=DEFAULT_LOG,
            origin=settings.origin,
            verifier=signer.verifier(),
            clock=clock,
        )
    desk = IntakeDesk(
        journal=services.credit_journal,
        clock=clock,
        secret=secret,
        limits=batch_limits(settings),
    )
    return CreditPlace(services=services, clock=clock, desk=desk)
