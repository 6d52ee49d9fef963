"""Packs of drugs as one actor asks about them: what the interface and the pages share.

One rule: whoever may not know with whom a pack is learns what the pack is and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from trace.drugs.acts import Done, Operation, operate
from trace.drugs.alerts import Alert, alerts_about, note_alerts
from trace.drugs.pack_codes import PackCode, read_pack_code
from trace.drugs.verification import Checked, Pharmacy, Told, told_to, verify
from typing import Final

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import InvalidInput, Problem
from codes.model import CodeError
from parties.actors import Actor, Role
from web.services import Services

_ALERTS_SHOWN: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A pack as one reader is told of it; `is_alert` where his seeing it was put on record."""

    checked: Checked
    told: Told
    is_alert: bool
    alerts: tuple[Alert, ...]


def pharmacy_of(parts: Services) -> Pharmacy:
    """Return what the work on packs needs of this process."""
    return Pharmacy(
        engine=parts.engine,
        log=parts.log,
        clock=parts.clock,
        packs_max=parts.settings.drug_packs_max,
    )


def today_of(parts: Services) -> date:
    """Return the day in China."""
    return parts.clock.now().astimezone(CIVIL_ZONE).date()


def read_codes(parts: Services, texts: Sequence[str]) -> list[PackCode]:
    """Read the codes of a request; raises `InvalidInput` with the place of each that is none."""
    found, problems = read_each(parts, texts, path="codes[{}]")
    if problems:
        first = problems[0]
        raise InvalidInput(f"{first.path}: {first.message}", problems=problems)
    return found


def read_each(
    parts: Services, texts: Sequence[str], *, path: str
) -> tuple[list[PackCode], list[Problem]]:
    """Return the packs that the codes name, and a problem for each code that is none.

    `path` is how a request names a code by its place. A code that is asked for twice is one pack.
    """
    if len(texts) > parts.settings.drug_packs_max:
        message = f"has {parts.settings.drug_packs_max} codes at most"
        problem = Problem(path="codes", code="too_many", message=message)
        raise InvalidInput(f"codes: {message}", problems=(problem,))
    found: list[PackCode] = []
    problems: list[Problem] = []
    today = today_of(parts)
    for at, text in enumerate(texts):
        try:
            found.append(read_pack_code(text, today=today))
        except CodeError as refusal:
            where = path.format(at)
            problems.append(Problem(path=where, code=refusal.rule, message=refusal.message))
    return list({one.text: one for one in found}.values()), problems


def verify_for(
    parts: Services, actor: Actor, codes: Sequence[PackCode], *, is_noted: bool = True
) -> list[Finding]:
    """Verify packs; a party that sees a pack again that was supplied elsewhere goes on record.

    Without `is_noted` it does not: an address that was followed is no pack in somebody's hand.
    """
    pharmacy = pharmacy_of(parts)
    checked = verify(pharmacy, codes)
    noted: frozenset[str] = frozenset()
    if is_noted:
        day_max = parts.settings.drug_alerts_day_max
        noted = note_alerts(pharmacy, parts.desk, actor, checked, day_max=day_max)
    with reading(parts.engine) as connection:
        told = told_to(connection, pharmacy, actor, checked)
        alerts = [
            tuple(alerts_about(connection, parts.log, one.pack.uri, rows_max=_ALERTS_SHOWN))
            if _may_read_alerts(actor, one)
            else ()
            for one in checked
        ]
    return [
        Finding(checked=one, told=of, is_alert=one.pack.uri in noted, alerts=seen)
        for one, of, seen in zip(checked, told, alerts, strict=True)
    ]


def operate_for(parts: Services, actor: Actor, operation: Operation) -> list[Done]:
    """Do an operation to packs; durable in the ledger when this returns."""
    return operate(pharmacy_of(parts), parts.desk, actor, operation)


def _may_read_alerts(actor: Actor, one: Checked) -> bool:
    if actor.role in (Role.AUTHORITY, Role.AUDITOR):
        return True
    return actor.party_id is not None and actor.party_id in (one.owner, one.hands.maker)
