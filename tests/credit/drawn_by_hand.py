"""A draw as `docs/credit.md` tells it, for whoever has its pool, its seed and its value."""

from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def drawn_by_hand(body: bytes, seed: bytes, value: str) -> list[tuple[str, list[str]]]:
    """Draw as `docs/credit.md` tells it, with nothing of the service's own."""
    lines = [line.split(" ") for line in body.decode().splitlines()[1:]]
    told: Mapping[str, list[list[str]]] = {
        word: [line[1:] for line in lines if line[0] == word]
        for word in ("each", "share", "party", "inspector")
    }

    def hexed(text: str) -> str:
        return sha256(text.encode()).hexdigest()

    pool_hash = sha256(body).hexdigest()
    key = hexed("\n".join(["suxin-draw/1", seed.hex(), hexed(value), pool_hash]))
    found = []
    for name, percent in told["share"]:
        codes = sorted(
            (code for code, of in told["party"] if of == name),
            key=lambda code: hexed(f"{key} party {code}"),
        )
        count = (len(codes) * int(percent) + 99) // 100
        for code in codes[:count]:
            by = sorted((one for (one,) in told["inspector"]), key=_by(key, code))
            found.append((code, by[: int(told["each"][0][0])]))
    return found


def _by(key: str, code: str) -> Any:
    return lambda one: sha256(f"{key} inspector {code} {one}".encode()).hexdigest()
