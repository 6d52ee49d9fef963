"""Documents of cases: kept by their SHA-256, which is what the case's entry holds of them.

The rule that must stay true: a document is read by those alone who may see the case that names it,
and what is read is what was handed in.
"""

from pathlib import Path
from uuid import UUID

from werkzeug.datastructures import FileStorage

from base.errors import InputTooLarge, NotFound
from credit.cases.model import Document
from credit.intake.files import keep_file, read_file
from web.services import Services

NAME_CHARS_MAX = 200
"""As the interface takes it."""


def keep_documents(
    parts: Services, subject_id: UUID, sent: list[FileStorage]
) -> tuple[Document, ...]:
    """Keep the files of a form and return what a step says of them; raises `InputTooLarge`."""
    bytes_max = parts.settings.sheet_bytes_max
    found = []
    for one in sent:
        body = one.stream.read(bytes_max + 1)
        if len(body) > bytes_max:
            raise InputTooLarge(f"A document has at most {bytes_max} bytes.")
        if body:
            file_hash = keep_file(_folder(parts, subject_id), body)
            found.append(Document(name=name_of_file(one.filename or ""), sha256=file_hash.hex()))
    return tuple(found)


def read_document(parts: Services, subject_id: UUID, sha256: str) -> bytes:
    """Return the bytes of a document; raises `NotFound` where it was named by its hash alone."""
    try:
        return read_file(_folder(parts, subject_id), bytes.fromhex(sha256))
    except NotFound:
        raise NotFound("This document was named by its hash alone and is not kept here.") from None


def is_kept(parts: Services, subject_id: UUID, sha256: str) -> bool:
    """Return whether a document itself is kept here."""
    return (_folder(parts, subject_id) / "credit" / sha256).is_file()


def name_of_file(name: str) -> str:
    """Return the name of a file without its folders and whatever no line holds."""
    last = name.replace("\\", "/").rsplit("/", maxsplit=1)[-1]
    told = "".join(one for one in last if one.isprintable()).strip()
    return told[:NAME_CHARS_MAX] or "document"


def _folder(parts: Services, subject_id: UUID) -> Path:
    # A folder for each party: whoever names the hash of another party's file gets nothing by it.
    return parts.settings.effective_files_dir / "documents" / str(subject_id)
