import io
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from codes.labels.model import Label, LabelError, LabelLimits
from codes.labels.pdf import write_roll, write_sheets
from codes.labels.stock import SHEETS, Roll, Sheet
from codes.labels.symbols import Encoder
from tests.codes.labels.samples import (
    GTIN,
    LINK,
    Read,
    darkest,
    job_of,
    label_of,
    raster,
    read_all,
    serial_of,
    text_of_pdf,
)

DPI = 300


def sheets_of(count: int, sheet: Sheet, *, start: int = 1, cut_marks: bool = False) -> bytes:
    out = io.BytesIO()
    write_sheets(
        map(label_of, range(count)),
        out,
        sheet=sheet,
        job=job_of(),
        start=start,
        cut_marks=cut_marks,
    )
    return out.getvalue()


def place_of(read: Read, sheet: Sheet) -> int:
    """Return the place of the label that holds a symbol and four modules of margin, from 0."""
    modules = 33
    margin = 4 * (read.right - read.left) / modules
    for place in range(sheet.count):
        left, top = (length * DPI / 25.4 for length in sheet.corner(place))
        right, bottom = left + sheet.width_mm * DPI / 25.4, top + sheet.height_mm * DPI / 25.4
        if (
            left <= read.left - margin + 1
            and read.right + margin - 1 <= right
            and top <= read.top - margin + 1
            and read.bottom + margin - 1 <= bottom
        ):
            return place
    raise AssertionError("a symbol or its margin leaves its label")


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A full sheet and its picture, which nobody draws on."""

    sheet: Sheet
    page: Image.Image


@pytest.fixture(scope="module", params=SHEETS)
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    sheet = SHEETS[request.param]
    folder = tmp_path_factory.mktemp("sheet")
    (page,) = raster(sheets_of(sheet.count, sheet), folder, dpi=DPI)
    return Drawn(sheet=sheet, page=page)


def test_every_symbol_of_a_sheet_is_read_from_its_raster_in_its_own_label(drawn: Drawn) -> None:
    sheet, page = drawn.sheet, drawn.page

    found = {place_of(one, sheet): one.text for one in read_all(page)}
    assert found == {number: label_of(number).payload for number in range(sheet.count)}


def test_no_ink_touches_the_edge_of_a_label_or_the_rim_of_the_page(drawn: Drawn) -> None:
    sheet, page = drawn.sheet, drawn.page

    rim = round(4.2 * DPI / 25.4)
    inside = page.copy()
    inside.paste(255, (rim, rim, page.width - rim, page.height - rim))
    assert darkest(inside) == 255
    for place in range(sheet.count):
        assert not ink_on_the_edge(page, sheet, place)


def ink_on_the_edge(page: Image.Image, sheet: Sheet, place: int) -> bool:
    left, top, width, height = (
        round(length * DPI / 25.4)
        for length in (*sheet.corner(place), sheet.width_mm, sheet.height_mm)
    )
    cell = page.crop((left, top, left + width, top + height))
    free = round(1.3 * DPI / 25.4)
    cell.paste(255, (free, free, cell.width - free, cell.height - free))
    return darkest(cell) != 255


def test_a_half_used_sheet_goes_on_at_its_first_free_label(tmp_path: Path) -> None:
    sheet = SHEETS["24"]

    first, second = raster(sheets_of(8, sheet, start=20), tmp_path, dpi=DPI)

    assert {place_of(one, sheet) for one in read_all(first)} == {19, 20, 21, 22, 23}
    assert {place_of(one, sheet): one.text for one in read_all(second)} == {
        number - 5: label_of(number).payload for number in (5, 6, 7)
    }


def test_cut_marks_stand_at_the_corners_of_the_labels_and_only_when_wanted(tmp_path: Path) -> None:
    sheet = SHEETS["21"]
    dpi = 150
    x, y = (round(length * dpi / 25.4) for length in sheet.corner(4))
    box = (x - 2, y - 2, x + 2, y + 2)

    (bare,) = raster(sheets_of(21, sheet), tmp_path, dpi=dpi)
    (marked,) = raster(sheets_of(21, sheet, cut_marks=True), tmp_path, dpi=dpi)

    assert darkest(bare.crop(box)) == 255
    assert darkest(marked.crop(box)) < 200
    assert len(read_all(marked)) == 21


def test_the_file_is_whole_and_its_text_can_be_searched() -> None:
    data = sheets_of(30, SHEETS["24"])

    with pikepdf.open(io.BytesIO(data)) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert len(pdf.pages) == 2
        assert pdf.docinfo["/Title"] == "标签"
        fonts = [pdf.pages[1].resources["/Font"]["/F"]["/DescendantFonts"][0]]
        assert all("/FontFile2" in font["/FontDescriptor"] for font in fonts)
    text = text_of_pdf(data)
    assert "五常大米" in text
    assert f"(21){serial_of(29)}" in text


def test_the_same_labels_give_the_same_bytes() -> None:
    assert sheets_of(5, SHEETS["24"]) == sheets_of(5, SHEETS["24"])


def test_many_pages_hang_on_one_tree_and_stand_in_their_order() -> None:
    out = io.BytesIO()

    printed = write_roll(
        (Label(payload=f"https://e.cn/{number}") for number in range(200)),
        out,
        roll=Roll(width_mm=40, height_mm=30),
        job=job_of(encoder=Encoder.FASTEST),
    )

    assert (printed.labels, printed.pages, printed.shortened) == (200, 200, 0)
    with pikepdf.open(out) as pdf:
        assert pdf.check_pdf_syntax() == []
        assert len(pdf.pages) == 200
        assert f"{pdf.pages[199].mediabox[2]:.1f}" == "113.4"


def test_a_roll_label_is_one_page_of_its_size_and_is_read(tmp_path: Path) -> None:
    out = io.BytesIO()
    write_roll([label_of(1)], out, roll=Roll(width_mm=60, height_mm=40, dpi=203), job=job_of())

    (page,) = raster(out.getvalue(), tmp_path, dpi=203)

    assert page.size == pytest.approx((480, 320), abs=1)
    assert [one.text for one in read_all(page)] == [label_of(1).payload]


class Watched:
    """A file that remembers, for each page, how many labels had been asked for."""

    def __init__(self) -> None:
        self.asked = 0
        self.ahead_most = 0
        self.pages = 0

    def labels(self, count: int) -> Iterator[Label]:
        for number in range(count):
            self.asked = number + 1
            yield Label(payload=f"https://e.cn/{number}")

    def write(self, data: bytes) -> None:
        if b"/Type/Page/" in data:
            self.pages += 1
            self.ahead_most = max(self.ahead_most, self.asked - 24 * self.pages)


def test_a_hundred_thousand_labels_are_asked_for_a_sheet_at_a_time() -> None:
    told: list[tuple[int, int | None]] = []
    watched = Watched()

    printed = write_sheets(
        watched.labels(100_000),
        watched,
        sheet=SHEETS["24"],
        job=job_of(
            encoder=Encoder.FASTEST,
            total=100_000,
            progress=lambda done, total: told.append((done, total)),
        ),
    )

    assert (printed.labels, printed.pages) == (100_000, 4167)
    assert watched.ahead_most <= 1
    assert told[0] == (100, 100_000)
    assert told[-1] == (100_000, 100_000)
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_progress_is_told_without_a_total_where_none_is_known() -> None:
    told: list[tuple[int, int | None]] = []

    write_roll(
        (Label(payload=LINK) for _ in range(150)),
        io.BytesIO(),
        roll=Roll(width_mm=40, height_mm=30),
        job=job_of(encoder=Encoder.FASTEST, progress=lambda *one: told.append(one)),
    )

    assert told == [(100, None), (150, 150)]


def test_a_refusal_names_the_label_and_its_field() -> None:
    labels = [label_of(0), Label(payload=LINK, lines=("正常", "有\x07铃"))]

    with pytest.raises(LabelError) as refusal:
        write_sheets(labels, io.BytesIO(), sheet=SHEETS["24"], job=job_of())

    assert refusal.value.path == "labels[1].lines[1]"
    assert refusal.value.rule == "control_character"
    assert refusal.value.position == 1
    assert [one.path for one in refusal.value.problems] == ["labels[1].lines[1]"]


def test_a_character_that_the_font_lacks_is_refused_with_its_place() -> None:
    label = Label(payload=LINK, title="大米😀", caption=(f"(01){GTIN}",))

    with pytest.raises(LabelError) as refusal:
        write_sheets([label], io.BytesIO(), sheet=SHEETS["24"], job=job_of())

    assert (refusal.value.path, refusal.value.rule) == ("labels[0].title", "no_glyph")
    assert refusal.value.position == 2


@pytest.mark.parametrize("start", [0, -1, 25])
def test_a_start_that_is_not_on_the_sheet_is_refused(start: int) -> None:
    with pytest.raises(LabelError) as refusal:
        sheets_of(1, SHEETS["24"], start=start)

    assert refusal.value.path == "start"


def test_no_label_and_too_many_labels_are_refused() -> None:
    with pytest.raises(LabelError, match="no label"):
        sheets_of(0, SHEETS["24"])
    job = replace(job_of(), limits=LabelLimits(labels_max=2))

    with pytest.raises(LabelError, match="at most 2 labels") as refusal:
        write_sheets(map(label_of, range(3)), io.BytesIO(), sheet=SHEETS["24"], job=job)

    assert refusal.value.path == "labels"


@pytest.mark.parametrize("name", ["missing.ttf", "page.md"])
def test_a_file_that_is_no_font_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("# no font")
    job = replace(job_of(), font=tmp_path / name)

    with pytest.raises(LabelError) as refusal:
        write_sheets([label_of(1)], io.BytesIO(), sheet=SHEETS["24"], job=job)

    assert (refusal.value.rule, refusal.value.path) == ("font", "font")
