"""The project's table of identifiers beside GS1's Barcode Syntax Dictionary, line by line.

The dictionary is read here by its own rules and apart from the program, so that a wrong reading of
the project's table cannot hide a wrong row.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from codes.gs1.ais import AIS, Ai, require_shape
from codes.gs1.checks import CHECKS
from codes.model import CodeError
from tests.vectors import vectors_dir

CHARACTERS = {
    "N": "0123456789",
    "X": "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz",
    "Y": "#-/0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "Z": "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_=",
}
COMPONENT = re.compile(
    r"(?P<open>\[)?(?P<kind>[NXYZ])(?P<upto>\.\.)?(?P<size>[0-9]+)\]?(?P<lint>,.*)?"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    ai: str
    flags: str
    components: tuple[re.Match[str], ...]
    attributes: tuple[str, ...]
    title: str

    def of(self, name: str) -> list[str]:
        start = f"{name}="
        return [one.removeprefix(start) for one in self.attributes if one.startswith(start)]


def lines() -> Iterator[Line]:
    text = (vectors_dir() / "gs1" / "gs1-syntax-dictionary.txt").read_text("utf-8")
    for row in text.splitlines():
        if not row.strip() or row.startswith("#"):
            continue
        body, _, title = row.partition(" # ")
        span, *words = body.split()
        flags = words.pop(0) if set(words[0]) <= set("*?") else ""
        components = []
        while words and (match := COMPONENT.fullmatch(words[0])):
            components.append(match)
            words.pop(0)
        first, _, last = span.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield Line(
                ai=str(number).zfill(len(first)),
                flags=flags,
                components=tuple(components),
                attributes=tuple(words),
                title=title.strip(),
            )


LINES = {line.ai: line for line in lines()}


def names_of_checks(row: Ai) -> list[list[str]]:
    """Return the names of the checks of each component, in order."""
    by_check = {id(check): name for name, check in CHECKS.items()}
    return [
        [by_check[id(check)] for place, check in row.checks if place == group]
        for group in range(1, len(row.parts) + 1)
    ]


def test_every_line_is_read_to_its_end() -> None:
    assert len(LINES) > 500
    for line in LINES.values():
        assert line.components, line
        assert all(re.fullmatch(r"(req|ex)=.+|dlpkey(=.+)?", one) for one in line.attributes), line


def test_the_table_holds_the_published_identifiers_and_no_other() -> None:
    assert set(AIS) == set(LINES)


def test_flags_and_title_are_those_of_the_line() -> None:
    for ai, line in LINES.items():
        row = AIS[ai]
        assert row.fixed == ("*" in line.flags), ai
        assert row.attribute == ("?" in line.flags), ai
        assert row.title == line.title, ai


def test_components_have_the_lengths_characters_and_checks_of_the_line() -> None:
    for ai, line in LINES.items():
        row = AIS[ai]
        assert len(row.parts) == len(line.components), ai
        checks = [(match["lint"] or "").split(",")[1:] for match in line.components]
        assert names_of_checks(row) == checks, ai
        for part, match in zip(row.parts, line.components, strict=True):
            size = int(match["size"])
            assert part.length_max == size, ai
            assert part.length_min == (1 if match["upto"] else size), ai
            assert part.is_optional == (match["open"] is not None), ai
            allowed = [chr(c) for c in range(0x250) if part.characters.fullmatch(chr(c))]
            assert allowed == sorted(CHARACTERS[match["kind"]]), ai


def test_the_shape_takes_every_length_of_the_line_and_no_other() -> None:
    for ai, line in LINES.items():
        components = line.components
        sizes = {0}
        for match in components:
            size = int(match["size"])
            own = range(1, size + 1) if match["upto"] else (size,)
            longer = {before + more for before in sizes for more in own}
            # An optional component is left out only where the value ends before it.
            sizes = longer | sizes if match["open"] else longer

        for length in range(sum(int(match["size"]) for match in components) + 2):
            if length in sizes:
                assert require_shape(AIS[ai], "0" * length) is not None
            else:
                with pytest.raises(CodeError):
                    require_shape(AIS[ai], "0" * length)


def test_partners_are_those_of_the_line() -> None:
    for ai, line in LINES.items():
        row = AIS[ai]
        needed = [[one.split("+") for one in demand.split(",")] for demand in line.of("req")]
        excluded = [one for group in line.of("ex") for one in group.split(",")]

        assert [[list(one) for one in demand] for demand in row.needs] == needed, ai
        assert sorted(row.excludes) == sorted(excluded), ai


def test_the_place_in_a_link_is_that_of_the_line() -> None:
    for ai, line in LINES.items():
        row = AIS[ai]
        given = [one for group in line.of("dlpkey") for one in group.split("|")]
        sequences = [tuple(one.split(",")) for one in given]
        if "dlpkey" in line.attributes:
            sequences.append(())

        assert list(row.qualifiers or ()) == sequences, ai
        assert (row.qualifiers is not None) == bool(sequences), ai


def test_every_check_of_the_dictionary_is_there_and_no_other() -> None:
    named = {
        name
        for line in LINES.values()
        for match in line.components
        for name in (match["lint"] or "").split(",")[1:]
    }

    assert set(CHECKS) == named
