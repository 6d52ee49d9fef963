"""The one file of a form that anybody may send: read in memory, and no more of it than its limit.

The rule that must stay true: nothing of it is written to a disk, and none of it is read that the
limit does not allow.
"""

from io import BytesIO
from typing import IO, Final

from flask import Request
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import MultiPartParser

from base.errors import InputTooLarge, InvalidInput, Problem
from web.bodies import read_body

# What a form adds around its file: boundaries, names, the kind of the file.
FORM_BYTES: Final = 16 << 10
"""What a form has beside its file."""
_FORM_PARTS_MAX: Final = 4
# So much of a body the parser takes at a time. Its limit of memory counts each piece, also of a
# file, beside the headers that it keeps; a file itself may be as long as its limit.
_PIECE_BYTES: Final = 64 << 10


def file_of_form(req: Request, name: str, bytes_max: int) -> bytes:
    """Return the bytes of a form's file, b"" where it has none of that name.

    Raises `InputTooLarge` for a larger one and `InvalidInput` for a form that cannot be read.
    """
    req.max_content_length = bytes_max + FORM_BYTES
    parser = MultiPartParser(
        stream_factory=_in_memory,
        max_form_memory_size=_PIECE_BYTES + FORM_BYTES,
        buffer_size=_PIECE_BYTES,
        max_form_parts=_FORM_PARTS_MAX,
    )
    data = b""
    try:
        body = read_body(req, bytes_max + FORM_BYTES)
        boundary = req.mimetype_params.get("boundary", "").encode()
        if req.mimetype == "multipart/form-data" and boundary:
            _form, files = parser.parse(BytesIO(body), boundary, len(body))
            file = files.get(name)
            data = file.stream.read() if file is not None else b""
    except (RequestEntityTooLarge, InputTooLarge):
        raise _too_large(bytes_max) from None
    except ValueError:
        message = "The body is no form that can be read."
        problem = Problem(path=name, code="form", message=message)
        raise InvalidInput(message, problems=(problem,)) from None
    if len(data) > bytes_max:
        raise _too_large(bytes_max)
    return data


def _too_large(bytes_max: int) -> InputTooLarge:
    return InputTooLarge(f"A file has at most {bytes_max} bytes.")


def _in_memory(
    total_content_length: int | None,  # noqa: ARG001 -- the signature is Werkzeug's
    content_type: str | None,  # noqa: ARG001 -- the signature is Werkzeug's
    filename: str | None,  # noqa: ARG001 -- the signature is Werkzeug's
    content_length: int | None = None,  # noqa: ARG001 -- the signature is Werkzeug's
) -> IO[bytes]:
    """Return where a file of a form is kept; Werkzeug's own would go to the disk when large."""
    return BytesIO()
