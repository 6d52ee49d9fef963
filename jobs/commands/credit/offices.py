"""`manage.py credit office|step`: who decides for which authority, and the operator's own steps."""

from collections.abc import MutableMapping
from datetime import datetime
from uuid import UUID

import click

from base.config import load_settings
from base.db import reading
from base.errors import NotFound, Problem
from credit.cases.model import CaseNote
from credit.cases.reading import read_case
from credit.cases.taking import take_step
from credit.folding.projector import bring_up_credit
from credit.offices import EVERY, end_office, grant_office, list_offices
from jobs.console import ConsoleDesk, console_desk
from jobs.credit_cases import case_desk
from jobs.initialised import require_initialised
from jobs.instance import open_instance
from parties.actors import CONSOLE, Role
from parties.holders import holder_of


@click.group(name="office")
def offices() -> None:
    """Say whose key or account decides for which authority."""


@offices.command(name="grant")
@click.option(
    "--actor",
    default=EVERY,
    help="key:… or account:…, as key list and account list tell; else every authority's.",
)
@click.option("--authority", required=True, help="Its name as feeds write it; * for every one.")
@click.option("--code", default="", help="Its social credit code.")
@click.pass_obj
def grant(environ: MutableMapping[str, str], actor: str, authority: str, code: str) -> None:
    """Let a key or an account decide for an authority, and print the office's id."""
    with console_desk(environ) as desk:
        _require_holder(desk, actor)
        office = grant_office(
            desk.engine,
            actor=actor,
            authority=authority,
            code=code,
            now=desk.now,
            record=desk.record,
        )
    click.echo(str(office.id))


def _require_holder(desk: ConsoleDesk, actor: str) -> None:
    """Refuse an office to nobody: it would keep everybody else from deciding."""
    if actor == EVERY:
        return
    with reading(desk.engine) as connection:
        holder = holder_of(connection, actor, now=desk.now)
    if holder is None or holder.role is not Role.AUTHORITY:
        message = (
            f"No key or account of an authority acts as {actor}: key list and account list tell as"
            " what each of them acts."
        )
        raise NotFound(message, problems=(Problem(path="actor", code="unknown", message=message),))


@offices.command(name="end")
@click.argument("office_id", metavar="OFFICE", type=click.UUID)
@click.pass_obj
def end(environ: MutableMapping[str, str], office_id: UUID) -> None:
    """End an OFFICE; what was decided in it stays as it is."""
    with console_desk(environ) as desk:
        end_office(desk.engine, office_id, now=desk.now, record=desk.record)
    click.echo("ended")


@offices.command(name="list")
@click.pass_obj
def show_offices(environ: MutableMapping[str, str]) -> None:
    """List the offices, the oldest first."""
    with console_desk(environ) as desk, reading(desk.engine) as connection:
        for one in list_offices(connection):
            state = "ended" if one.ended_at else "held"
            click.echo(f"{one.id}  {state}  {one.actor}  {one.authority}  {one.code}")


@click.command(name="step")
@click.argument("case_id", metavar="CASE", type=click.UUID)
@click.argument("step")
@click.option("--reason", required=True, help="Why the operator decides and not the authority.")
@click.option("--article", default="", help="The article it stands on.")
@click.option("--decision", default="", help="The number of the decision.")
@click.option("--decided", type=click.DateTime(formats=["%Y-%m-%d"]), help="Day of the decision.")
@click.pass_obj
def take_operators_step(
    environ: MutableMapping[str, str],
    case_id: UUID,
    step: str,
    reason: str,
    article: str,
    decision: str,
    decided: datetime | None,
) -> None:
    """Take a STEP of a CASE as the operator, and print its entry of the ledger."""
    settings = load_settings(environ)
    require_initialised(settings)
    parts = open_instance(settings)
    log = parts.desk.journal.log
    try:
        bring_up_credit(parts.engine, log)
        with reading(parts.engine) as connection:
            case, _steps = read_case(connection, log, case_id)
        note = CaseNote(
            case_id=case_id,
            kind=case.kind.id,
            step=step,
            subject_id=case.subject_id,
            fact_ids=case.fact_ids,
            party_id=None,
            reason=reason,
            article=article,
            decision=decision,
            decided_on=None if decided is None else decided.date(),
        )
        seq = take_step(case_desk(parts), CONSOLE, note)
    finally:
        parts.engine.dispose()
    click.echo(str(seq))
