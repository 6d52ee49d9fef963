"""`manage.py credit`: what the rulebook says and makes of a decision, and batches of feeds."""

import base64
import binascii
from collections.abc import MutableMapping
from datetime import date, datetime
from pathlib import Path
from trace.recall.workdays import workdays_after
from types import MappingProxyType
from typing import Final, TypedDict, Unpack
from uuid import UUID

import click
import orjson

from base.config import load_settings
from base.db import reading
from base.errors import InvalidInput
from credit.decisions import Told, converting, penalty_told
from credit.explaining import publicity_json, term_json
from credit.feeds.registry import FEEDS
from credit.folding.projector import bring_up_credit
from credit.index import open_credit_journal
from credit.intake.batches import BatchState, Door
from credit.intake.senders import add_sender, list_senders, revoke_sender
from credit.intake.taking import IntakeDesk, batch_limits, take_batch
from credit.rulebook.code_lists import code_lists
from credit.rulebook.model import Regime, Severity, Verified
from credit.rulebook.reading import rulebook
from credit.rules.listing import NoTerm, delete_by, term_of
from credit.rules.publicity import publicity_of
from jobs.console import console_desk
from jobs.initialised import require_initialised
from jobs.instance import open_instance
from parties.actors import CONSOLE

_LISTS: Final = MappingProxyType(
    {
        "judgment_defaulter": Regime.COURT,
        "tax_list": Regime.TAX,
        "serious_list": Regime.MARKET,
        "abnormal_list": Regime.MARKET,
    }
)
_DAY: Final = click.DateTime(formats=["%Y-%m-%d"])


class _Asked(TypedDict):
    decided: datetime
    authority: str
    penalties: tuple[str, ...]
    fields: tuple[str, ...]
    procedure: str | None
    severity: str | None
    published: datetime | None
    fulfilled: datetime | None
    shown_on: str
    convert: tuple[str, ...]


@click.group()
def command() -> None:
    """Look at the rules of credit, and take batches of feeds."""


@command.command(name="rulebook")
def check_rulebook() -> None:
    """Read the rulebook and tell how much there is; a wrong row is refused with its place."""
    book, lists = rulebook(), code_lists()
    verified = [rule.verified for rule in book.rules.values()]
    click.echo(f"{len(book.rules)} rules, {len(book.measures)} measures and incentives")
    click.echo(", ".join(f"{one.value} {verified.count(one)}" for one in Verified))
    click.echo(f"{len(lists.penalties.codes)} kinds of penalties, {len(lists.fields.codes)} fields")


@command.command(name="take")
@click.argument("name", metavar="FEED", type=click.Choice(sorted(FEEDS)))
@click.argument(
    "path", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path)
)
@click.option("--release", is_flag=True, help="Take it though it was held: somebody looked at it.")
@click.pass_obj
def take(environ: MutableMapping[str, str], name: str, path: Path, release: bool) -> int:
    """Take a batch of FEED from a FILE: CSV, workbook or JSON lines; exit code 1 where it is held.

    The same file again is the same batch and changes nothing.
    """
    settings = load_settings(environ)
    require_initialised(settings)
    parts = open_instance(settings)
    try:
        desk = IntakeDesk(
            journal=open_credit_journal(settings, parts.engine, parts.clock),
            clock=parts.clock,
            secret=parts.secret,
            limits=batch_limits(settings),
        )
        batch = take_batch(
            desk, CONSOLE, FEEDS[name], path.read_bytes(), door=Door.FILE, is_released=release
        )
        bring_up_credit(parts.engine, parts.desk.journal.log)
    finally:
        parts.engine.dispose()
    click.echo(
        f"batch {batch.id} {batch.state.value}: {batch.received} rows, {batch.accepted} new,"
        f" {batch.duplicates} known, {batch.quarantined} quarantined, {batch.ended} ended"
    )
    if batch.message:
        click.echo(batch.message, err=True)
    return 0 if batch.state is BatchState.ACCEPTED else 1


@command.group(name="sender")
def senders() -> None:
    """Say who hands in batches of which feeds, under which Ed25519 key."""


@senders.command(name="add")
@click.option("--name", required=True, help="Whose key it is.")
@click.option("--feed", "feeds", multiple=True, required=True, help="A feed it hands in.")
@click.option("--key", required=True, help="The public key, 32 bytes in base64.")
@click.pass_obj
def add(environ: MutableMapping[str, str], name: str, feeds: tuple[str, ...], key: str) -> None:
    """Let a sender hand in batches, and print its id."""
    try:
        public_key = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidInput("The key is no base64.") from None
    with console_desk(environ) as desk:
        sender = add_sender(
            desk.engine,
            name=name,
            feeds=feeds,
            public_key=public_key,
            now=desk.now,
            record=desk.record,
        )
    click.echo(str(sender.id))


@senders.command(name="revoke")
@click.argument("sender_id", metavar="SENDER", type=click.UUID)
@click.pass_obj
def revoke(environ: MutableMapping[str, str], sender_id: UUID) -> None:
    """Revoke the key of a SENDER; what it handed in stays as it is."""
    with console_desk(environ) as desk:
        revoke_sender(desk.engine, sender_id, now=desk.now, record=desk.record)
    click.echo("revoked")


@senders.command(name="list")
@click.pass_obj
def show_senders(environ: MutableMapping[str, str]) -> None:
    """List the senders, the oldest first."""
    with console_desk(environ) as desk, reading(desk.engine) as connection:
        for one in list_senders(connection):
            state = "revoked" if one.revoked_at else "valid"
            click.echo(f"{one.id}  {state}  {one.name}  {', '.join(one.feeds)}")


@command.command(name="explain")
@click.option("--decided", type=_DAY, required=True, help="Day of the decision, YYYY-MM-DD.")
@click.option("--authority", required=True, help="Who decided: a code, or the authority's name.")
@click.option("--penalty", "penalties", multiple=True, required=True, help="A kind of penalty.")
@click.option("--field", "fields", multiple=True, help="A field of supervision.")
@click.option("--procedure", help="summary or ordinary.")
@click.option("--severity", type=click.Choice([one.value for one in Severity]), help="As stated.")
@click.option("--published", type=_DAY, help="Day of publication.")
@click.option("--fulfilled", type=_DAY, help="Day on which the duty was fulfilled.")
@click.option("--shown-on", type=click.Choice(["own", "credit_china"]), default="own")
@click.option("--convert", multiple=True, help="A change of law that converts older records.")
def explain(**asked: Unpack[_Asked]) -> None:
    """Tell how long a penalty is public and when it can be repaired, with every article."""
    severity = asked["severity"]
    decision = Told(
        decided_on=asked["decided"].date(),
        authority=asked["authority"],
        penalties=asked["penalties"],
        fields=asked["fields"],
        procedure=asked["procedure"] or "",
        severity=Severity(severity) if severity else None,
        published_on=_day(asked["published"]),
        fulfilled_on=_day(asked["fulfilled"]),
        on_credit_china=asked["shown_on"] == Regime.CREDIT_CHINA,
    )
    book = converting(rulebook(), asked["convert"])
    told = publicity_json(publicity_of(penalty_told(decision), book))
    click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())


@command.command(name="term")
@click.argument("name", metavar="LIST", type=click.Choice(sorted(_LISTS)))
@click.option("--listed", type=_DAY, required=True, help="Day the entry starts on.")
@click.option("--item", default="", help="The ground's number in its norm.")
@click.option("--extension", type=click.IntRange(0, 120), default=0, help="Months added.")
@click.option("--ended", type=_DAY, help="Day on which the ground fell away.")
def tell_term(
    name: str, listed: datetime, item: str, extension: int, ended: datetime | None
) -> None:
    """Tell how long a party is on a LIST, and by when it has to be taken off."""
    regime, day = _LISTS[name], listed.date()
    try:
        term = term_of(
            rulebook(),
            f"{name}.period",
            regime,
            starts_on=day,
            item=item,
            extension_months=extension,
        )
    except NoTerm as error:
        raise InvalidInput(f"{error}.") from None
    ground_on = ended.date() if ended else term.maximum.last_on if term.maximum else None
    told = term_json(term)
    if ground_on is not None:
        counted = delete_by(rulebook(), f"{name}.clock", regime, ground_on, workdays_after)
        told["delete_by"] = None if counted is None else counted[0].day.isoformat()
        told["provisional"] = counted is not None and counted[0].is_provisional
    click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())


def _day(instant: datetime | None) -> date | None:
    return None if instant is None else instant.date()
