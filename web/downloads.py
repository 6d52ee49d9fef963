"""Files that are made for one answer and kept by nobody.

One rule: a file is written before the first byte of the answer, so that what fails is refused and
never half a file.
"""

from collections.abc import Callable, Iterator
from io import SEEK_END
from tempfile import TemporaryFile
from typing import BinaryIO, Final

from flask import Response

_PIECE: Final = 1 << 16


def download(write: Callable[[BinaryIO], object], name: str, *, media_type: str) -> Response:
    """Return a file that is written first and then handed out piece by piece."""
    file = TemporaryFile()  # noqa: SIM115 -- It is closed with the answer.
    try:
        write(file)
        length = file.seek(0, SEEK_END)
        file.seek(0)
    except BaseException:
        file.close()
        raise
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Length": str(length),
        "Cache-Control": "no-store",
    }
    answer = Response(_pieces(file), content_type=media_type, headers=headers)
    # Nobody may have asked for the first piece.
    answer.call_on_close(file.close)
    return answer


def _pieces(file: BinaryIO) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
