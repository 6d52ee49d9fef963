"""`manage.py settings`: every setting, its value here, its default and what it means."""

import re
from collections.abc import MutableMapping
from dataclasses import fields
from urllib.parse import urlsplit

import click

from base.config import describe_settings, load_settings

# libpq 34.1.2 takes password and sslpassword there too, Redis clients password.
_SECRET_PARAMETER = re.compile(
    r"([?&][^=&]*(?:password|passwd|secret|token)[^=&]*=)[^&]*", re.IGNORECASE
)


@click.command()
@click.pass_obj
def command(environ: MutableMapping[str, str]) -> None:
    """List every setting with its value here; a password in an address is not shown."""
    settings = load_settings(environ)
    described = describe_settings()
    width = max(len(variable) for variable, _, _ in described)
    for spec, (variable, default, about) in zip(fields(settings), described, strict=True):
        value = without_password(str(getattr(settings, spec.name)))
        shown = value or '""'
        note = "" if value == default else f"  (default {default or 'empty'})"
        click.echo(f"{variable:<{width}}  {shown}{note}\n{'':<{width}}    {about}")


def without_password(value: str) -> str:
    """Return an address with its passwords masked, in front of the host and in its query alike."""
    if "://" not in value:
        return value
    password = urlsplit(value).password
    if password:
        value = value.replace(f":{password}@", ":***@", 1)
    return _SECRET_PARAMETER.sub(r"\1***", value)
