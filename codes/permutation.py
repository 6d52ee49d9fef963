"""A keyed permutation of numbers: FF1 of NIST SP 800-38G, without a tweak, over AES.

What it is for: serial numbers that are never given twice and that nobody can guess. The numbers 0,
1, 2, … are counted by whoever issues; the permutation makes each of them look random, no two the
same, and the same key leads back. The one rule: a domain and its key never change for a series.

Every number of a call goes through each round together, so that AES is called ten times for a
thousand numbers and not ten thousand times.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import ECB

NORM: Final = "NIST SP 800-38G, FF1"

_ROUNDS: Final = 10
_BLOCK: Final = 16
# SP 800-38G requires it, so that the number of inputs cannot simply be tried out.
_DOMAIN_MIN: Final = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """The numbers 0 … radix^length - 1, written as `length` (2 to 64) digits to a base (2 to 256).

    Raises `ValueError` for a domain smaller than a million or too large for one block of AES.
    """

    radix: int
    length: int

    def __post_init__(self) -> None:
        """Refuse what FF1 does not cover here."""
        if not (2 <= self.radix <= 256 and 2 <= self.length <= 64):
            raise ValueError("a domain has a radix of 2 to 256 and 2 to 64 digits")
        if self.size < _DOMAIN_MIN or self.result_bytes > _BLOCK:
            raise ValueError("the domain is too small or too large")

    @property
    def size(self) -> int:
        """How many numbers there are."""
        size: int = self.radix**self.length
        return size

    @property
    def left(self) -> int:
        """Digits of the left half (`u`); the right half has the rest (`v`)."""
        return self.length // 2

    @property
    def number_bytes(self) -> int:
        """Bytes of the larger half as a number (`b`)."""
        largest: int = self.radix ** (self.length - self.left) - 1
        return -(-largest.bit_length() // 8)

    @property
    def result_bytes(self) -> int:
        """Bytes of a round's result (`d`)."""
        return 4 * -(-self.number_bytes // 4) + 4


class Permutation:
    """The permutation of one domain under one AES key of 16, 24 or 32 bytes."""

    def __init__(self, key: bytes, domain: Domain) -> None:
        self._domain = domain
        # Each block is enciphered by itself here because FF1 says so: its one-block CBC-MAC.
        self._cipher = Cipher(AES(key), ECB())  # noqa: S305 -- the step of a norm, no mode for data
        self._head = int.from_bytes(self._encipher(_parameters(domain)))
        self._sizes = (domain.radix**domain.left, domain.radix ** (domain.length - domain.left))

    def forward(self, numbers: Sequence[int]) -> list[int]:
        """Return what each number of the domain becomes; raises `ValueError` outside of it."""
        left, right = self._halves(numbers)
        for step in range(_ROUNDS):
            size = self._sizes[step % 2]
            results = self._round(step, right)
            left, right = (
                right,
                [(a + y) % size for a, y in zip(left, results, strict=True)],
            )
        return self._joined(left, right)

    def back(self, numbers: Sequence[int]) -> list[int]:
        """Return what became each number; raises `ValueError` outside of the domain."""
        left, right = self._halves(numbers)
        for step in reversed(range(_ROUNDS)):
            size = self._sizes[step % 2]
            results = self._round(step, left)
            left, right = (
                [(c - y) % size for c, y in zip(right, results, strict=True)],
                left,
            )
        return self._joined(left, right)

    def _halves(self, numbers: Sequence[int]) -> tuple[list[int], list[int]]:
        if numbers and not 0 <= min(numbers) <= max(numbers) < self._domain.size:
            raise ValueError("the number lies outside of the domain")
        right_size = self._sizes[1]
        return [one // right_size for one in numbers], [one % right_size for one in numbers]

    def _joined(self, left: list[int], right: list[int]) -> list[int]:
        right_size = self._sizes[1]
        return [a * right_size + b for a, b in zip(left, right, strict=True)]

    def _round(self, step: int, half: list[int]) -> list[int]:
        """Return the round function of each half: CIPH(CIPH(P) xor Q), its first bytes."""
        # Q is zeros, the round's number and the half as a number: one block without a tweak.
        fixed = self._head ^ step << 8 * self._domain.number_bytes
        blocks = b"".join([(fixed ^ one).to_bytes(_BLOCK) for one in half])
        result = self._encipher(blocks)
        shift = 8 * (_BLOCK - self._domain.result_bytes)
        read = int.from_bytes
        return [read(result[at : at + _BLOCK]) >> shift for at in range(0, len(result), _BLOCK)]

    def _encipher(self, blocks: bytes) -> bytes:
        return self._cipher.encryptor().update(blocks)


def _parameters(domain: Domain) -> bytes:
    """Return the block P of FF1, step 5."""
    return (
        bytes((1, 2, 1))
        + domain.radix.to_bytes(3)
        + bytes((_ROUNDS, domain.left % 256))
        + domain.length.to_bytes(4)
        + bytes(4)
    )
