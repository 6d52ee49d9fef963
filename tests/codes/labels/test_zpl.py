import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image

from codes.labels.model import Label, LabelError, SymbolKind
from codes.labels.stock import Roll
from codes.labels.zpl import DPIS, write_zpl
from tests.codes.labels.samples import (
    GTIN,
    LINK,
    SEED_TEXT,
    darkest,
    encoded_text,
    job_of,
    label_of,
    read_all,
)
from tests.codes.labels.zpl_reader import Field, fields, labels

ROLL = Roll(width_mm=60, height_mm=40)
LARGE = Roll(width_mm=150, height_mm=150)
ELEMENTS = f"(01){GTIN}(17)270630(10)L1(21)ABC1234567"
HOSTILE = "^XZ^XA~JA_5E\\&^FS\\1"


def label_in_zpl(label: Label, *, use: str = "general", roll: Roll = ROLL, dpi: int = 203) -> bytes:
    return file_in_zpl([label], use=use, roll=roll, dpi=dpi)


def file_in_zpl(
    some: Iterable[Label], *, use: str = "general", roll: Roll = ROLL, dpi: int = 203
) -> bytes:
    out = BytesIO()
    write_zpl(some, out, roll=roll, job=job_of(use), dpi=dpi)
    return out.getvalue()


def symbol_field(data: bytes) -> Field:
    return next(one for one in fields(data) if re.search(r"\^B[QX]", one.commands) or one.picture)


@pytest.mark.parametrize("dpi", DPIS)
def test_a_label_says_its_size_in_dots(dpi: int) -> None:
    text = label_in_zpl(label_of(1), dpi=dpi).decode("ascii")

    assert f"^PW{round(60 * dpi / 25.4)}^LL{round(40 * dpi / 25.4)}" in text
    assert text.count("\n^XA^CI28^LH0,0^LS0") == 1


@settings(deadline=None)
@given(
    payload=st.text(
        st.one_of(
            st.characters(min_codepoint=0x20, max_codepoint=0x7E),
            st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5),
        ),
        min_size=1,
        max_size=80,
    ),
    use=st.sampled_from(["general", "bag"]),
)
@example(payload=HOSTILE, use="general")
@example(payload=SEED_TEXT, use="bag")
def test_a_qr_code_is_asked_for_in_bytes_with_its_level_and_exact_content(
    payload: str, use: str
) -> None:
    field = symbol_field(label_in_zpl(Label(payload=payload), use=use, roll=LARGE))

    level = {"general": "M", "bag": "Q"}[use]
    size = len(payload.encode("utf-8"))
    assert field.data == f"{level}M,B{size:04d}{payload}".encode()
    assert re.search(r"\^BQN,2,([1-9]|10)\^FH_$", field.commands)


def test_a_qr_code_stands_where_the_firmware_moves_it_to() -> None:
    data = label_in_zpl(Label(payload=LINK))

    # The height of ^BY is set, because the firmware moves the symbol down by the last one.
    assert re.search(rb"\^BY2,3,10\^FO[0-9]+,[0-9]+\^BQ", data)
    field = symbol_field(data)
    dots = int(field.commands.split(",")[-1].removesuffix("^FH_"))
    assert field.y + 10 >= 4 * dots
    assert field.y + 10 + 37 * dots <= 320


def data_matrix_of(field: Field) -> str:
    """Return what the printer encodes: its escapes resolved, FNC1 as 0x1D."""
    text = field.data.decode("ascii")
    return re.sub(r"\\(.)", lambda found: "\x1d" if found[1] == "1" else found[1], text)


@settings(deadline=None)
@given(
    payload=st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), min_size=1, max_size=100)
)
@example(payload=HOSTILE)
def test_a_data_matrix_is_asked_for_with_its_side_and_exact_content(payload: str) -> None:
    label = Label(payload=payload, symbol=SymbolKind.DATA_MATRIX)

    field = symbol_field(label_in_zpl(label, roll=LARGE))

    assert data_matrix_of(field) == payload
    found = re.search(r"\^BXN,[0-9]+,200,([0-9]+),([0-9]+),,\\,1\^FH_$", field.commands)
    assert found is not None
    assert found[1] == found[2]


def test_a_gs1_data_matrix_begins_with_fnc1_and_has_it_after_open_values() -> None:
    label = Label(payload=ELEMENTS, symbol=SymbolKind.GS1_DATA_MATRIX)

    field = symbol_field(label_in_zpl(label))

    assert data_matrix_of(field) == "\x1d" + encoded_text(label.symbol, ELEMENTS)


@pytest.mark.parametrize(
    ("label", "use", "dpi"),
    [
        (Label(payload=ELEMENTS, symbol=SymbolKind.GS1_QR), "general", 203),
        (Label(payload="大米", symbol=SymbolKind.DATA_MATRIX), "general", 300),
        (Label(payload=LINK), "logistic_unit", 600),
    ],
)
def test_what_not_every_printer_draws_alike_is_sent_as_a_picture(
    label: Label, use: str, dpi: int
) -> None:
    field = symbol_field(label_in_zpl(label, use=use, dpi=dpi))

    assert field.picture is not None
    framed = Image.new("L", (field.picture.width + 200, field.picture.height + 200), 255)
    framed.paste(field.picture, (100, 100))
    assert [one.text for one in read_all(framed)] == [encoded_text(label.symbol, label.payload)]


def test_latin_text_is_the_printers_own_and_cannot_end_its_field() -> None:
    label = Label(payload=LINK, title="Rice ^XZ~JA_", lines=("Lot_5E",), caption=("(21)A",))

    texts = [one for one in fields(label_in_zpl(label)) if "^A0N," in one.commands]

    assert b" ".join(one.data for one in texts) == b"Rice ^XZ~JA_ Lot_5E (21)A"


def test_chinese_text_is_a_picture_and_a_caption_beside_it_is_not() -> None:
    found = fields(label_in_zpl(label_of(1)))

    pictures = [one.picture for one in found if one.picture]
    assert len(pictures) >= 3
    assert all(darkest(one) == 0 for one in pictures)
    assert [one.data.decode() for one in found if "^A0N," in one.commands] == list(
        label_of(1).caption
    )


def test_text_with_a_backslash_is_a_picture_because_a_field_block_would_read_it() -> None:
    label = Label(payload=LINK, lines=("a\\&b",))

    assert not any(b"\\" in one.data for one in fields(label_in_zpl(label)))


def test_a_high_label_has_its_text_in_the_middle() -> None:
    data = label_in_zpl(
        Label(payload=LINK, title="Rice"), roll=Roll(width_mm=40, height_mm=60)
    ).decode()

    assert "^FB320,1,0,C" in data


def test_labels_are_written_one_by_one() -> None:
    asked: list[int] = []

    class Heard(BytesIO):
        def write(self, data: Any) -> int:
            written.append((len(asked), bytes(data).count(b"^CI28")))
            return super().write(data)

    def made() -> Iterator[Label]:
        for number in range(3):
            asked.append(number)
            yield label_of(number)

    written: list[tuple[int, int]] = []
    printed = write_zpl(made(), Heard(), roll=ROLL, job=job_of(), dpi=203)

    assert written == [(1, 1), (2, 1), (3, 1), (3, 0)]
    assert (printed.labels, printed.pages, printed.shortened) == (3, 3, 0)


def test_text_that_every_label_has_is_sent_once_and_drawn_on_each() -> None:
    data = file_in_zpl(map(label_of, range(50)), dpi=300)

    found = labels(data)

    pictures = [[one.picture for one in label if one.picture] for label in found]
    assert data.count(b"~DG") == len(pictures[0]) >= 3
    assert len(found) == 50
    assert all(one == pictures[0] for one in pictures)
    one, fifty = len(file_in_zpl([label_of(1)], dpi=300)), len(data)
    assert (fifty - one) / 49 < 450


def test_text_of_every_label_alone_fills_no_more_of_the_printer_than_it_has() -> None:
    some = [replace(label_of(number), title=f"第 {number} 袋大米") for number in range(100)]

    data = file_in_zpl(some, dpi=203)

    assert data.count(b"~DG") == 64
    assert len(labels(data)) == 100
    titles = {label[1].picture.tobytes() for label in labels(data) if label[1].picture}
    assert len(titles) == 100


def test_pictures_take_no_more_than_the_room_that_the_smallest_printer_has() -> None:
    some = [replace(label_of(number), title=f"大字{number:02}号") for number in range(40)]

    data = file_in_zpl(some, roll=Roll(width_mm=300, height_mm=200), dpi=600)

    sizes = [int(size) for size in re.findall(rb"~DG[^,]+,([0-9]+),", data)]
    assert 0 < sum(sizes) <= 256 << 10
    assert data.count(b"^GFA") > 0
    assert len(labels(data)) == 40


def test_a_file_without_pictures_leaves_the_memory_of_the_printer_alone() -> None:
    data = label_in_zpl(Label(payload=LINK, title="Rice"))

    assert b"~DG" not in data
    assert b"^ID" not in data
    assert data.isascii()


@pytest.mark.parametrize("kind", [SymbolKind.QR, SymbolKind.DATA_MATRIX])
def test_a_content_too_long_for_a_symbol_is_refused(kind: SymbolKind) -> None:
    label = Label(payload="é" * 500 if kind is SymbolKind.QR else "a" * 900, symbol=kind)

    with pytest.raises(LabelError) as refusal:
        label_in_zpl(label)

    assert refusal.value.path == "labels[0].payload"


def test_an_element_string_is_checked_before_the_printer_sees_it() -> None:
    label = Label(payload="(01)06901234567891", symbol=SymbolKind.GS1_DATA_MATRIX)

    with pytest.raises(LabelError) as refusal:
        label_in_zpl(label)

    assert (refusal.value.rule, refusal.value.path) == ("check_digit", "labels[0].payload")


def test_a_printer_of_another_resolution_is_refused() -> None:
    with pytest.raises(LabelError) as refusal:
        write_zpl([label_of(1)], BytesIO(), roll=ROLL, job=job_of(), dpi=150)

    assert refusal.value.path == "dpi"
