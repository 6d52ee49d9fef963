from hypothesis import given, settings
from hypothesis import strategies as st

from codes import registry
from codes.model import CodeError
from codes.schemes.suxin_serial import parse_serial, serial_of_number

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
NUMBERS = (0x001020304050607, 0x0708090A0B0C0D0, 0x636465666768696, (1 << 60) - 1)
SAMPLES = [serial_of_number(number) for number in NUMBERS]


def refused(text: str) -> bool:
    try:
        parse_serial(text)
    except CodeError:
        return True
    return False


def test_every_single_wrong_character_is_caught() -> None:
    for text in SAMPLES:
        for position in range(2, len(text)):
            for other in ALPHABET:
                if other != text[position]:
                    assert refused(text[:position] + other + text[position + 1 :])


def test_every_exchange_of_two_characters_is_caught() -> None:
    for text in SAMPLES:
        for left in range(2, len(text)):
            for right in range(left + 1, len(text)):
                if text[left] != text[right]:
                    swapped = list(text)
                    swapped[left], swapped[right] = text[right], text[left]
                    assert refused("".join(swapped))


@settings(deadline=None)
@given(st.integers(0, (1 << 60) - 1))
def test_a_serial_is_read_back_and_keeps_sixty_bits(number: int) -> None:
    code = parse_serial(serial_of_number(number))

    read = 0
    for character in code.fields["serial"]:
        read = read * 32 + ALPHABET.index(character)
    assert read == number
    assert code.text == serial_of_number(number)
    assert code.uri == f"urn:suxin:serial:{code.text}"


def test_a_typed_serial_is_put_right_with_a_warning_for_each_change() -> None:
    text = serial_of_number(0x082000000000000)
    typed = f"sx-{text[2:6]}-{text[6:10]}-{text[10:14]}-{text[14:]}".replace("1", "l").replace(
        "0", "O"
    )

    code = registry.parse("suxin_serial", typed)

    assert code.text == text
    assert {warning.code for warning in code.warnings} == {"lower_case", "hyphens", "look_alike"}


def test_detection_finds_a_serial_whatever_its_case() -> None:
    found = registry.detect(SAMPLES[0].lower())

    assert [candidate.scheme.name for candidate in found] == ["suxin_serial"]


def test_the_serial_format_is_frozen() -> None:
    # A stored format never changes meaning: these two must be read for ever.
    assert serial_of_number(0x0123456789ABCDE) == "SX04HMASW9NF6YV"
    assert serial_of_number(0) == "SX0000000000000"
