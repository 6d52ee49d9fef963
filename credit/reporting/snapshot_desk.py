"""What taking snapshots of lists needs, of an installation's parts.

One rule: whoever takes one, a person or the timetable, has the same paper drawn for it.
"""

from collections.abc import Callable

from base.clock import Clock
from base.config import Settings
from base.installation_secret import InstallationSecret
from credit.reporting.numbers import code_of
from credit.reporting.snapshot_paper import draw_snapshot
from credit.reporting.snapshots import SnapshotDesk
from ledger.journal import Journal


def snapshot_desk(
    settings: Settings,
    journal: Journal,
    clock: Clock,
    secret: InstallationSecret,
    *,
    bring_up: Callable[[], object],
) -> SnapshotDesk:
    """Return the desk of an installation; `bring_up` makes what was appended count."""
    return SnapshotDesk(
        journal=journal,
        clock=clock,
        draw=lambda head, lines: draw_snapshot(
            settings.effective_label_font,
            head,
            lines,
            link=link_of(settings, secret, str(head["number"])),
        ),
        bring_up=bring_up,
    )


def link_of(settings: Settings, secret: InstallationSecret, number: str) -> str:
    """Return what the code on a snapshot's paper leads to."""
    root = settings.effective_public_url.rstrip("/")
    return f"{root}/credit/snapshots/{number}?code={code_of(secret, number)}"
