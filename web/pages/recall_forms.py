"""Forms of recalls: what was typed, read into what is asked for.

One rule: times are typed on China's clocks, and a code in whatever spelling it stands on a label.
"""

from datetime import datetime
from decimal import Decimal
from trace.recall.answering import Said
from trace.recall.model import Amount, AnswerKind, Criteria, Line
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, select

from base.clock import CIVIL_ZONE, has_day_in_every_zone
from base.db import reading
from ledger.batch import Idempotency
from parties.tables import PARTY
from web.idempotency import request_hash
from web.pages.languages import say as _
from web.pages.work_forms import Form, once_of
from web.recall_criteria import criteria_of
from web.services import services

CODES_MAX: Final = 200
_NUMBERS: Final = ("found", "destroyed", "returned", "sold")
_MOMENT: Final = "%Y-%m-%dT%H:%M"


def criteria_typed(form: Form) -> Criteria:
    """Return the criteria of a form; raises `InvalidInput` for a code that is none."""
    values: dict[str, Any] = {
        "codes": _lines_of(form, "codes"),
        "without": _lines_of(form, "without"),
        "place": form.code("place"),
        "party_id": _party(form),
        "since": _moment(form, "since"),
        "until": _moment(form, "until"),
    }
    return criteria_of(values)


def criteria_values(criteria: Criteria) -> dict[str, str]:
    """Return the fields of a form that show criteria again."""
    return {
        "codes": "\n".join(criteria.codes),
        "without": "\n".join(criteria.without),
        "place": criteria.place,
        "party": _uscc_of(criteria.party_id),
        "since": _shown(criteria.since),
        "until": _shown(criteria.until),
    }


def said_typed(form: Form, units: list[str | None]) -> Said:
    """Return what a holder typed: that it has read the notice, or numbers for each unit."""
    note = " ".join(form.text("note").split())
    if form.text("do") == "read":
        return Said(kind=AnswerKind.ACKNOWLEDGED, note=note)
    amounts = tuple(_amount(form, at, uom) for at, uom in enumerate(units))
    return Said(kind=AnswerKind.COUNTED, amounts=amounts, note=note)


def _amount(form: Form, at: int, uom: str | None) -> Amount:
    """Return what was typed of one unit: nothing typed is no counting, and 0 has to be said."""
    is_typed, is_none = bool(form.code(f"found-{at}")), form.is_ticked(f"none-{at}")
    amount = Amount(uom=uom, **{name: _decimal(form, f"{name}-{at}") for name in _NUMBERS})
    if not is_typed and not is_none:
        form.wrong(f"found-{at}", _("Type how much was found, or tick that nothing was."))
    elif is_none and amount.found:
        form.wrong(f"found-{at}", _("Something was found, or nothing: take one of them back."))
    elif uom is None:
        for name in _NUMBERS:
            if getattr(amount, name) != getattr(amount, name).to_integral_value():
                form.wrong(f"{name}-{at}", _("Pieces are whole."))
    return amount


def units_of(lines: list[Line]) -> list[str | None]:
    """Return the units in which a holder is asked to count, at least pieces."""
    return sorted({line.uom for line in lines}, key=lambda uom: uom or "") or [None]


def once(form: Form) -> Idempotency | None:
    """Return what makes a form that is sent twice one request."""
    found = once_of(form)
    if found is None:
        return None
    values = sorted((name, value) for name, value in form.values.items() if name != "csrf_token")
    return Idempotency(key=f"page:{found}", request_hash=request_hash(values))


def _lines_of(form: Form, name: str) -> list[str]:
    found = [line.strip() for line in form.text(name).splitlines() if line.strip()]
    if len(found) > CODES_MAX:
        form.wrong(name, _("At most %(most)s codes, one in a line.", most=str(CODES_MAX)))
    return found[:CODES_MAX]


def _party(form: Form) -> UUID | None:
    uscc = form.code("party").upper()
    if not uscc:
        return None
    with reading(services().engine) as connection:
        found = _party_of(connection, uscc)
    if found is None:
        form.wrong("party", _("No enterprise with this credit code is registered here."))
    return found


def _party_of(connection: Connection, uscc: str) -> UUID | None:
    return connection.execute(select(PARTY.c.id).where(PARTY.c.uscc == uscc)).scalar()


def _uscc_of(party_id: UUID | None) -> str:
    if party_id is None:
        return ""
    with reading(services().engine) as connection:
        found = connection.execute(select(PARTY.c.uscc).where(PARTY.c.id == party_id)).scalar()
    return str(found or "")


def _moment(form: Form, name: str) -> datetime | None:
    typed = form.code(name)
    if not typed:
        return None
    try:
        moment = datetime.strptime(typed[:16], _MOMENT).replace(tzinfo=CIVIL_ZONE)
    except ValueError:
        moment = None
    if moment is None or not has_day_in_every_zone(moment):
        form.wrong(name, _("A time is written as 2026-05-01T08:00."))
        return None
    return moment


def _shown(instant: datetime | None) -> str:
    return "" if instant is None else instant.astimezone(CIVIL_ZONE).strftime(_MOMENT)


def _decimal(form: Form, name: str) -> Decimal:
    typed = form.code(name) or "0"
    whole, _point, rest = typed.partition(".")
    if whole.isascii() and whole.isdigit() and len(typed) <= 20 and (rest.isdigit() or not rest):
        return Decimal(typed if rest else whole)
    form.wrong(name, _("A number is needed here, such as 12 or 0.5."))
    return Decimal(0)
