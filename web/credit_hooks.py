"""A subscriber's address for changes, as the interface and the pages set it and look at it.

One rule: the key that signs is told in the answer that keeps an address, and nowhere else; nothing
is sent to anybody while a request waits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from trace.recall.hook_addresses import require_public
from trace.recall.hooks import check_address
from typing import Final
from uuid import UUID

from base.db import reading, transaction
from base.errors import NotFound
from credit.watching.deliveries import Delivery, newest_deliveries
from credit.watching.hooks import (
    Hook,
    Setting,
    ask_test,
    drop_hook,
    keep_hook,
    read_hook,
    resume_hook,
    signing_key,
)
from credit.watching.positions import write_position
from credit.watching.soon import tell_soon
from credit.watching.telling import position_now
from parties.actors import Actor
from web.credit_reading import caught_up
from web.services import Services

DELIVERIES_SHOWN: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """An address that was kept, with the key that what is sent there is signed by."""

    hook: Hook
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HookState:
    """A subscriber's hook and what came of its newest deliveries."""

    hook: Hook
    deliveries: Sequence[Delivery]


def keep_hook_for(parts: Services, actor: Actor, url: str, setting_id: UUID) -> Kept:
    """Keep where one's own program is told; raises `InvalidInput` for what is no such address."""
    is_open = bool(parts.settings.hooks_private_allowed)
    check_address(url, may_be_plain=is_open)
    if not is_open:
        require_public(url)
    caught_up(parts)
    now = parts.clock.now()
    with transaction(parts.engine) as connection:
        setting = Setting(
            id=setting_id,
            url=url,
            told=write_position(position_now(connection, parts.log, now)),
            now=now,
            may_be_plain=is_open,
        )
        hook = keep_hook(connection, parts.log, actor, setting)
    tell_soon(parts.settings)
    return Kept(hook=hook, key=signing_key(parts.secret, hook.id).hex())


def hook_for(parts: Services, actor: Actor) -> HookState:
    """Return one's own hook; raises `NotFound`."""
    with reading(parts.engine) as connection:
        hook = read_hook(connection, parts.log, actor)
        newest = newest_deliveries(connection, parts.log, actor.id, rows_max=DELIVERIES_SHOWN)
    return HookState(hook=hook, deliveries=newest)


def hook_kept(parts: Services, actor: Actor) -> HookState | None:
    """Return one's own hook, None where one has none."""
    try:
        return hook_for(parts, actor)
    except NotFound:
        return None


def drop_hook_for(parts: Services, actor: Actor) -> None:
    """Tell one's own program no more; what changed stands on the page as before."""
    with transaction(parts.engine) as connection:
        drop_hook(connection, parts.log, actor)


def try_hook_for(parts: Services, actor: Actor) -> None:
    """Have a worker send one's own program a test; raises `NotFound`."""
    with transaction(parts.engine) as connection:
        ask_test(connection, parts.log, actor, now=parts.clock.now())
    tell_soon(parts.settings)


def resume_hook_for(parts: Services, actor: Actor) -> Hook:
    """Tell one's own program again what it did not take; raises `NotFound`."""
    with transaction(parts.engine) as connection:
        hook = resume_hook(connection, parts.log, actor)
    tell_soon(parts.settings)
    return hook
