"""Elements as a string of bits, and back: the compressed segment of a Digital Link.

GS1 Digital Link: Compression. Every identifier is written as 4-bit digits, frequent sequences as
one code of 8 bits, values in as few bits as their shape allows; the whole is URL-safe base64.
"""

import re
from collections.abc import Mapping
from typing import Final

from codes.gs1.ais import AI_LENGTHS, AIS
from codes.gs1.bits import NORM, BitReader, BitWriter
from codes.gs1.compression_table import LAYOUTS, SEQUENCES
from codes.gs1.digital_link import KEYS
from codes.gs1.value_bits import put_name, put_text, put_value, take_name, take_text, take_value
from codes.model import CodeError

# A first digit of F announces a pair of the web site's own: 4 bits, a name, a text.
_OTHER: Final = 0xF
_AI_NAME = re.compile(r"[0-9]+")


def pack(
    elements: Mapping[str, str],
    pairs: tuple[tuple[str, str], ...] = (),
    *,
    lead: str = "",
    optimise: bool = True,
) -> str:
    """Return elements of right shape, and a site's own pairs, as one compressed segment.

    Where several of them may lead a link, `lead` goes first, so that it is known again.
    """
    writer = BitWriter()
    left = sorted(elements)
    if lead in elements and sum(ai in KEYS for ai in left) > 1:
        writer.put(int(lead, 16), 4 * len(lead))
        put_value(writer, LAYOUTS[lead], elements[lead])
        left.remove(lead)
    for code in _best_sequences(left) if optimise else ():
        writer.put(code, 8)
        for ai in SEQUENCES[code]:
            put_value(writer, LAYOUTS[ai], elements[ai])
            left.remove(ai)
    for ai in left:
        writer.put(int(ai, 16), 4 * len(ai))
        put_value(writer, LAYOUTS[ai], elements[ai])
    for name, value in pairs:
        writer.put(_OTHER, 4)
        put_name(writer, name)
        put_text(writer, value)
    return writer.text()


def _best_sequences(ais: list[str]) -> list[int]:
    """Return the codes that save most digits of identifiers, the best first, each used once."""
    left: set[str] = set(ais)
    chosen: list[int] = []
    while True:
        fitting = [code for code, sequence in SEQUENCES.items() if left.issuperset(sequence)]
        if not fitting:
            return chosen
        # Of equals the first of the table is taken, as max() does.
        best = max(fitting, key=lambda code: len("".join(SEQUENCES[code])))
        chosen.append(best)
        left.difference_update(SEQUENCES[best])


def unpack(segment: str) -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
    """Return elements and own pairs of a compressed segment, in its order.

    Only shapes of numbers and lengths were checked. Raises `CodeError`.
    """
    reader = BitReader(segment)
    elements: dict[str, str] = {}
    pairs: list[tuple[str, str]] = []
    while not reader.is_at_end():
        first = reader.take(4)
        if first == _OTHER:
            name, value = take_name(reader), take_text(reader)
            if _AI_NAME.fullmatch(name):
                message = "an identifier among the site's own pairs"
                raise CodeError("own_pair", message, position=reader.position, norm=NORM)
            pairs.append((name, value))
            continue
        code = first << 4 | reader.take(4)
        for ai in _identifiers(code, reader):
            value = take_value(reader, LAYOUTS[ai])
            if elements.setdefault(ai, value) != value:
                message = f"({ai}) stands twice with two values"
                raise CodeError("repeated_ai", message, position=reader.position, norm=NORM)
    return elements, tuple(pairs)


def _identifiers(code: int, reader: BitReader) -> tuple[str, ...]:
    sequence = SEQUENCES.get(code)
    if sequence is not None:
        return sequence
    ai = f"{code:02X}"
    for _ in range(AI_LENGTHS.get(ai, 2) - 2):
        ai += f"{reader.take(4):X}"
    if ai not in AIS:
        message = f"({ai}) is not an identifier"
        raise CodeError("unknown_ai", message, position=reader.position, norm=NORM)
    return (ai,)
