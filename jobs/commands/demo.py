"""`manage.py demo`: the demonstration data, posted to a running service."""

import sys
from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass
from typing import Final

import click
from tqdm import tqdm

from base.clock import CIVIL_ZONE, SystemClock
from base.config import Settings, load_settings
from base.errors import ConfigurationError
from codes.qr import terminal
from jobs.client import Client, connect
from jobs.credit_night import evidence_desk
from jobs.demo.account import (
    AUTHORITY_LOGIN,
    LOGIN,
    keep_authority_account,
    keep_demo_account,
)
from jobs.demo.credit import LISTED, WARNED, tell_credit
from jobs.demo.post import (
    DAIRY,
    Told,
    grant_keys,
    kept_told,
    post_story,
    register_world,
    registered_at,
    steps_of,
    story_at,
)
from jobs.demo.renewing import kept_operator_key
from jobs.demo.story import path_of
from jobs.instance import open_instance
from jobs.key_files import operator_key_file, read_key_file
from jobs.listening import local_url

SEED_DEFAULT: Final = 1
_RULE: Final = "=" * 72


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """What was asked for on the command line."""

    seed: int
    is_again: bool


@click.command()
@click.option("--post", "url", default=None, help="Address of the service: http://host:port.")
@click.option(
    "--show",
    "shown_url",
    default=None,
    metavar="TEXT",
    help="Post nothing, and print again where to look on the service at this address.",
)
@click.option(
    "--key", default=None, help="The operator's key (default: SUXIN_API_KEY, then the data folder)."
)
@click.option(
    "--seed",
    type=click.IntRange(0, 2**31),
    default=SEED_DEFAULT,
    show_default=True,
    help="Chooses serials and lots; the same seed again changes nothing.",
)
@click.option(
    "--again",
    "is_again",
    is_flag=True,
    help="Tell the story once more, ending two hours ago, with other serials and lots.",
)
@click.pass_obj
def command(
    environ: MutableMapping[str, str],
    url: str | None,
    shown_url: str | None,
    key: str | None,
    seed: int,
    is_again: bool,
) -> None:
    """Post two invented journeys, a yoghurt and a bag of millet, and print where to look."""
    if (url is None) is (shown_url is None):
        raise click.UsageError("Give the address with one of --post and --show.")
    settings = load_settings(environ)
    address = url or shown_url or ""
    with connect(address, key or _operator_key(settings, environ, address)) as operator:
        if url is None:
            told = kept_told(operator, seed, settings.data_dir)
        else:
            told = _post(operator, settings, _Request(seed=seed, is_again=is_again))
            if url == local_url(settings):
                _tell_credit(environ, operator)
    if told is None:
        return  # A ledger that people work with has no demonstration, and that is no news.
    address = _address_for_people(operator.url, settings)
    for line in summary(told, address, _accounts(environ, settings, operator.url)):
        click.echo(line)
    _show_qr(address + path_of(told.story.cup))


def _address_for_people(url: str, settings: Settings) -> str:
    """Return what to print: the public address of this very service, else the one asked at."""
    return settings.public_url if settings.public_url and url == local_url(settings) else url


def _operator_key(settings: Settings, environ: MutableMapping[str, str], url: str) -> str:
    path = operator_key_file(settings.data_dir)
    key = environ.get("SUXIN_API_KEY")
    if not key:
        key = read_key_file(path)
        # Of a service elsewhere nothing is made anew: this machine is not its own.
        if key and url.rstrip("/") == local_url(settings):
            key = kept_operator_key(environ)
    if not key:
        message = f"no operator's key: give --key, set SUXIN_API_KEY, or keep it in {path}"
        raise ConfigurationError(message)
    return key


def _post(operator: Client, settings: Settings, request: _Request) -> Told:
    now = SystemClock().now()
    # How many steps there are does not depend on when the story is told.
    steps = steps_of(story_at(request.seed, now))
    with tqdm(total=steps, desc="demo", unit="step", file=sys.stderr, disable=None) as bar:

        def step() -> None:
            bar.update()

        ids, first_at = register_world(operator, step)
        keys = grant_keys(operator, ids, settings.data_dir, step)
        story = story_at(request.seed, now if request.is_again else first_at)
        return post_story(operator, story=story, ids=ids, keys=keys, step=step)


def _tell_credit(environ: MutableMapping[str, str], operator: Client) -> None:
    """Tell of the credit of its parties, at the console: no door takes it without a signature."""
    at = registered_at(operator)
    if at is None:
        return
    parts = open_instance(load_settings(environ))
    try:
        tell_credit(evidence_desk(parts), parts.settings, at.astimezone(CIVIL_ZONE).date())
    finally:
        parts.engine.dispose()


def _accounts(
    environ: MutableMapping[str, str], settings: Settings, url: str
) -> Iterator[tuple[str, str, str]]:
    """Yield whose account it is, its name and its password; nothing for a service elsewhere."""
    if url != local_url(settings):
        return
    if dairys := keep_demo_account(environ):
        yield "登录演示(乳品厂) sign in as the demonstration's dairy", LOGIN, dairys
    if authoritys := keep_authority_account(environ):
        words = "登录演示(监管部门) sign in as the demonstration's authority"
        yield words, AUTHORITY_LOGIN, authoritys


def summary(told: Told, url: str, accounts: Iterable[tuple[str, str, str]] = ()) -> Iterator[str]:
    """Yield the lines that say, in Chinese and English, what is there and where to look."""
    story = told.story
    pages = (
        ("一杯酸奶 a cup of yoghurt", story.cup),
        ("已售出的一杯 a cup that was sold", story.sold_cup),
        ("酸奶批次 the lot of the yoghurt", story.cup_lot),
        ("一袋小米 a bag of millet", story.bag),
        ("小米批次 the lot of the millet", story.bag_lot),
    )
    yield _RULE
    yield "演示数据已入账 The demonstration is recorded"
    where = f", log {told.log}, entries {told.entries[0]}-{told.entries[1]}" if told.entries else ""
    yield f"  事件 events: {told.events}{where}"
    for words, uri in pages:
        yield f"  {words}:"
        yield f"    {url}{path_of(uri)}"
    shown = list(accounts)
    for words, login, password in shown:
        yield f"  {words}:"
        yield f"    {url}/sign-in"
        yield f"    登录名 name: {login}    密码 password: {password}"
    if shown:
        yield "  信用核查示例 codes to check as the authority:"
        yield f"    {url}/work/credit/check"
        yield from (f"    {code} {name}" for name, code in (LISTED, WARNED))
    yield "  演示密钥(乳品厂) API key of the demonstration's dairy:"
    yield f"    {told.keys[DAIRY]}"
    yield "  用手机扫描这杯酸奶 Scan the cup of yoghurt with a phone:"
    yield _RULE


def _show_qr(text: str) -> None:
    drawn = terminal(text)
    try:
        drawn.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return  # The address above says the same; a torn symbol would say nothing.
    click.echo(drawn)


__all__ = ["SEED_DEFAULT", "command", "summary"]
