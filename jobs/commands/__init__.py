"""The table of commands and the frame they run in.

One command is one file here, or one package when its parts fill more than a file, with a click
command named `command`; and one row in `COMMANDS`. A command is given the environment by
`@click.pass_obj` and reads its settings from that, so that a test may run it with another. Expected
trouble becomes a message and exit code 1, wrong usage 2.
"""

import gc
import importlib
from collections.abc import MutableMapping, Sequence
from types import MappingProxyType, ModuleType
from typing import Final

import click
from sqlalchemy.exc import InterfaceError, OperationalError

from base.errors import AppError, LedgerCorrupt, Problem
from base.log import configure_logging

COMMANDS: Final = MappingProxyType(
    {
        "account": "jobs.commands.account:command",
        "capture": "jobs.commands.capture:command",
        "code": "jobs.commands.code:command",
        "codes": "jobs.commands.codes:command",
        "credit": "jobs.commands.credit:command",
        "demo": "jobs.commands.demo:command",
        "drug": "jobs.commands.drug:command",
        "findings": "jobs.commands.findings:command",
        "fsck": "jobs.commands.fsck:command",
        "init": "jobs.commands.init:command",
        "key": "jobs.commands.key:command",
        "profile": "jobs.commands.profile:command",
        "rebuild": "jobs.commands.rebuild:command",
        "recall": "jobs.commands.recall:command",
        "run": "jobs.commands.run:command",
        "seal": "jobs.commands.seal:command",
        "serve": "jobs.commands.serve:command",
        "settings": "jobs.commands.settings:command",
        "submission": "jobs.commands.submission:command",
        "work": "jobs.commands.work:command",
    }
)

_PROBLEMS_SHOWN_MAX: Final = 20


class _Group(click.Group):
    """Imports a command's file only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- the signature is click's
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- the signature is click's
        target = COMMANDS.get(cmd_name)
        if target is None:
            return None
        module, _, attribute = target.partition(":")
        found = getattr(_imported(module), attribute)
        if not isinstance(found, click.Command):
            raise TypeError(f"{target} is not a command")
        return found


def _imported(module: str) -> ModuleType:
    """Import a command's file, without the collector: what is imported is no garbage."""
    gc.disable()
    try:
        return importlib.import_module(module)
    finally:
        gc.enable()


@click.command(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
def command_line() -> None:
    """Suxin 溯信: a city's product traceability and credit ledger.

    Settings are variables named SUXIN_*; `manage.py settings` lists them.
    """


def run_command_line(arguments: Sequence[str], environ: MutableMapping[str, str]) -> int:
    """Run one command and return the exit code: 0 done, 1 refused or failed, 2 wrong usage."""
    # What a command prints is its answer; what its parts have to say goes to standard error. A
    # service sets its own level afterwards.
    configure_logging("warning")
    try:
        result = command_line.main(
            list(arguments), prog_name="manage.py", standalone_mode=False, obj=environ
        )
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except click.Abort:
        click.echo("aborted", err=True)
        return 1
    except AppError as error:
        _show(error)
        return 1
    except LedgerCorrupt as error:
        click.echo(f"the ledger contradicts itself: {error}", err=True)
        return 1
    except (OperationalError, InterfaceError) as error:
        # The driver's own sentence says what is away; its address may hold a password.
        reason = str(error.orig).strip().split("\n")[0]
        click.echo(f"the database does not answer: {reason}", err=True)
        return 1
    return result if isinstance(result, int) else 0


def _show(error: AppError) -> None:
    click.echo(f"refused ({error.code}): {error.message}", err=True)
    for problem in error.problems[:_PROBLEMS_SHOWN_MAX]:
        click.echo(f"  {_line(problem)}", err=True)
    rest = len(error.problems) - _PROBLEMS_SHOWN_MAX
    if rest > 0:
        click.echo(f"  and {rest} more", err=True)


def _line(problem: Problem) -> str:
    where = f"{problem.path}: " if problem.path else ""
    return f"{where}{problem.message} [{problem.code}]"
