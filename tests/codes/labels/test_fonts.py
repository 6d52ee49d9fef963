import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from codes.labels.fonts import GlyphBook, load_font, system_width
from codes.model import CodeError
from tests.codes.labels.samples import FONT

# Letters with accents are put together of parts, which the reader has to look up.
TEXT = "".join(map(chr, range(0x00C0, 0x0180))) + "".join(map(chr, range(0x4E00, 0x5200)))


def subset_of(text: str) -> bytes:
    font = load_font(FONT)
    book = GlyphBook(font=font)
    book.hex_of("".join(one for one in text if one in font.glyphs))
    return book.subset()


@pytest.fixture
def _switching() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("_switching")
def test_a_font_is_cut_alike_by_many_threads_at_once() -> None:
    alone = subset_of(TEXT)

    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(subset_of, [TEXT] * 24))

    assert set(together) == {alone}


def test_glyphs_are_numbered_as_they_come_and_only_they_are_kept() -> None:
    book = GlyphBook(font=load_font(FONT))

    assert book.hex_of("米é米") == "000100020001"
    assert book.hex_of("éA") == "00020003"
    assert book.characters() == ["米", "é", "A"]
    assert len(book.subset()) < 10_000


def test_a_character_that_is_missing_is_refused_with_its_place() -> None:
    with pytest.raises(CodeError) as refusal:
        load_font(FONT).width("大米😀")

    assert (refusal.value.rule, refusal.value.position) == ("no_glyph", 2)


def test_widths_are_in_em() -> None:
    width = load_font(FONT).width

    assert width("米") == width("，") == 1.0
    assert width("米A") == pytest.approx(1.0 + width("A"))
    assert width("") == 0.0
    assert system_width("米米") == 2.0
    assert 0.5 < system_width("A") < 0.8
    assert system_width("ñ米") == pytest.approx(1.7)
