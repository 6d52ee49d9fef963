"""Proof bundles: the evidence for a history, holding its reader's parts and nothing more.

One rule: stored bytes go into the bundle as they are. A damaged entry is not left out and not
repaired: whoever checks the bundle must see it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from trace.history import walk_of
from trace.identifiers import read_uris
from trace.index import INSTANCE_ROLES
from trace.reading import read_rows, visible_of
from trace.tables import EVENT_ITEM
from trace.walk import WalkLimits
from typing import Final

from sqlalchemy import Connection, select

from base.errors import LedgerCorrupt, NotFound
from ledger.bundle import Bundle, BundleEntry, VisiblePart
from ledger.items import ItemProof, item_proof
from ledger.merkle import inclusion_path
from ledger.parts import Part
from ledger.proof import InclusionProof
from ledger.store import (
    StoredCheckpoint,
    StoredEntry,
    read_checkpoint,
    read_entries,
    tile_reader,
)
from parties.access import Action, has_role_for
from parties.actors import Actor

_CHUNK: Final = 500
_PUBLIC_ALONE: Final = frozenset({Part.PUBLIC})


def bundle_of_history(
    connection: Connection, log: int, subject: str, actor: Actor, limits: WalkLimits
) -> Bundle:
    """Return the bundle of a code's history, as far as it is sealed.

    Raises `NotFound` where no event names the code, or where none of them is sealed yet.
    """
    found = walk_of(connection, log, subject, limits).found
    checkpoint = read_checkpoint(connection, log)
    sealed = sorted(seq for seq in found if seq < checkpoint.size)
    if not sealed:
        raise NotFound("These entries are not sealed yet; that takes about a second. Ask again.")
    wanted = {seq: found[seq].items for seq in sealed}
    uris = read_uris(connection, log, {item for items in wanted.values() for item in items})
    named = {seq: {uris[item] for item in items} for seq, items in wanted.items()}
    return Bundle(
        log=log,
        checkpoint=checkpoint.note.decode(),
        subject=subject if any(subject in names for names in named.values()) else "",
        entries=tuple(_bundle_entries(connection, checkpoint, named, actor)),
    )


def bundle_of_entry(connection: Connection, log: int, seq: int, actor: Actor) -> Bundle:
    """Return the bundle of one entry; raises `NotFound` where it does not exist or is not sealed.

    Whoever holds a code sees the public parts of its history; whoever goes through the log by
    number sees that every entry is there, and what is in those events that it may look into. An
    entry that is no event shows its public part.
    """
    checkpoint = read_checkpoint(connection, log)
    if seq >= checkpoint.size:
        raise NotFound(
            "There is no such entry, or it is not sealed yet; that takes about a second."
        )
    (entry,) = _bundle_entries(connection, checkpoint, {seq: frozenset()}, actor)
    is_event = bool(read_rows(connection, log, [seq]))
    is_near = any(part.part is not Part.PUBLIC for part in entry.parts)
    if is_event and not is_near and not has_role_for(actor, Action.BROWSE):
        entry = replace(entry, parts=())
    return Bundle(log=log, checkpoint=checkpoint.note.decode(), entries=(entry,))


def _bundle_entries(
    connection: Connection,
    checkpoint: StoredCheckpoint,
    named: Mapping[int, Collection[str]],
    actor: Actor,
) -> Iterator[BundleEntry]:
    """Yield each entry with its visible parts, proving the given names where they are hidden."""
    log = checkpoint.log
    seqs = sorted(named)
    entries = read_entries(connection, log, seqs)
    visible = visible_of(connection, log, read_rows(connection, log, seqs), actor)
    instances = _instances_of(connection, log, [seq for seq in seqs if named[seq]])
    reader = tile_reader(connection, log)
    for seq in seqs:
        entry = entries.get(seq)
        if entry is None:
            raise LedgerCorrupt(f"log {log}: entry {seq} was sealed and is gone")
        hidden = sorted(instances.get(seq, set()).intersection(named[seq]))
        yield BundleEntry(
            header=entry.header_bytes,
            part_hashes=entry.part_hashes,
            parts=_visible_parts(entry, visible.get(seq, _PUBLIC_ALONE)),
            items=_item_proofs(entry, instances.get(seq, set()), hidden),
            proof=InclusionProof(
                index=seq, path=inclusion_path(seq, checkpoint.size, reader.get_node)
            ),
        )


def _visible_parts(entry: StoredEntry, parts: Collection[Part]) -> tuple[VisiblePart, ...]:
    return tuple(
        VisiblePart(part=part, salt=stored.salt, body=stored.body)
        for part, stored in sorted(entry.parts.items())
        if part in parts
    )


def _item_proofs(
    entry: StoredEntry, instances: Collection[str], wanted: Collection[str]
) -> tuple[ItemProof, ...]:
    chain = entry.parts.get(Part.CHAIN)
    if chain is None:
        return ()
    return tuple(item_proof(chain.salt, instances, item) for item in wanted)


def _instances_of(connection: Connection, log: int, seqs: Sequence[int]) -> dict[int, set[str]]:
    """Return the single things that each event names: what its item commitment is over."""
    ids: dict[int, set[int]] = {}
    for start in range(0, len(seqs), _CHUNK):
        statement = select(EVENT_ITEM.c.seq, EVENT_ITEM.c.item).where(
            EVENT_ITEM.c.log == log,
            EVENT_ITEM.c.seq.in_(seqs[start : start + _CHUNK]),
            EVENT_ITEM.c.role.in_([int(role) for role in INSTANCE_ROLES]),
        )
        for row in connection.execute(statement):
            ids.setdefault(row.seq, set()).add(row.item)
    uris = read_uris(connection, log, {item for items in ids.values() for item in items})
    return {seq: {uris[item] for item in items} for seq, items in ids.items()}
