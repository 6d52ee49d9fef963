"""A photo of a code read by the service: what is found, and what is refused before it costs."""

import re
import struct
import zlib
from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import zxingcpp
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from base.config import Settings
from tests import asking
from tests.browser.fake_camera import Symbol, picture_of
from tests.live import LiveServer
from tests.web.house import House, open_house
from web.pages import photo as photo_module
from web.pages.photo import PhotoRefused, symbols_on

ROOT = Path(__file__).resolve().parents[2]
PIXELS_MAX = 32_000_000
KIND = zxingcpp.BarcodeFormat
LINK = "https://id.gs1.org/01/06901234567892/10/L1"
QR = Symbol(text=LINK, kind=KIND.QRCode)
GS1 = "(01)06901234567892(10)ABC(21)S1"
ON_PAPER = 40


def photo_of(*symbols: Symbol, form: str = "PNG", **options: Any) -> bytes:
    pictures = [picture_of(symbol) for symbol in symbols]
    width = max(picture.width for picture in pictures) + 2 * ON_PAPER
    height = sum(picture.height + ON_PAPER for picture in pictures) + ON_PAPER
    paper, top = Image.new("L", (width, height), 230), ON_PAPER
    for picture in pictures:
        paper.paste(picture, (ON_PAPER, top))
        top += picture.height + ON_PAPER
    return file_of(paper, form, **options)


def file_of(image: Image.Image, form: str, **options: Any) -> bytes:
    file = BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def read(photo: bytes) -> tuple[str, ...]:
    return symbols_on(photo, pixels_max=PIXELS_MAX)


def trouble_with(photo: bytes, *, pixels_max: int = PIXELS_MAX) -> str:
    with pytest.raises(PhotoRefused) as refused:
        symbols_on(photo, pixels_max=pixels_max)
    return refused.value.trouble


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_photo_of_each_format_is_read(form: str) -> None:
    assert read(photo_of(QR, form=form)) == (LINK,)


@pytest.mark.parametrize(
    ("symbol", "text"),
    [
        (Symbol(text=GS1, kind=KIND.DataMatrix, is_gs1=True), "]d2"),
        (Symbol(text=GS1, kind=KIND.Code128, is_gs1=True), "]C1"),
        (Symbol(text=GS1, kind=KIND.QRCode, is_gs1=True), "]Q3"),
    ],
)
def test_element_strings_are_given_as_scanners_send_them(symbol: Symbol, text: str) -> None:
    assert read(photo_of(symbol)) == (f"{text}010690123456789210ABC\x1d21S1",)


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (KIND.EAN13, "6901234567892", "6901234567892"),
        (KIND.EAN8, "96385074", "96385074"),
        (KIND.UPCA, "012345678905", "0012345678905"),
        (KIND.ITF14, "16901234567899", "16901234567899"),
        (KIND.Code128, "81234567890123456789", "81234567890123456789"),
        (KIND.DataMatrix, "81234567890123456789", "81234567890123456789"),
        (KIND.DataBarOmni, "06901234567892", "]e00106901234567892"),
    ],
)
def test_the_symbols_of_the_trade_are_read(kind: Any, text: str, expected: str) -> None:
    assert read(photo_of(Symbol(text=text, kind=kind))) == (expected,)


def test_several_symbols_are_read_and_each_once() -> None:
    other = Symbol(text="81234567890123456789", kind=KIND.DataMatrix)

    assert sorted(read(photo_of(QR, other, QR))) == sorted([LINK, other.text])


@pytest.mark.parametrize("orientation", range(10))
def test_a_photo_is_turned_upright(orientation: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation

    assert read(photo_of(QR, form="JPEG", exif=exif)) == (LINK,)


def test_damaged_notes_do_not_hinder() -> None:
    whole = photo_of(QR, form="JPEG", exif=b"Exif\0\0MM\0*\0\0\0\x08\xff\xff" + b"\x01" * 40)

    with pytest.warns(UserWarning, match="EXIF"):
        assert read(whole) == (LINK,)


@pytest.mark.parametrize("mode", ["RGB", "RGBA", "LA", "P", "1", "CMYK", "I;16"])
def test_every_kind_of_pixels_is_read(mode: str) -> None:
    grey = Image.open(BytesIO(photo_of(QR)))
    deep = grey.convert("I").point(lambda value: value * 256)
    image = deep.convert("I;16") if mode == "I;16" else grey.convert(mode)

    assert read(file_of(image, "JPEG" if mode == "CMYK" else "PNG")) == (LINK,)


def test_a_symbol_without_a_ground_lies_on_white_paper() -> None:
    symbol = picture_of(QR)
    clear = Image.new("RGBA", symbol.size, (0, 0, 0, 0))
    clear.putalpha(symbol.point(lambda value: 255 - value))

    assert read(file_of(clear, "PNG")) == (LINK,)


def test_a_photo_of_a_large_camera_is_read() -> None:
    symbol = picture_of(QR)
    desk = Image.new("L", (6000, 5000), 180)
    desk.paste(symbol.resize((1200, 1200)), (2400, 2100))

    assert read(file_of(desk, "JPEG")) == (LINK,)


def test_a_photo_without_a_symbol_has_none() -> None:
    assert read(file_of(Image.new("L", (400, 300), 120), "JPEG")) == ()


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of a few hundred bytes whose header promises any number of pixels."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    data = zlib.compress(bytes(1000))
    parts = chunk(b"IHDR", header) + chunk(b"IDAT", data) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize(
    "size",
    [(6000, 5334), (10_000, 10_000), (30_000, 30_000), (1, 2**31 - 1), (2**31 - 1, 2**31 - 1)],
)
def test_a_bomb_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    assert trouble_with(bomb(*size)) in ("too_many_pixels", "damaged")


def test_pixels_are_counted_exactly() -> None:
    photo = file_of(Image.new("L", (100, 100), 255), "PNG")

    assert symbols_on(photo, pixels_max=10_000) == ()
    assert trouble_with(photo, pixels_max=9_999) == "too_many_pixels"


@pytest.mark.parametrize(
    ("photo", "trouble"),
    [
        (b"", "not_a_photo"),
        (b"hello", "not_a_photo"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", "not_a_photo"),
        (b"%PDF-1.7\n", "not_a_photo"),
        (b"GIF89a" + bytes(40), "not_a_photo"),
        (b"II*\0" + bytes(40), "not_a_photo"),
        (b"\xff\xd8\xff\xe0" + bytes(100), "not_a_photo"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "heic"),
        (b"\0\0\0\x18ftypmif1" + bytes(40), "heic"),
        (b"\0\0\0\x18ftypavif" + bytes(40), "heic"),
        (b"\0\0\0\x18ftypmp42" + bytes(40), "not_a_photo"),
    ],
)
def test_what_is_no_photo_is_named(photo: bytes, trouble: str) -> None:
    assert trouble_with(photo) == trouble


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
@pytest.mark.parametrize("kept", [0.2, 0.5, 0.9])
def test_half_a_photo_is_damaged(form: str, kept: float) -> None:
    whole = photo_of(QR, form=form)

    assert trouble_with(whole[: int(len(whole) * kept)]) in ("damaged", "not_a_photo")


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(["PNG", "JPEG", "WEBP"]), st.data())
def test_no_damage_raises_anything_else(form: str, data: st.DataObject) -> None:
    photo = bytearray(photo_of(QR, form=form))
    for _ in range(data.draw(st.integers(1, 8))):
        photo[data.draw(st.integers(0, len(photo) - 1))] = data.draw(st.integers(0, 255))

    # Whatever else is raised fails the test.
    with suppress(PhotoRefused):
        assert all(isinstance(text, str) for text in read(bytes(photo)))


# Over HTTP


def post(house: House, photo: bytes, *, name: str = "photo.jpg", lang: str = "en") -> Any:
    # By hand: the client of the tests would put a large form into a file and leave it open.
    head = f'--x\r\nContent-Disposition: form-data; name="photo"; filename="{name}"\r\n\r\n'
    body = head.encode() + photo + b"\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    return house.ask("POST", f"/scan/photo?lang={lang}", data=body, content_type=kind)


def test_a_photo_becomes_the_list_of_what_is_on_it(sqlite_house: House) -> None:
    answer = post(sqlite_house, photo_of(QR))

    page = answer.get_data(as_text=True)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "GS1 Digital Link" in page
    assert 'href="/01/06901234567892/10/L1"' in page


def photo_of_size(size: int) -> bytes:
    """Return a photo of exactly `size` bytes: noise under the code, as a camera's has."""
    paper = Image.effect_noise((400, 400), 40).point(lambda value: 128 + value // 2)
    symbol = picture_of(QR)
    paper = paper.resize((symbol.width + 200, symbol.height + 200))
    paper.paste(symbol, (100, 100))
    photo = file_of(paper, "JPEG", quality=70)
    # JPEG ends at its mark of an end; cameras write small copies and notes behind it.
    return photo + bytes(size - len(photo))


SIZES = (65_000, 65_536, 1_000_000, 9_000_000, 10 << 20)


@pytest.mark.parametrize("size", SIZES)
def test_a_photo_of_every_size_up_to_the_limit_is_read(sqlite_house: House, size: int) -> None:
    answer = post(sqlite_house, photo_of_size(size))

    assert answer.status_code == 200
    assert 'href="/01/06901234567892/10/L1"' in answer.get_data(as_text=True)


def test_one_byte_over_the_limit_is_too_much(sqlite_house: House) -> None:
    assert post(sqlite_house, photo_of_size((10 << 20) + 1)).status_code == 413


def test_a_real_server_reads_large_photos(live_server: LiveServer) -> None:
    for size in SIZES:
        photo = ("photo.jpg", photo_of_size(size), "image/jpeg")

        answer = asking.post(f"{live_server.url}/scan/photo", files={"photo": photo}, timeout=60)

        assert (size, answer.status_code) == (size, 200)
        assert 'href="/01/06901234567892/10/L1"' in answer.text


def test_long_headers_of_a_form_are_refused(sqlite_house: House) -> None:
    head = b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n'
    body = head + b"A: b\r\n" * 200_000 + b"\r\nx\r\n--x--\r\n"
    kind = "multipart/form-data; boundary=x"

    answer = sqlite_house.ask("POST", "/scan/photo", data=body, content_type=kind)

    assert answer.status_code == 413


def test_a_photo_is_judged_by_its_content(sqlite_house: House) -> None:
    assert post(sqlite_house, photo_of(QR), name="../../x.svg").status_code == 200
    assert post(sqlite_house, b"<svg/>", name="photo.jpg").status_code == 415


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_photo_without_a_code_is_helped(sqlite_house: House, lang: str) -> None:
    answer = post(sqlite_house, file_of(Image.new("L", (99, 99), 99), "JPEG"), lang=lang)

    told = {"zh": "照片上没有找到码", "en": "No code was found on the photo"}
    assert answer.status_code == 200
    assert told[lang] in answer.get_data(as_text=True)


@pytest.mark.parametrize(
    ("photo", "status", "sentence"),
    [
        (lambda: b"", 400, "没有选择照片"),
        (lambda: b"hello", 415, "这个文件不是这里能识别的照片"),
        (lambda: b"\0\0\0\x18ftypheic" + bytes(40), 415, "另存为 JPEG"),
        (lambda: photo_of(QR)[:300], 400, "照片已损坏或不完整"),
        (lambda: bomb(30_000, 30_000), 413, "像素太多"),
        (lambda: photo_of(QR) + bytes(11 << 20), 413, "照片超过 10 MB"),
        (lambda: bytes(20 << 20), 413, "照片超过 10 MB"),
    ],
)
def test_each_refusal_says_what_to_do(
    sqlite_house: House, photo: Callable[[], bytes], status: int, sentence: str
) -> None:
    answer = post(sqlite_house, photo(), lang="zh")

    page = answer.get_data(as_text=True)
    assert answer.status_code == status
    assert sentence in page
    assert 'name="code"' in page
    assert 'name="photo"' in page


@pytest.mark.parametrize(
    "options",
    [
        {"data": b"x", "content_type": "image/jpeg"},
        {"data": b"x", "content_type": "multipart/form-data"},
        {"data": b"--x\r\nbroken", "content_type": "multipart/form-data; boundary=x"},
        {"data": {"photo": "a text"}},
        {"data": {"other": (BytesIO(b"x"), "photo.jpg")}},
        {"json": {"photo": "x"}},
    ],
)
def test_a_form_that_is_none_has_no_photo(sqlite_house: House, options: dict[str, Any]) -> None:
    answer = sqlite_house.ask("POST", "/scan/photo", **options)

    assert answer.status_code in (400, 415)


def test_a_form_of_many_parts_is_refused(sqlite_house: House) -> None:
    many = {f"p{number}": (BytesIO(b"x"), "x") for number in range(50)}

    assert sqlite_house.ask("POST", "/scan/photo", data=many).status_code == 413


def test_without_the_decoder_the_page_says_so(
    sqlite_house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_module, "zxingcpp", None)

    answer = post(sqlite_house, photo_of(QR), lang="zh")

    assert answer.status_code == 501
    assert "本服务不识别照片" in answer.get_data(as_text=True)
    assert 'name="photo"' not in sqlite_house.ask("GET", "/scan").get_data(as_text=True)


def test_a_full_reader_asks_for_a_minute(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, photo_readers_max=1, photo_wait_max_s=0)
    slots = house.app.extensions["suxin_photo_slots"]

    with slots:
        answer = post(house, photo_of(QR), lang="zh")
    after = post(house, photo_of(QR))
    house.services.engine.dispose()

    assert answer.status_code == 503
    assert "现在识别照片的人很多" in answer.get_data(as_text=True)
    assert after.status_code == 200


def test_the_server_in_front_lets_a_whole_photo_through() -> None:
    site = (ROOT / "deploy/nginx/suxin.conf").read_text(encoding="utf-8")

    found = re.search(r"location = /scan/photo \{([^}]*)\}", site)

    assert found is not None
    sizes = dict(re.findall(r"client_(max_body|body_buffer)_size (\d+)m;", found[1]))
    # What does not fit into its memory would go to the disk.
    assert sizes["max_body"] == sizes["body_buffer"]
    assert int(sizes["max_body"]) << 20 > Settings().photo_bytes_max


def test_a_smaller_limit_is_the_one_that_counts(sqlite_url: str, tmp_path: Path) -> None:
    house = open_house(sqlite_url, tmp_path, photo_bytes_max=1 << 20)

    answer = post(house, photo_of(QR) + bytes(1 << 20))
    house.services.engine.dispose()

    assert answer.status_code == 413
    assert "more than 1 MB" in answer.get_data(as_text=True)
