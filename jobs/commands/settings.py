"""`manage.py settings`: every setting, its value here, its default and what it means."""

from collections.abc import MutableMapping
from dataclasses import fields
from urllib.parse import urlsplit

import click

from base.config import describe_settings, load_settings


@click.command()
@click.pass_obj
def command(environ: MutableMapping[str, str]) -> None:
    """List every setting with its value here; a password in an address is not shown."""
    settings = load_settings(environ)
    described = describe_settings()
    width = max(len(variable) for variable, _, _ in described)
    for spec, (variable, default, about) in zip(fields(settings), described, strict=True):
        value = _without_password(str(getattr(settings, spec.name)))
        shown = value or '""'
        note = "" if value == default else f"  (default {default or 'empty'})"
        click.echo(f"{variable:<{width}}  {shown}{note}\n{'':<{width}}    {about}")


def _without_password(value: str) -> str:
    password = urlsplit(value).password if "://" in value else None
    return value.replace(f":{password}@", ":***@", 1) if password else value
