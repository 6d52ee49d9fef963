"""The zip archive that a workbook is, looked at before anything in it is read.

The rule that must stay true: nothing is unpacked before its directory says that it is small; what
says less than it holds is cut off at what it said and fails its checksum.
"""

import re
from io import BytesIO
from trace.sheets.grid import GridLimits, refuse
from typing import Final
from zipfile import BadZipFile, ZipFile, ZipInfo

from schemas.profiles.model import Words

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
        refuse(
            "",
            "damaged",
            Words(
                zh="文件已损坏，请重新另存为 .xlsx。",
                en="The file is damaged; save it again as .xlsx.",
            ),
        )


def _require_small(infos: list[ZipInfo], limits: GridLimits) -> None:
    if len(infos) > _PARTS_MAX:
        refuse(
            "",
            "too_many_parts",
            Words(
                zh=f"工作簿最多 {_PARTS_MAX} 个部分。",
                en=f"A workbook has at most {_PARTS_MAX} parts.",
            ),
        )
    if sum(info.file_size for info in infos) > limits.unzipped_bytes_max:
        most = limits.unzipped_bytes_max
        words = Words(
            zh=f"工作簿解压后最多 {most} 字节。",
            en=f"A workbook has at most {most} bytes when unpacked.",
        )
        refuse("", "too_large", words)
    if any(info.flag_bits & _ENCRYPTED for info in infos):
        refuse(
            "",
            "encrypted",
            Words(
                zh="文件有密码，请去掉密码后再传。",
                en="The file has a password; save it without one.",
            ),
        )


def _require_workbook(names: set[str]) -> None:
    if "xl/workbook.xml" not in names:
        refuse(
            "",
            "not_a_workbook",
            Words(
                zh="这不是工作簿，请另存为 .xlsx 或 .csv。",
                en="This is no workbook; save the sheet as .xlsx or .csv.",
            ),
        )
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        refuse(
            "",
            "macros",
            Words(zh="文件带有宏，请另存为 .xlsx。", en="The file has macros; save it as .xlsx."),
        )


def _scan(archive: ZipFile, info: ZipInfo) -> None:
    is_sheet = info.filename.startswith("xl/worksheets/")
    tail = b""
    with archive.open(info) as part:
        while piece := part.read(_PIECE):
            text = tail + piece
            if _DOCTYPE.search(text):
                refuse(
                    "",
                    "entities",
                    Words(
                        zh="文件声明了 XML 实体，请重新另存为 .xlsx。",
                        en="The file declares XML entities; save it again as .xlsx.",
                    ),
                )
            if is_sheet and _MERGED.search(text):
                words = Words(
                    zh="有合并的单元格，请取消合并：一个值只属于一个单元格。",
                    en="There are merged cells; unmerge them: a value belongs to one cell.",
                )
                refuse("", "merged_cells", words)
            tail = text[-_OVERLAP:]
