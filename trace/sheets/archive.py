"""The zip archive that a workbook is, looked at before anything in it is read.

The rule that must stay true: nothing is unpacked before its directory says that it is small; what
says less than it holds is cut off at what it said and fails its checksum.
"""

import re
from io import BytesIO
from trace.sheets.grid import GridLimits, refuse
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo

_PARTS_MAX: Final = 2_000
_ENCRYPTED: Final = 0x1
_PIECE: Final = 1 << 16
_OVERLAP: Final = 64
_MERGED: Final = re.compile(rb"<(?:[A-Za-z0-9]+:)?mergeCell[\s/>]")
_DOCTYPE: Final = re.compile(rb"<!(?:DOCTYPE|ENTITY)")


def require_sound(data: bytes, limits: GridLimits) -> None:
    """Refuse what is no plain workbook, too large, or would be read otherwise than it looks.

    Raises `InvalidInput`.
    """
    try:
        with ZipFile(BytesIO(data)) as archive:
            infos = archive.infolist()
            _require_small(infos, limits)
            _require_workbook({info.filename for info in infos})
            for info in infos:
                if info.filename.endswith((".xml", ".rels")):
                    _scan(archive, info)
    except (BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError):
        refuse("", "damaged", "The file is damaged; save it again as .xlsx.")


def _require_small(infos: list[ZipInfo], limits: GridLimits) -> None:
    if len(infos) > _PARTS_MAX:
        refuse("", "too_many_parts", f"A workbook has at most {_PARTS_MAX} parts.")
    if sum(info.file_size for info in infos) > limits.unzipped_bytes_max:
        message = f"A workbook has at most {limits.unzipped_bytes_max} bytes when unpacked."
        refuse("", "too_large", message)
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        refuse("", "encrypted", "The file has a password; save it without one.")


def _require_workbook(names: set[str]) -> None:
    if "xl/workbook.xml" not in names:
        refuse("", "not_a_workbook", "This is no workbook; save the sheet as .xlsx or .csv.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        refuse("", "macros", "The file has macros; save it as .xlsx.")


def _scan(archive: ZipFile, info: ZipInfo) -> None:
    is_sheet = info.filename.startswith("xl/worksheets/")
    tail = b""
    with archive.open(info) as part:
        while piece := part.read(_PIECE):
            text = tail + piece
            if _DOCTYPE.search(text):
                refuse("", "entities", "The file declares XML entities; save it again as .xlsx.")
            if is_sheet and _MERGED.search(text):
                message = "There are merged cells; unmerge them: a value belongs to one cell."
                refuse("", "merged_cells", message)
            tail = text[-_OVERLAP:]
