"""A register of twenty parties and the desk where inspections are drawn, for the tests of draws."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

from credit.folding.projector import bring_up_credit
from credit.inspecting.committing import DrawAsked, DrawDesk
from credit.inspecting.pool import PoolAsked
from credit.intake.taking import IntakeDesk
from credit.rulebook.reading import rulebook
from tests.credit.samples import serious, uscc
from tests.credit.warning_world import TODAY, set_day, take
from tests.instances import Installation

DRAW = UUID(int=1)
VALUE = "双色球 2026136期 03 07 12 19 25 31 + 09"
INSPECTORS = ("37020001", "37020002", "37020003", "37020004")


def open_draw_desk(installation: Installation, intake: IntakeDesk, folder: Path) -> DrawDesk:
    """Return the desk before the register and four entries of the list of serious violations."""
    set_day(installation, TODAY)
    take(intake, "registration", *(_registered(number) for number in range(1, 21)))
    take(intake, "serious_listing", *(serious(number) for number in range(1, 5)))
    return DrawDesk(
        journal=intake.journal,
        clock=installation.clock,
        secret=installation.secret,
        folder=folder,
        book=rulebook(),
        bring_up=lambda: bring_up_credit(installation.engine, installation.log),
    )


def asked(**changes: Any) -> DrawAsked:
    """Return a draw of the city's enterprises, with changes."""
    told: dict[str, Any] = {
        "draw_id": DRAW,
        "title": "2026年第四季度食品双随机",
        "plan": "enterprise",
        "pool": PoolAsked(region="3702"),
        "inspectors": INSPECTORS,
        "beacon": "双色球 2026136期",
        "due_on": date(2026, 12, 31),
    }
    return DrawAsked(**{**told, **changes})


def _registered(number: int) -> dict[str, str]:
    return {
        "name": f"青岛第{number}食品有限公司",
        "uscc": uscc(number),
        "kind": "02",
        "region": "370202" if number < 20 else "370100",
        "industry": "1411",
        "established_on": "2015-01-05",
        "status": "存续",
        "authority": "青岛市市场监督管理局",
    }
