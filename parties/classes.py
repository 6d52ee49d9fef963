"""Which class of goods each product is of and what the register says of it, remembered.

One rule: of a lot or serial the class is that of its product; an unread product has none, which is
told apart from one that was read and has none.
"""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from sqlalchemy import Engine

from base.clock import Clock
from base.db import reading
from parties.cache import TimedCache
from parties.directory import KNOWN_S, UNKNOWN_S, ProductCard, products_by_uri, register_uris

_CACHED_MAX: Final = 100_000


class ProductClasses:
    """Tells products and their class codes; one per process, safe for its threads."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._held: TimedCache[str, ProductCard | None] = TimedCache(entries_max=_CACHED_MAX)

    def classes_of(self, uris: Collection[str]) -> Mapping[str, str | None]:
        """Return the class code of each canonical URI.

        It is "" where the product has none, None where the register has no such product.
        """
        cards = self.cards_of(uris)
        return {uri: None if card is None else card.class_code for uri, card in cards.items()}

    def cards_of(self, uris: Collection[str]) -> Mapping[str, ProductCard | None]:
        """Return the product of each canonical URI, None where the register has no such product."""
        names = {uri: register_uris(uri) for uri in uris}
        rows = self._rows_of({name for many in names.values() for name in many})
        return {
            uri: next((rows[name] for name in many if rows[name] is not None), None)
            for uri, many in names.items()
        }

    def forget(self, uri: str) -> None:
        """Read this product anew the next time: called after its registration was committed."""
        self._held.forget([uri])

    def _rows_of(self, names: Collection[str]) -> dict[str, ProductCard | None]:
        now = self._clock.now()
        found: dict[str, ProductCard | None] = {}
        missing: list[str] = []
        for name in names:
            is_held, card = self._held.get(name, now)
            if is_held:
                found[name] = card
            else:
                missing.append(name)
        if not missing:
            return found
        ticket = self._held.ticket()
        with reading(self._engine) as connection:
            known: dict[str, ProductCard | None] = {**products_by_uri(connection, missing)}
        rest: dict[str, ProductCard | None] = {name: None for name in missing if name not in known}
        self._held.put(known, ticket=ticket, until=now + timedelta(seconds=KNOWN_S))
        self._held.put(rest, ticket=ticket, until=now + timedelta(seconds=UNKNOWN_S))
        return found | known | rest
