"""The zip archive that a workbook is, looked at before anything in it is read.

The rule that must stay true: nothing is unpacked before its directory says that it is small; what
says less than it holds is cut off at what it said and fails its checksum. A part is looked at for
what it holds: which parts are sheets is said by the workbook, and not by their names.
"""

from io import BytesIO
from trace.sheets.grid import GridLimits, refuse
from typing import Final, NoReturn
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile, ZipInfo

from schemas.profiles.model import Words

_PARTS_MAX: Final = 2_000
_ENCRYPTED: Final = 0x1
_PIECE: Final = 1 << 16
_XML_STARTS: Final = (b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0")
"""How whatever a reader of XML can read begins, blanks left aside."""


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
    """Look at a part with the reader of XML itself: its name and encoding may say anything."""
    with archive.open(info) as part:
        piece = part.read(_PIECE)
        if not piece.lstrip().startswith(_XML_STARTS):
            return
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartDoctypeDeclHandler = _refuse_doctype
        parser.StartElementHandler = _refuse_merged
        try:
            while piece:
                parser.Parse(piece)
                piece = part.read(_PIECE)
            parser.Parse(b"", True)
        except expat.ExpatError:
            # Where it broke its reader breaks too: nothing behind that place is read. Old pictures
            # and notes (.vml) are often written so.
            if info.filename.endswith((".xml", ".rels")):
                raise BadZipFile from None


def _refuse_doctype(*_: object) -> NoReturn:
    refuse(
        "",
        "entities",
        Words(
            zh="文件声明了 XML 实体，请重新另存为 .xlsx。",
            en="The file declares XML entities; save it again as .xlsx.",
        ),
    )


def _refuse_merged(name: str, _: object) -> None:
    if name.rpartition(" ")[2] == "mergeCell":
        words = Words(
            zh="有合并的单元格，请取消合并：一个值只属于一个单元格。",
            en="There are merged cells; unmerge them: a value belongs to one cell.",
        )
        refuse("", "merged_cells", words)
