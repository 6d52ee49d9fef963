"""Whether packs are genuine, active, of which lot and day, recalled or expired, and with whom.

The rule that must stay true: what a pack is, every key's holder is told; with whom it is and who
handed it out, only whoever sees the chain part of the event that says so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from trace.drugs.contents import contents_of, is_packed
from trace.drugs.fold import blocks_at
from trace.drugs.hands import Hands, Named, hands_of
from trace.drugs.model import Block, Refusal, State
from trace.drugs.pack_codes import PackCode
from trace.drugs.reading import Pack, nothing_known, read_packs
from trace.drugs.table import state_table
from trace.events.identifiers import lot_uri
from trace.events.model import Role
from trace.identifiers import read_uris
from trace.projections.lineage import bring_up
from trace.reading import read_rows, visible_of
from trace.recall.marks import recalls_of
from typing import Final
from uuid import UUID

from sqlalchemy import Connection, Engine

from base.clock import CIVIL_ZONE, Clock
from base.db import reading
from base.errors import InvalidInput, Problem
from ledger.parts import Part
from parties.actors import Actor
from parties.directory import products_by_uri, register_uris
from parties.names import owners_of_goods, parties_named
from schemas.profiles.registry import catalogue

_DRUGS: Final = frozenset({"drug", "vaccine", "vet_drug", "tcm"})
"""The profiles whose goods are drugs."""

_OF_BLOCK: Final = {Block.RECALLED: Refusal.RECALLED.value, Block.EXPIRED: Refusal.EXPIRED.value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pharmacy:
    """What this work needs of a process; `packs_max` bounds one request."""

    engine: Engine
    log: int
    clock: Clock
    packs_max: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One pack as it was found: `codes` are all findings, the first one is what counts.

    `through` is the container it was asked for by, "" where by itself.
    """

    asked: PackCode
    pack: Pack
    hands: Hands
    owner: UUID | None
    codes: tuple[str, ...]
    is_recalled: bool
    through: str = ""

    @property
    def code(self) -> str:
        """Return the finding that counts."""
        return self.codes[0]

    @property
    def compared(self) -> tuple[str, ...]:
        """Return what was asked beside the code and agrees: lot, expires_on, both or nothing."""
        asked = {
            "lot": bool(self.asked.lot) and self.asked.lot == self.pack.facts.lot,
            "expires_on": self.asked.expires_on is not None
            and self.asked.expires_on == self.pack.facts.expires_on,
        }
        return tuple(name for name, agrees in asked.items() if agrees)

    @property
    def is_genuine(self) -> bool:
        """Return whether its maker recorded it as a drug, with this lot and this expiry."""
        return self.pack.state.is_made and not _DOUBTS.intersection(self.codes)


_DOUBTS: Final = frozenset(
    {
        Refusal.UNKNOWN_PRODUCT.value,
        Refusal.UNKNOWN_SERIAL.value,
        Refusal.BATCH_MISMATCH.value,
        Refusal.EXPIRY_MISMATCH.value,
        Refusal.NOT_A_PACK.value,
        Refusal.NOT_A_DRUG.value,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What a reader is told beside the findings; None where there is nothing, or not for him.

    `may_know` is whether he is one of those who are told with whom the pack is.
    """

    may_know: bool
    holder: UUID | None = None
    receivers: tuple[UUID, ...] = ()
    by_party: UUID | None = None


def verify(pharmacy: Pharmacy, codes: Sequence[PackCode]) -> list[Checked]:
    """Return what each pack is; a case or pallet gives one row for each pack in it.

    Raises `InvalidInput` where it is more than the service checks at once.
    """
    bring_up(pharmacy.engine, pharmacy.log)
    with reading(pharmacy.engine) as connection:
        return check(connection, pharmacy, codes)


def check(connection: Connection, pharmacy: Pharmacy, codes: Sequence[PackCode]) -> list[Checked]:
    """Do as `verify` on a connection; the links must have been brought up."""
    now = pharmacy.clock.now()
    today = now.astimezone(CIVIL_ZONE).date()
    table = state_table()
    singles = [code.uri for code in codes if code.is_single]
    inside = contents_of(connection, pharmacy.log, singles, now)
    wanted = dict.fromkeys(
        uri for code in codes for uri in inside.get(code.uri, (code.uri,) if code.is_single else ())
    )
    _require_few(pharmacy, len(wanted))
    packs = read_packs(connection, pharmacy.log, wanted, table)
    named = named_by(connection, pharmacy.log, packs.values())
    owners = owners_of_goods(connection, wanted)
    products = _known_products(connection, wanted)
    recalled = _recalled(connection, pharmacy.log, packs)
    found: list[Checked] = []
    for code in codes:
        uris = inside.get(code.uri)
        rows = [(code, "")] if uris is None else [(_bare(uri), code.uri) for uri in uris]
        for asked, through in rows:
            pack = packs.get(asked.uri) or nothing_known(asked.uri, table)
            if through and not is_packed(pack):
                continue
            is_recalled = asked.uri in recalled
            blocks = blocks_at(pack.facts, is_recalled=is_recalled, on=today)
            found.append(
                Checked(
                    asked=asked,
                    pack=pack,
                    hands=hands_of(pack.movements, pack.made_by, named),
                    owner=owners.get(asked.uri),
                    codes=_findings(asked, pack, products, blocks),
                    is_recalled=is_recalled,
                    through=through,
                )
            )
    return found


def told_to(
    connection: Connection, pharmacy: Pharmacy, actor: Actor, checked: Sequence[Checked]
) -> list[Told]:
    """Return what `actor` may know beside the findings, for each pack in turn."""
    deciding = [_deciding(one) for one in checked]
    seqs = sorted({seq for of in deciding for seq in of})
    rows = read_rows(connection, pharmacy.log, seqs)
    visible = visible_of(connection, pharmacy.log, rows, actor)
    return [
        _told(one, all(Part.CHAIN in visible.get(seq, ()) for seq in seqs), actor)
        for one, seqs in zip(checked, deciding, strict=True)
    ]


def named_by(connection: Connection, log: int, packs: Iterable[Pack]) -> Named:
    """Return the parties that the events of these packs name as their destinations."""
    items = {
        one.event.seq: one.event.of(Role.DESTINATION) for pack in packs for one in pack.movements
    }
    uris = read_uris(connection, log, {item for of in items.values() for item in of})
    parties = parties_named(connection, uris.values())
    return {
        seq: frozenset(parties[uris[item]] for item in of if uris[item] in parties)
        for seq, of in items.items()
        if of
    }


def _findings(
    asked: PackCode, pack: Pack, products: Mapping[str, str], blocks: Collection[Block]
) -> tuple[str, ...]:
    if not asked.is_single:
        return (Refusal.NOT_A_PACK.value,)
    if not _may_be_drug(products.get(asked.uri, "")):
        return (Refusal.NOT_A_DRUG.value,)
    if not pack.state.is_made:
        is_known = pack.is_named or asked.uri in products
        return ((Refusal.UNKNOWN_SERIAL if is_known else Refusal.UNKNOWN_PRODUCT).value,)
    found: list[str] = []
    facts = pack.facts
    if asked.lot and asked.lot != facts.lot:
        found.append(Refusal.BATCH_MISMATCH.value)
    if asked.expires_on is not None and asked.expires_on != facts.expires_on:
        found.append(Refusal.EXPIRY_MISMATCH.value)
    if pack.state.state is not State.ACTIVE:
        found.append(pack.state.state.value)
    found += [_OF_BLOCK[block] for block in Block if block in blocks]
    return tuple(found) or (State.ACTIVE.value,)


def _recalled(connection: Connection, log: int, packs: Mapping[str, Pack]) -> frozenset[str]:
    """Return the packs that are recalled, by what their events say or by an act of recall."""
    said = {uri for uri, pack in packs.items() if pack.state.is_recalled}
    names = {uri: _reached_by(uri, pack) for uri, pack in packs.items()}
    every = {name for of in names.values() for name in of}
    if any(mark.binds for mark in recalls_of(connection, log, every)):
        for uri, of in names.items():
            if any(mark.binds for mark in recalls_of(connection, log, of)):
                said.add(uri)
    return frozenset(said)


def _reached_by(uri: str, pack: Pack) -> tuple[str, ...]:
    lot = lot_uri(uri, pack.facts.lot) if pack.facts.lot else None
    return (uri,) if lot is None else (uri, lot)


def _deciding(one: Checked) -> list[int]:
    """Return the entries that say with whom a pack is and who brought it into its state."""
    last = one.hands.on_the_way or (one.hands.handovers[-1] if one.hands.handovers else None)
    said = [side for side in (last.received, last.shipped) if side is not None] if last else []
    seqs = [said[0].event.seq] if said else []
    if not said and one.pack.made_by is not None:
        seqs.append(one.pack.made_by.event.seq)
    if one.pack.state.by is not None:
        seqs.append(one.pack.state.by.seq)
    return seqs


def _told(one: Checked, sees_chain: bool, actor: Actor) -> Told:
    is_own = actor.party_id is not None and actor.party_id == one.hands.holder
    if not one.pack.movements or not (sees_chain or is_own):
        return Told(may_know=False)
    way = one.hands.on_the_way
    return Told(
        may_know=True,
        holder=one.hands.holder,
        receivers=tuple(sorted(way.receivers)) if way is not None else (),
        by_party=one.pack.state.by.party_id if one.pack.state.by is not None else None,
    )


def _may_be_drug(class_code: str) -> bool:
    """Return whether goods of a class may be drugs: not where the class has a profile of others."""
    profile = catalogue().name_of(class_code) if class_code else None
    return profile is None or profile in _DRUGS


def _known_products(connection: Connection, uris: Iterable[str]) -> Mapping[str, str]:
    """Return the class of those of the codes whose product is registered, or its prefix known."""
    names = {uri: register_uris(uri) for uri in uris}
    cards = products_by_uri(connection, {name for of in names.values() for name in of})
    return {
        uri: next(cards[name].class_code or "" for name in of if name in cards)
        for uri, of in names.items()
        if any(name in cards for name in of)
    }


def _require_few(pharmacy: Pharmacy, count: int) -> None:
    if count > pharmacy.packs_max:
        message = f"has {count} packs with all that is inside; {pharmacy.packs_max} at most"
        problem = Problem(path="codes", code="too_many", message=message)
        raise InvalidInput(f"codes: {message}", problems=(problem,))


def _bare(uri: str) -> PackCode:
    return PackCode(text=uri, uri=uri)
