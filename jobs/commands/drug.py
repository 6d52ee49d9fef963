"""`manage.py drug`: what a pack of a drug is, and the chain of its hands."""

from collections.abc import Mapping, Sequence
from trace.drugs.answers import answers
from trace.drugs.custody import Custody, custody_of
from trace.drugs.pack_codes import read_pack_code
from trace.drugs.verification import Checked, Pharmacy, verify
from typing import Final

import click

from base.clock import CIVIL_ZONE, SystemClock
from base.config import load_settings
from base.db import open_database
from ledger.opening import DEFAULT_LOG
from parties.actors import Actor, Role

# Whoever runs commands on the machine reads its database as it is.
_READER: Final = Actor(id="command", role=Role.AUDITOR)


@click.group()
def command() -> None:
    """Look at packs of drugs."""


@command.command(name="verify")
@click.argument("code")
@click.option("--custody", is_flag=True, help="Print the chain of hands, too.")
@click.pass_obj
def verify_pack(environ: Mapping[str, str], code: str, custody: bool) -> int:
    """Say what the pack with CODE is, or each pack in a case; exit code 1 unless all are active.

    Nothing is recorded.
    """
    settings = load_settings(environ)
    clock = SystemClock()
    asked = read_pack_code(code, today=clock.now().astimezone(CIVIL_ZONE).date())
    engine = open_database(settings, pool_size=1)
    try:
        pharmacy = Pharmacy(
            engine=engine, log=DEFAULT_LOG, clock=clock, packs_max=settings.drug_packs_max
        )
        found = verify(pharmacy, [asked])
        click.echo(
            "\n".join(line for one in found for line in _words(one)) or "里面没有药品 Empty."
        )
        if custody:
            click.echo("\n".join(_chain(custody_of(pharmacy, _READER, asked))))
    finally:
        engine.dispose()
    return 0 if found and all(one.code == "active" for one in found) else 1


def _words(one: Checked) -> Sequence[str]:
    facts, by = one.pack.facts, one.pack.state.by
    lines = [f"{one.pack.uri}"]
    for code in one.codes:
        answer = answers()[code]
        lines.append(f"  {answer.title_zh} {answer.title_en} ({code}; {answer.eu})")
    if facts.lot:
        lines.append(f"  批号 lot: {facts.lot}")
    if facts.expires_on is not None:
        lines.append(f"  有效期至 expires: {facts.expires_on}")
    if by is not None:
        lines.append(f"  自 since: {by.at.astimezone(CIVIL_ZONE):%Y-%m-%d %H:%M} (entry {by.seq})")
    return lines


def _chain(found: Custody) -> Sequence[str]:
    lines = [f"全过程 chain: {'whole' if found.is_whole else ', '.join(found.gaps)}"]
    if found.made_seq is not None:
        lines.append(f"  made by {found.maker} (entry {found.made_seq})")
    for link in found.links:
        takers = ", ".join(str(one) for one in link.receivers) or "?"
        sides = f"shipped {_entry(link.shipped_seq)}, received {_entry(link.received_seq)}"
        gaps = f": {', '.join(link.gaps)}" if link.gaps else ""
        lines.append(f"  {link.giver} -> {takers}; {sides}{gaps}")
    return lines


def _entry(seq: int | None) -> str:
    return "never" if seq is None else f"entry {seq}"
