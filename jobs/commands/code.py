"""`manage.py code`: what a written code is, by every scheme that it may be of."""

from collections.abc import MutableMapping, Sequence

import click
import orjson

from base.clock import SystemClock
from base.strict_json import JsonObject
from codes.gs1.ais import AIS
from codes.gs1.meaning import explain
from codes.model import Candidate, CodeError
from codes.registry import detect, why_refused


@click.group()
def command() -> None:
    """Look at codes."""


@command.command(name="explain")
@click.argument("text")
@click.option("--json", "as_json", is_flag=True, help="Print the readings as JSON.")
@click.pass_obj
def explain_code(environ: MutableMapping[str, str], text: str, as_json: bool) -> int:  # noqa: ARG001 -- every command is given the environment
    """Print every reading of TEXT, the likeliest first; exit code 1 where there is none."""
    readings = detect(text)
    if as_json:
        click.echo(orjson.dumps([_json(reading) for reading in readings]).decode())
    elif readings:
        click.echo("\n".join(_words(readings)))
    else:
        click.echo(_refusal(text), err=True)
    return 0 if readings else 1


def _refusal(text: str) -> str:
    refusal = why_refused(text)
    words = f"no scheme reads this text as its code: {refusal.message} ({refusal.rule}"
    if refusal.position is not None:
        words += f", position {refusal.position}"
    return words + (f"; {refusal.norm})" if refusal.norm else ")")


def _json(reading: Candidate) -> JsonObject:
    code = reading.code
    return {
        "scheme": reading.scheme.name,
        "title": {"zh": reading.scheme.title_zh, "en": reading.scheme.title_en},
        "norm": reading.scheme.norm,
        "rank": reading.rank,
        "text": code.printed,
        "is_personal": code.is_personal,
        "uri": code.uri,
        "fields": dict(code.fields),
        "warnings": [
            {"code": warning.code, "message": warning.message, "position": warning.position}
            for warning in code.warnings
        ],
    }


def _words(readings: Sequence[Candidate]) -> list[str]:
    lines: list[str] = []
    for reading in readings:
        scheme, code = reading.scheme, reading.code
        lines.append(f"{scheme.title_zh} {scheme.title_en} ({scheme.name}; {scheme.norm})")
        if code.is_personal:
            lines.append(f"  {code.printed}: the ID number of a person is not shown")
        lines.append(f"  {code.uri}")
        lines += [f"  {name}: {_meaning(name, value)}" for name, value in code.fields.items()]
        lines += [f"  warning: {warning.message}" for warning in code.warnings]
    return lines


def _meaning(name: str, value: str) -> str:
    if name not in AIS:
        return value
    try:
        told = explain(name, value, year=SystemClock().now().year)
    except CodeError:
        # A value that only the structure was checked of has no meaning beyond its text.
        return value
    return value if told == value else f"{value} = {told}"
