import io
import xml.etree.ElementTree as ET
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page

from codes.labels.hri import hri_of
from codes.labels.model import Label, LabelError, SymbolKind
from codes.labels.pdf import write_single
from codes.labels.png import write_png
from codes.labels.svg import write_svg
from tests.codes.labels.samples import (
    GTIN,
    LINK,
    darkest,
    encoded_text,
    job_of,
    kind_of,
    label_of,
    raster,
    read_all,
    text_of_pdf,
)

ELEMENTS = f"(01){GTIN}(17)270630(10)L1(21)ABC1234567"
EVERY_KIND = [
    label_of(1),
    Label(payload=LINK, symbol=SymbolKind.DATA_MATRIX, title="大米"),
    Label(payload=ELEMENTS, symbol=SymbolKind.GS1_QR, caption=hri_of(ELEMENTS)),
    Label(payload=ELEMENTS, symbol=SymbolKind.GS1_DATA_MATRIX, title="阿莫西林胶囊"),
]


def name(label: Label) -> str:
    return label.symbol.value


def pdf_of(label: Label, **options: float) -> bytes:
    out = io.BytesIO()
    write_single(label, out, job=job_of(), **options)
    return out.getvalue()


def png_of(label: Label, *, dpi: int = 300, module_mm: float | None = None) -> bytes:
    out = io.BytesIO()
    write_png(label, out, job=job_of(), dpi=dpi, module_mm=module_mm)
    return out.getvalue()


def svg_of(label: Label, use: str = "general") -> str:
    out = io.BytesIO()
    write_svg(label, out, job=job_of(use))
    return out.getvalue().decode()


@pytest.mark.parametrize("label", EVERY_KIND, ids=name)
def test_a_png_is_read_and_says_its_resolution(label: Label) -> None:
    picture = Image.open(io.BytesIO(png_of(label)))

    (found,) = read_all(picture)
    assert found.text == encoded_text(label.symbol, label.payload)
    assert kind_of(found.identifier) is label.symbol
    assert picture.info["dpi"] == pytest.approx((300, 300), abs=0.01)


@pytest.mark.parametrize("label", EVERY_KIND, ids=name)
def test_a_pdf_is_read_from_its_raster(label: Label, tmp_path: Path) -> None:
    (page,) = raster(pdf_of(label), tmp_path, dpi=300)

    (found,) = read_all(page)
    assert found.text == encoded_text(label.symbol, label.payload)
    assert kind_of(found.identifier) is label.symbol


@pytest.mark.browser
@pytest.mark.parametrize("label", EVERY_KIND, ids=name)
def test_an_svg_is_read_from_the_screen(label: Label, page: Page) -> None:
    page.set_content(f"<style>svg {{ zoom: 3 }}</style>{svg_of(label)}")

    shot = Image.open(io.BytesIO(page.locator("svg").screenshot()))

    (found,) = read_all(shot)
    assert found.text == encoded_text(label.symbol, label.payload)
    assert kind_of(found.identifier) is label.symbol


@pytest.mark.browser
def test_no_text_of_an_svg_leaves_its_picture(page: Page) -> None:
    label = replace(label_of(2), lines=("Widest WWWWWW 100 % Minimum 净含量", "批次 L1"))
    page.set_content(svg_of(label))

    picture = page.locator("svg").bounding_box()
    boxes = [text.bounding_box() for text in page.locator("text").all()]

    assert picture is not None
    assert len(boxes) >= 5
    for box in boxes:
        assert box is not None
        assert box["x"] >= picture["x"]
        assert box["x"] + box["width"] <= picture["x"] + picture["width"]
        assert box["y"] + box["height"] <= picture["y"] + picture["height"] + 1


def test_the_text_is_in_every_form() -> None:
    label = label_of(3)

    drawn = svg_of(label, "retail_item")

    found = [element.text or "" for element in ET.fromstring(drawn).iter() if element.text]  # noqa: S314
    assert label.caption[1] in found
    assert "五常大米" in "".join(found)
    assert label.caption[1] in text_of_pdf(pdf_of(label))
    assert len(png_of(label)) > len(png_of(Label(payload=label.payload)))


def test_an_svg_cannot_be_broken_out_of() -> None:
    label = Label(payload="<b>&\"'", title="</title><script>", lines=("<g onload=x>&",))

    root = ET.fromstring(svg_of(label))  # noqa: S314 - our own output

    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags == {"svg", "title", "path", "g", "text"}
    assert "<g onload=x>&" in [element.text for element in root.iter()]


def test_an_svg_without_a_title_is_named_by_what_it_encodes() -> None:
    label = Label(payload=f"\x1d01{GTIN}21A", symbol=SymbolKind.GS1_DATA_MATRIX)

    root = ET.fromstring(svg_of(label))  # noqa: S314 - our own output

    assert root[0].text == f" 01{GTIN}21A"


@pytest.mark.parametrize("dpi", [72, 203, 600, 1200])
def test_the_modules_of_a_png_are_whole_pixels_and_its_margin_four(dpi: int) -> None:
    picture = Image.open(io.BytesIO(png_of(Label(payload=LINK), dpi=dpi)))

    pixels, left = divmod(picture.width, 41)
    assert left == 0
    assert picture.size == (picture.width, picture.width)
    edge = picture.copy()
    edge.paste(255, (4 * pixels, 4 * pixels, 37 * pixels, 37 * pixels))
    assert darkest(edge) == 255
    assert picture.getpixel((4 * pixels, 4 * pixels)) == 0


def test_a_module_is_as_wide_as_asked_for(tmp_path: Path) -> None:
    (page,) = raster(pdf_of(Label(payload=LINK), module_mm=1.27), tmp_path, dpi=200)

    assert page.size == (410, 410)


@pytest.mark.parametrize(("dpi", "module_mm"), [(71, None), (1201, None), (1200, 20.0)])
def test_a_png_of_no_size_or_too_many_pixels_is_refused(dpi: int, module_mm: float | None) -> None:
    with pytest.raises(LabelError) as refusal:
        png_of(Label(payload=LINK), dpi=dpi, module_mm=module_mm)

    assert refusal.value.path == "dpi"


@pytest.mark.parametrize("write", [write_single, write_png, write_svg])
def test_a_single_label_says_whether_its_text_was_shortened(write: Any) -> None:
    label = replace(label_of(1), lines=("很长的一行说明" * 20,))

    long, short = (write(one, io.BytesIO(), job=job_of()) for one in (label, label_of(1)))

    assert (long.labels, long.shortened) == (1, 1)
    assert (short.labels, short.shortened) == (1, 0)
