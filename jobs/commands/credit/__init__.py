"""`manage.py credit`: what the rulebook says and makes of a decision, and batches of feeds."""

from collections.abc import MutableMapping
from datetime import date, datetime
from trace.recall.workdays import use_holidays, workdays_after
from typing import Final, TypedDict, Unpack

import click
import orjson

from base.clock import SystemClock
from base.config import load_settings
from credit.decisions import Told, converting, penalty_told
from credit.explaining import publicity_json
from credit.folding.versions import civil_day
from credit.rulebook.code_lists import code_lists
from credit.rulebook.model import Regime, Severity, Verified
from credit.rulebook.reading import rulebook
from credit.rules.publicity import publicity_of
from credit.terms import EXTENSION_MONTHS_MAX, TermAsked, list_named, list_term_json, term_of_list
from jobs.commands.credit.batches import check_row_file, refuse, release, sample, take
from jobs.commands.credit.doors import drop, pull, sources
from jobs.commands.credit.night import night
from jobs.commands.credit.offices import offices, take_operators_step
from jobs.commands.credit.papers import check_report, check_snapshot
from jobs.commands.credit.people import people
from jobs.commands.credit.senders import senders
from jobs.commands.credit.warnings import draw_command, warn

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
@click.pass_obj
def command(environ: MutableMapping[str, str]) -> None:
    """Look at the rules of credit, and take batches of feeds."""
    use_holidays(load_settings(environ).holidays_file)


@command.command(name="rulebook")
def check_rulebook() -> None:
    """Read the rulebook and tell how much there is; a wrong row is refused with its place."""
    book, lists = rulebook(), code_lists()
    verified = [rule.verified for rule in book.rules.values()]
    click.echo(f"{len(book.rules)} rules, {len(book.measures)} measures and incentives")
    click.echo(", ".join(f"{one.value} {verified.count(one)}" for one in Verified))
    click.echo(f"{len(lists.penalties.codes)} kinds of penalties, {len(lists.fields.codes)} fields")


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
    is_ahead = decision.decided_on > civil_day(SystemClock().now())
    told = publicity_json(publicity_of(penalty_told(decision), book), is_ahead=is_ahead)
    click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())


@command.command(name="term")
@click.argument("name", metavar="LIST")
@click.option("--listed", type=_DAY, required=True, help="Day the entry starts on.")
@click.option("--item", default="", help="The ground's number in its norm.")
@click.option(
    "--extension", type=click.IntRange(0, EXTENSION_MONTHS_MAX), default=0, help="Months added."
)
@click.option("--until", type=_DAY, help="Last day that the decision names.")
@click.option("--ended", type=_DAY, help="Day on which the ground fell away.")
def tell_term(
    name: str,
    listed: datetime,
    item: str,
    extension: int,
    until: datetime | None,
    ended: datetime | None,
) -> None:
    """Tell how long a party is on a LIST, and by when it has to be taken off."""
    asked = TermAsked(
        listed_on=listed.date(),
        item=item,
        extension_months=extension,
        until_on=_day(until),
        ended_on=_day(ended),
    )
    told = list_term_json(term_of_list(rulebook(), list_named(name), asked, workdays_after))
    click.echo(orjson.dumps(told, option=orjson.OPT_INDENT_2).decode())


def _day(typed: datetime | None) -> date | None:
    # A day was typed, at midnight of no zone.
    return None if typed is None else typed.date()


_COMMANDS: Final = (
    check_report,
    check_row_file,
    check_snapshot,
    draw_command,
    drop,
    night,
    offices,
    people,
    pull,
    refuse,
    release,
    sample,
    senders,
    sources,
    take,
    take_operators_step,
    warn,
)
for _one in _COMMANDS:
    command.add_command(_one)
