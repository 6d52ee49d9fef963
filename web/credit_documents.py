"""Documents of cases: kept by their SHA-256, which is what the case's entry holds of them.

The rule that must stay true: a document is read by those alone who may see the case that names it,
wherever the case's party stands by then; and what is read is what was handed in.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final
from uuid import UUID

from werkzeug.datastructures import FileStorage

from base.db import reading
from base.errors import InputTooLarge, InvalidInput, NotFound
from credit.cases.model import Document
from credit.cases.reading import StepRow
from credit.intake.files import FOLDER, OF_CASES, OF_PARTIES, keep_file, read_file
from credit.judging.standing import stood_as
from web.services import Services

NAME_CHARS_MAX = 200
"""As the interface takes it."""
# How a file begins that a person can read as evidence, and that no machine runs.
_BEGINNINGS: Final = (
    b"%PDF-",
    b"\xff\xd8\xff",  # JPEG
    b"\x89PNG\r\n\x1a\n",
    b"II*\x00",  # TIFF, in either order of bytes
    b"MM\x00*",
    b"PK\x03\x04",  # OFD (GB/T 33190), DOCX, XLSX, archives
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",  # DOC, XLS
)


def drawer_of_case(parts: Services, case_id: UUID) -> Path:
    """Return where the documents of a case lie: by its own id, whoever its party is by now."""
    return parts.settings.effective_files_dir / OF_CASES / str(case_id)


def drawer_of_party(parts: Services, subject_id: UUID) -> Path:
    """Return where documents lie as long as the case that they are for is not open.

    A folder for each party: whoever names the hash of another party's file gets nothing by it.
    """
    return parts.settings.effective_files_dir / OF_PARTIES / str(subject_id)


def keep_documents(
    parts: Services, drawer: Path, sent: Iterable[FileStorage]
) -> tuple[Document, ...]:
    """Keep the files of a form and return what a step says of them.

    Raises `InputTooLarge`, and `InvalidInput` for a file that is no paper, picture or table; then
    none is kept.
    """
    bytes_max = parts.settings.sheet_bytes_max
    read = []
    for one in sent:
        body, name = one.stream.read(bytes_max + 1), name_of_file(one.filename or "")
        if len(body) > bytes_max:
            raise InputTooLarge(f"A document has at most {bytes_max} bytes.")
        if body and not body.startswith(_BEGINNINGS):
            raise InvalidInput(f"{name} is no PDF, picture, OFD or office document.")
        read.append((name, body))
    return tuple(
        Document(name=name, sha256=keep_file(drawer, body).hex()) for name, body in read if body
    )


def move_in(
    parts: Services, case_id: UUID, subject_id: UUID, documents: Iterable[Document]
) -> None:
    """Put the documents of a case that was opened just now with the case.

    What lay with the party stays there too: another form of its may name it.
    """
    drawer, own = drawer_of_party(parts, subject_id), drawer_of_case(parts, case_id)
    for one in documents:
        if _path(drawer, one.sha256).is_file():
            keep_file(own, read_file(drawer, bytes.fromhex(one.sha256)))


def read_document(parts: Services, case_id: UUID, steps: Sequence[StepRow], sha256: str) -> bytes:
    """Return the bytes of a document; raises `NotFound` where it was named by its hash alone."""
    for drawer in _drawers(parts, case_id, steps, sha256):
        if _path(drawer, sha256).is_file():
            return read_file(drawer, bytes.fromhex(sha256))
    raise NotFound("This document was named by its hash alone and is not kept here.")


def is_kept(parts: Services, case_id: UUID, steps: Sequence[StepRow], sha256: str) -> bool:
    """Return whether a document itself is kept here."""
    drawers = _drawers(parts, case_id, steps, sha256)
    return any(_path(drawer, sha256).is_file() for drawer in drawers)


def name_of_file(name: str) -> str:
    """Return the name of a file without its folders and whatever no line holds."""
    last = name.replace("\\", "/").rsplit("/", maxsplit=1)[-1]
    told = "".join(one for one in last if one.isprintable()).strip()
    return told[:NAME_CHARS_MAX] or "document"


def _drawers(
    parts: Services, case_id: UUID, steps: Sequence[StepRow], sha256: str
) -> Iterator[Path]:
    """Yield where a document of a case may lie: with the case, or where it was handed in.

    Documents once lay with the party alone, as it stood when the step that names them was taken.
    """
    yield drawer_of_case(parts, case_id)
    for step in steps:
        if any(one.sha256 == sha256 for one in step.note.documents):
            with reading(parts.engine) as connection:
                party_id = stood_as(connection, parts.log, step.note.subject_id, step.seq)
            yield drawer_of_party(parts, party_id)


def _path(drawer: Path, sha256: str) -> Path:
    return drawer / FOLDER / sha256
