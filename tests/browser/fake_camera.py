"""A camera that shows symbols one after the other: a film for Chromium's fake device.

Chromium plays a YUV4MPEG2 file in a loop in the place of a camera; symbols are grey, so the colours
of every frame are the same.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import zxingcpp
from PIL import Image
from playwright.sync_api import Browser

from tests.conftest import CHROMIUM_ARGUMENTS
from tests.setup_machine import find_chromium

WIDTH, HEIGHT = 640, 480
FRAMES_PER_SECOND = 5
FRAMES_EACH = 5

# The desk that symbols lie on: no white, so that their quiet zone is seen.
_DESK = 150


@dataclass(frozen=True, slots=True, kw_only=True)
class Symbol:
    """What is held in front of the camera."""

    text: str
    kind: zxingcpp.BarcodeFormat
    is_gs1: bool = False


def picture_of(symbol: Symbol, *, scale: int = 4) -> Image.Image:
    """Return a symbol in black on white with its quiet zone."""
    barcode = zxingcpp.create_barcode(symbol.text, symbol.kind, gs1=symbol.is_gs1)
    drawn = memoryview(barcode.to_image(scale=scale))  # type: ignore[arg-type]  # It is a buffer.
    height, width = drawn.shape or (0, 0)
    return Image.frombytes("L", (width, height), bytes(drawn))


def write_film(path: Path, symbols: Sequence[Symbol]) -> None:
    """Write a film that shows each symbol for a second, a little turned as a hand would hold it."""
    colours = bytes([128]) * (WIDTH * HEIGHT // 2)
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FRAMES_PER_SECOND}:1 Ip C420jpeg\n".encode())
        for symbol in symbols:
            frame = _held_up(picture_of(symbol)).tobytes()
            for _ in range(FRAMES_EACH):
                film.write(b"FRAME\n" + frame + colours)


def _held_up(symbol: Image.Image) -> Image.Image:
    fitting = min(WIDTH * 0.9 / symbol.width, HEIGHT * 0.7 / symbol.height, 1.5)
    size = (round(symbol.width * fitting), round(symbol.height * fitting))
    turned = symbol.resize(size, Image.Resampling.BILINEAR).rotate(
        4, Image.Resampling.BILINEAR, expand=True, fillcolor=_DESK
    )
    desk = Image.new("L", (WIDTH, HEIGHT), _DESK)
    desk.paste(turned, ((WIDTH - turned.width) // 2, (HEIGHT - turned.height) // 2))
    return desk


@contextmanager
def browser_with_camera(
    browser: Browser, film: Path | None, *, is_allowed: bool = True
) -> Iterator[Browser]:
    """Start a Chromium whose camera plays `film` (None: a test picture)."""
    arguments = [*CHROMIUM_ARGUMENTS, "--use-fake-device-for-media-stream"]
    if is_allowed:
        arguments.append("--use-fake-ui-for-media-stream")
    if film is not None:
        arguments.append(f"--use-file-for-fake-video-capture={film}")
    # From the Playwright that is running: there can be one in a thread.
    chromium = browser.browser_type.launch(
        executable_path=find_chromium(), headless=True, args=arguments
    )
    try:
        yield chromium
    finally:
        chromium.close()
