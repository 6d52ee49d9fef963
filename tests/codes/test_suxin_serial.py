import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codes import registry
from codes.model import CodeError
from codes.schemes.suxin_serial import issue_serial, parse_serial

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
SAMPLES = [issue_serial(bytes(range(start, start + 8))).text for start in (0, 7, 99, 248 - 8)]


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
@given(st.binary(min_size=8, max_size=8))
def test_an_issued_serial_is_read_back_and_keeps_sixty_bits(random: bytes) -> None:
    code = issue_serial(random)

    number = 0
    for character in code.fields["serial"]:
        number = number * 32 + ALPHABET.index(character)
    assert parse_serial(code.text) == code
    assert number == int.from_bytes(random, "big") >> 4
    assert code.uri == f"urn:suxin:serial:{code.text}"


def test_a_serial_needs_exactly_eight_random_bytes() -> None:
    for length in (0, 7, 9):
        with pytest.raises(CodeError):
            issue_serial(bytes(length))


def test_a_typed_serial_is_put_right_with_a_warning_for_each_change() -> None:
    text = issue_serial(bytes.fromhex("0820000000000000")).text
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
    assert issue_serial(bytes.fromhex("0123456789abcdef")).text == "SX04HMASW9NF6YV"
    assert issue_serial(bytes(8)).text == "SX0000000000000"
