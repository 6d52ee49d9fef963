"""`manage.py code`: what a written code is, by every scheme that it may be of."""

import sys
from collections.abc import Sequence
from typing import Final

import click
import orjson

from base.clock import SystemClock
from base.errors import InputTooLarge
from base.strict_json import JsonObject
from codes.gs1.ais import AIS
from codes.gs1.meaning import explain
from codes.model import Candidate, Category, CodeError, CodeWarning
from codes.registry import SCHEMES
from codes.telling import Telling, reading_json, refusal_json
from codes.typed import tell_typed
from codes.words_zh import RULES_ZH, WARNINGS_ZH

# Far more than any code has: what is longer than one is told so, and not cut.
_INPUT_BYTES_MAX: Final = 16 << 20

_CATEGORIES: Final = tuple(category.value for category in Category)


@click.group()
def command() -> None:
    """Look at codes."""


@command.command(name="explain")
@click.argument("text")
@click.option(
    "--category",
    type=click.Choice(_CATEGORIES),
    help="Only readings that may name such a thing.",
)
@click.option("--json", "as_json", is_flag=True, help="Print readings and problems as JSON.")
def explain_code(text: str, category: str | None, as_json: bool) -> int:
    """Print every reading of TEXT, the likeliest first; exit code 1 where there is none.

    Each with its scheme, norm and clause, URI, fields and warnings, in Chinese and English; or the
    rule that refuses it, the clause and the place, counted from 1. With - as TEXT the code is read
    from standard input, without the end of its last line.
    """
    text = _from_input() if text == "-" else text
    told = tell_typed(text, None if category is None else Category(category))
    if as_json:
        click.echo(orjson.dumps(_json(told)).decode())
    elif told.refusal is not None:
        click.echo("\n".join(_refusal(text, told.refusal)), err=True)
    else:
        click.echo("\n".join(_words(told)))
    return 0 if told.refusal is None else 1


@command.command(name="schemes")
@click.option("--json", "as_json", is_flag=True, help="Print the schemes as JSON.")
def list_schemes(as_json: bool) -> None:
    """List the schemes: name, category, norm, pattern, and whether we may issue such codes."""
    rows = [_scheme_json(name) for name in SCHEMES]
    if as_json:
        click.echo(orjson.dumps(rows).decode())
        return
    for row in rows:
        issued = "issued" if row["may_issue"] else "read only"
        title = f"{SCHEMES[str(row['scheme'])].title_zh} {SCHEMES[str(row['scheme'])].title_en}"
        click.echo(f"{row['scheme']}: {title}")
        click.echo(f"  {row['category']}; {issued}; {row['norm']}; {row['pattern']}")


def _scheme_json(name: str) -> JsonObject:
    scheme = SCHEMES[name]
    return {
        "scheme": name,
        "title": {"zh": scheme.title_zh, "en": scheme.title_en},
        "category": scheme.category.value,
        "norm": scheme.norm,
        "pattern": scheme.pattern,
        "may_issue": scheme.may_issue,
    }


def _from_input() -> str:
    """Return what stands on standard input; bytes that are no text are refused like any others."""
    data = sys.stdin.buffer.read(_INPUT_BYTES_MAX + 1)
    if len(data) > _INPUT_BYTES_MAX:
        raise InputTooLarge(f"standard input has more than {_INPUT_BYTES_MAX} bytes")
    return data.decode("utf-8", errors="surrogateescape").removesuffix("\n").removesuffix("\r")


def _json(told: Telling) -> JsonObject:
    """Return what is told in the shape of `/api/v1/codes/identify`."""
    return {
        "is_ambiguous": told.refusal is None and told.is_ambiguous,
        "readings": [
            {**reading_json(one), "category": one.scheme.category.value} for one in told.readings
        ],
        "problems": [] if told.refusal is None else [_problem_json(told.refusal)],
    }


def _problem_json(refusal: CodeError) -> JsonObject:
    return {**refusal_json(refusal), "message_zh": RULES_ZH.get(refusal.rule, "")}


def _refusal(text: str, refusal: CodeError) -> Sequence[str]:
    lines = [
        "没有编码体系能读出这段文字。 No scheme reads this text as its code.",
        f"  {RULES_ZH.get(refusal.rule, '')} {refusal.message}".rstrip(),
        f"  rule: {refusal.rule}",
    ]
    if refusal.norm:
        lines.append(f"  norm: {refusal.norm}")
    if refusal.position is not None:
        place = f"  place: {refusal.position + 1}"
        at = text[refusal.position : refusal.position + 1]
        lines.append(f"{place} ({at!r})" if at else f"{place} (the end)")
    return lines


def _words(told: Telling) -> Sequence[str]:
    lines: list[str] = []
    if told.is_ambiguous:
        lines.append("下列几种同样可能，请选择。 These are equally likely: choose one.")
    for reading in told.readings:
        lines += _reading(reading)
    return lines


def _reading(reading: Candidate) -> Sequence[str]:
    scheme, code = reading.scheme, reading.code
    lines = [f"{scheme.title_zh} {scheme.title_en} ({scheme.name}; {scheme.norm})"]
    if code.is_personal:
        lines.append(f"  {code.printed}: the ID number of a person is not shown")
    lines.append(f"  {code.uri}")
    lines += [f"  {name}: {_meaning(name, value)}" for name, value in code.fields.items()]
    return [*lines, *map(_warning, code.warnings)]


def _warning(warning: CodeWarning) -> str:
    place = "" if warning.position is None else f", place {warning.position + 1}"
    zh = WARNINGS_ZH.get(warning.code, "")
    return f"  warning: {zh} {warning.message} ({warning.code}{place})"


def _meaning(name: str, value: str) -> str:
    if name not in AIS:
        return value
    try:
        told = explain(name, value, year=SystemClock().now().year)
    except CodeError:
        # A value that only the structure was checked of has no meaning beyond its text.
        return value
    return value if told == value else f"{value} = {told}"
