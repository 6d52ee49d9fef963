"""Who speaks for which goods.

Anybody may record an event about a code that stands on a label. It tells of the goods only if its
recorder has a standing in them: it owns the product, made the thing, or was handed it by one who
has a standing (named as source or destination). One rule: a standing comes from somebody else's
word or from the register, never from one's own; so nobody can recall a competitor's goods, lift
somebody's recall, or pack and unpack what is not theirs.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from trace.identifiers import read_uris
from trace.partners import SIDE_ROLES
from trace.tables import EVENT_ITEM
from trace.types import Action, EventType
from trace.walk_rows import OUTPUT_ROLES, PARENT_ROLES, IndexRow
from typing import Final, NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import Connection, select

from parties.names import owners_of_goods, parties_named

_CHUNK: Final = 500

Speaker: TypeAlias = UUID | None
"""A party; None stands for events whose recorder is no party of the register."""


class Word(NamedTuple):
    """That an entry names a thing: by whom, and whether it brings the thing into being."""

    seq: int
    party_id: Speaker
    begins: bool


@dataclass(slots=True)
class Standing:
    """What is known so far of who speaks for what; it only grows, until a walk adds nothing."""

    connection: Connection
    log: int
    grew: bool = False
    _speakers: dict[int, set[Speaker]] = field(default_factory=dict)
    _heirs: dict[int, set[int]] = field(default_factory=dict)
    _sides: dict[int, frozenset[UUID]] = field(default_factory=dict)
    _parties: dict[int, UUID | None] = field(default_factory=dict)
    _learnt: set[int] = field(default_factory=set)

    def learn(self, rows: Mapping[int, Sequence[IndexRow]], *, handed: Collection[int]) -> None:
        """Read who the events of these rows name, and who owns or began each identifier.

        `handed` are those known from an accepted event alone (a case, a transformation's number):
        where they are nobody's, that event's recorder speaks for them, and whoever used the
        number first without being asked began nothing.
        """
        self._read_sides({row.seq for of_item in rows.values() for row in of_item})
        fresh = [item for item in rows if item not in self._learnt]
        self._learnt.update(fresh)
        uris = read_uris(self.connection, self.log, fresh)
        owners = owners_of_goods(self.connection, uris.values())
        for item in fresh:
            owner = owners.get(uris[item])
            if owner is not None:
                self._add(item, (owner,))
            elif item not in handed or not self._speakers.get(item):
                self._add(item, beginners(map(_word, rows[item])))

    def accepts(self, item: int, row: IndexRow) -> bool:
        """Return whether a row's recorder speaks for an identifier; whom it names then does too."""
        if not self._speaks(row.party_id, item):
            return False
        self._add(item, self._sides.get(row.seq, ()))
        return True

    def _speaks(self, party: Speaker, item: int) -> bool:
        """Return whether a party speaks for an identifier or for what it travels with."""
        waiting, seen = [item], {item}
        while waiting:
            one = waiting.pop()
            if party in self._speakers.get(one, ()):
                return True
            fresh = self._heirs.get(one, set()) - seen
            seen |= fresh
            waiting += fresh
        return False

    def hand_on(self, item: int, other: int, recorder: Speaker, *, is_joined: bool) -> None:
        """Let the recorder of an accepted event speak for what the event led to.

        `is_joined` where the two travel together (a container, a lot): whoever then speaks for
        the other speaks for the item as well.
        """
        self._add(other, (recorder,))
        if is_joined:
            heirs = self._heirs.setdefault(item, set())
            if other not in heirs:
                heirs.add(other)
                self.grew = True

    def _add(self, item: int, parties: Iterable[Speaker]) -> None:
        speakers = self._speakers.setdefault(item, set())
        for party in parties:
            if party not in speakers:
                speakers.add(party)
                self.grew = True

    def _read_sides(self, seqs: set[int]) -> None:
        wanted = sorted(seqs - self._sides.keys())
        named: dict[int, set[int]] = {seq: set() for seq in wanted}
        for start in range(0, len(wanted), _CHUNK):
            statement = select(EVENT_ITEM.c.seq, EVENT_ITEM.c.item).where(
                EVENT_ITEM.c.log == self.log,
                EVENT_ITEM.c.seq.in_(wanted[start : start + _CHUNK]),
                EVENT_ITEM.c.role.in_(SIDE_ROLES),
            )
            for row in self.connection.execute(statement):
                named[row.seq].add(row.item)
        self._read_parties({item for items in named.values() for item in items})
        for seq, items in named.items():
            parties = (self._parties[item] for item in items)
            self._sides[seq] = frozenset(party for party in parties if party is not None)

    def _read_parties(self, items: set[int]) -> None:
        fresh = items - self._parties.keys()
        uris = read_uris(self.connection, self.log, fresh)
        found = parties_named(self.connection, uris.values())
        self._parties.update((item, found.get(uris[item])) for item in fresh)


def beginners(words: Iterable[Word]) -> frozenset[Speaker]:
    """Return who recorded a thing's beginning first: its making, else the first word of it.

    Nobody where there is no word of it.
    """
    told = list(words)
    made = [word for word in told if word.begins]
    first = min(made or told, key=lambda word: word.seq, default=None)
    return frozenset() if first is None else frozenset({first.party_id})


def begins(event_type: int, action: int | None, role: int) -> bool:
    """Return whether an event brings into being what it names in this role.

    What a transformation puts out, what an object event adds (a lot with its first items), and a
    container that is filled.
    """
    if event_type == EventType.TRANSFORMATION:
        return role in OUTPUT_ROLES
    return action == Action.ADD and (event_type == EventType.OBJECT or role in PARENT_ROLES)


def _word(row: IndexRow) -> Word:
    return Word(row.seq, row.party_id, begins(row.type, row.action, row.role))
