"""What somebody may do next with a code that was read: one row for each thing to do.

The rule that must stay true: a code that holds the number of a person leads nowhere, for an address
would hold that number too.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, urlencode

from codes.gs1.digital_link import CANONICAL_STEM
from codes.model import Candidate, Category
from parties import access
from parties.actors import Actor
from parties.issuing.kinds import place_of
from web.pages.words import Words
from web.resolver.entry import entry_address

_PRODUCTS: Final = f"{CANONICAL_STEM}/01/"


@dataclass(frozen=True, slots=True, kw_only=True)
class NextStep:
    """One thing to do with a reading.

    `address_for` returns where it is done, or None where it is not for this person or this code.
    """

    name: str
    title: Words
    address_for: Callable[[Candidate, Actor], str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """A next step of one reading: its title in both languages and its address on this host."""

    title: Words
    href: str


def _product_page(reading: Candidate, _actor: Actor) -> str | None:
    return entry_address(reading.code) if reading.code.uri.startswith(_PRODUCTS) else None


def _activation(reading: Candidate, actor: Actor) -> str | None:
    # Asked of what may have been issued here alone; whose it is, is told on the page itself.
    code = reading.code
    if not access.has_role_for(actor, access.Action.ISSUE_CODES) or place_of(code.uri) is None:
        return None
    return f"/work/activate?{urlencode({'code': code.uri})}"


def _pack(reading: Candidate, actor: Actor) -> str | None:
    is_pack = reading.scheme.name == "cn_drug_trace20"
    if not is_pack or not access.has_role_for(actor, access.Action.VERIFY_PACKS):
        return None
    return f"/work/drugs?{urlencode({'code': reading.code.text})}"


def _event(reading: Candidate, actor: Actor) -> str | None:
    code = reading.code
    if not access.has_role_for(actor, access.Action.CAPTURE):
        return None
    if reading.scheme.category in _NO_GOODS:
        return None
    return f"/work/event/new?{urlencode({'code': code.uri})}"


_NO_GOODS: Final = frozenset({Category.PARTY, Category.PLACE, Category.CERTIFICATE})


def _records(reading: Candidate, _actor: Actor) -> str | None:
    code, scheme = reading.code, reading.scheme.name
    if code.uri.startswith(_PRODUCTS):
        return None
    text = code.text
    if scheme == "cn_seed_qr_text":
        # The lines of a seed label do not fit into an address; the unit code among them does.
        scheme, text = "cn_seed_unit_code", code.fields["unit_code"]
    # With the name of its scheme, so that the person who chose is not asked again.
    return f"/t/{quote(text, safe='')}?{urlencode({'as': scheme})}"


# In the order in which they are offered; the first one is the loud button.
NEXT_STEPS: Final[tuple[NextStep, ...]] = (
    NextStep(
        name="activation",
        title=Words(zh="激活或查看用码情况", en="Activate, or see its state"),
        address_for=_activation,
    ),
    NextStep(
        name="pack",
        title=Words(zh="核验这盒药", en="Verify this pack"),
        address_for=_pack,
    ),
    NextStep(
        name="event",
        title=Words(zh="记一笔", en="Record what happened"),
        address_for=_event,
    ),
    NextStep(
        name="product",
        title=Words(zh="查看产品", en="See the product"),
        address_for=_product_page,
    ),
    NextStep(
        name="records",
        title=Words(zh="查询记录", en="Look up what is recorded"),
        address_for=_records,
    ),
)


def actions_for(reading: Candidate, actor: Actor) -> tuple[Action, ...]:
    """Return what `actor` may do with a reading, in the order of the table."""
    if reading.code.is_personal:
        return ()
    offered = ((step.title, step.address_for(reading, actor)) for step in NEXT_STEPS)
    return tuple(Action(title=title, href=href) for title, href in offered if href)
