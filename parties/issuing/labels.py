"""Label files of a block: sheets and rolls as PDF, commands for printers, lists for print houses.

Two rules: an order is checked whole before anything is written, by making its first label; and no
void code is printed.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Final, TypeAlias

from sqlalchemy import Engine

from base.db import reading
from base.errors import InvalidInput, Problem
from base.installation_secret import InstallationSecret
from codes.gs1.element_string import bracketed
from codes.labels.batch import Printed, PrintJob
from codes.labels.hri import hri_lines
from codes.labels.model import Label, LabelError, Progress, SymbolKind
from codes.labels.pdf import write_roll, write_sheets, write_single
from codes.labels.pdf_file import Sink
from codes.labels.png import write_png
from codes.labels.serial_list import SerialRow, serial_list
from codes.labels.stock import Roll, get_sheet
from codes.labels.svg import write_svg
from codes.labels.uses import get_use
from codes.labels.zpl import write_zpl
from codes.model import CodeError
from parties.directory import PartyCard, ProductCard
from parties.issuing.addresses import PrintedCode, printed
from parties.issuing.blocks import Block, texts_of
from parties.issuing.runs import void_within
from parties.issuing.tags import require_usable_key

SINGLES_MAX: Final = 1
"""Labels of a file that is one symbol to place in a design."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelOrder:
    """Which labels of a block, in which form. `first` … `last` count in the block from 1.

    `file_format` is a row of `FORMATS`; `sheet` names a sheet of `codes.labels.stock`, and where it
    is empty the label is `width_mm` × `height_mm` on a roll. `start` is the first free label of a
    sheet that is half used. `title` is empty for the product's name; `lines` say more.
    """

    first: int
    last: int
    file_format: str = "pdf"
    sheet: str = ""
    width_mm: int = 50
    height_mm: int = 30
    dpi: int = 300
    start: int = 1
    use: str = "general"
    symbol: SymbolKind = SymbolKind.QR
    title: str = ""
    lines: tuple[str, ...] = ()
    cut_marks: bool = False

    @property
    def count(self) -> int:
        """How many labels it has."""
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelDesk:
    """What labels are made with: the database, the public address, the secret, the font, for whom.

    No file has more than `file_bytes_max` bytes.
    """

    engine: Engine
    base: str
    secret: InstallationSecret
    font: Path
    file_bytes_max: int
    party: PartyCard | None
    product: ProductCard | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Work:
    """One order with everything it needs."""

    desk: LabelDesk
    block: Block
    order: LabelOrder
    job: PrintJob

    def labels(self) -> Iterator[Label]:
        """Yield the labels one after another, made when they are asked for."""
        for one in _printed(self.desk, self.block, self.order):
            yield _label(self.desk, self.block, self.order, one)

    def roll(self) -> Roll:
        """Return the label of a roll."""
        order = self.order
        return Roll(width_mm=order.width_mm, height_mm=order.height_mm, dpi=order.dpi)


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What came of an order: labels, how many with text cut, how many void codes are left out."""

    labels: int
    shortened: int
    left_out: int


Writer: TypeAlias = Callable[[_Work, Sink], Printed]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileFormat:
    """One form of file: its ending, its media type, what writes it, whether it is one label."""

    suffix: str
    media_type: str
    write: Writer
    is_single: bool = False


def _write_pdf(work: _Work, out: Sink) -> Printed:
    order = work.order
    if not order.sheet:
        return write_roll(work.labels(), out, roll=work.roll(), job=work.job)
    return write_sheets(
        work.labels(),
        out,
        sheet=get_sheet(order.sheet),
        job=work.job,
        start=order.start,
        cut_marks=order.cut_marks,
    )


def _write_zpl(work: _Work, out: Sink) -> Printed:
    return write_zpl(work.labels(), out, roll=work.roll(), job=work.job, dpi=work.order.dpi)


def _write_csv(work: _Work, out: Sink) -> Printed:
    written = count()
    rows = (
        SerialRow(serial=one.code, url=one.address, element_string=bracketed(one.elements))
        for one, _ in zip(_printed(work.desk, work.block, work.order), written, strict=False)
    )
    for some in serial_list(rows, total=work.job.total, progress=work.job.progress):
        out.write(some)
    return Printed(labels=next(written), pages=1, shortened=0)


def _write_single_pdf(work: _Work, out: Sink) -> Printed:
    return write_single(next(work.labels()), out, job=work.job)


def _write_svg(work: _Work, out: Sink) -> Printed:
    return write_svg(next(work.labels()), out, job=work.job)


def _write_png(work: _Work, out: Sink) -> Printed:
    return write_png(next(work.labels()), out, job=work.job, dpi=work.order.dpi)


_PDF: Final = "application/pdf"

FORMATS: Final[Mapping[str, FileFormat]] = MappingProxyType(
    {
        "pdf": FileFormat(suffix="pdf", media_type=_PDF, write=_write_pdf),
        "zpl": FileFormat(suffix="zpl", media_type="application/octet-stream", write=_write_zpl),
        "csv": FileFormat(suffix="csv", media_type="text/csv; charset=utf-8", write=_write_csv),
        "single_pdf": FileFormat(
            suffix="pdf", media_type=_PDF, write=_write_single_pdf, is_single=True
        ),
        "svg": FileFormat(
            suffix="svg", media_type="image/svg+xml", write=_write_svg, is_single=True
        ),
        "png": FileFormat(suffix="png", media_type="image/png", write=_write_png, is_single=True),
    }
)


@dataclass(slots=True, kw_only=True)
class _Limited:
    """Passes a file on and counts its bytes, so that no disk is filled by one order."""

    out: Sink
    bytes_max: int
    _size: int = 0

    def write(self, data: bytes, /) -> None:
        """Pass on; raises `InvalidInput` before the first byte too many."""
        self._size += len(data)
        if self._size > self.bytes_max:
            message = f"the file has more than {self.bytes_max:,} bytes; order fewer labels at once"
            raise _wrong("last", "file_size", message)
        self.out.write(data)


def check_order(desk: LabelDesk, block: Block, order: LabelOrder) -> None:
    """Refuse an order that cannot be made, with the path of the field; draws its first label.

    Raises `Conflict` where the key that signs the codes was revoked.
    """
    if order.file_format not in FORMATS:
        raise _wrong("format", "format", f"is one of {', '.join(FORMATS)}")
    if not 1 <= order.first <= order.last <= block.count:
        raise _wrong("first", "range", f"the block has codes 1 to {block.count}")
    if FORMATS[order.file_format].is_single and order.count > SINGLES_MAX:
        raise _wrong("last", "single", "this form has one label; ask for a sheet, a roll or a list")
    number = _first_printed(desk, block, order)
    write_order(desk, block, replace(order, first=number, last=number), BytesIO())


def label_of(desk: LabelDesk, block: Block, order: LabelOrder) -> Label:
    """Return the first label of an order; raises `InvalidInput` where it has none.

    Raises `Conflict` where the key that signs the codes was revoked.
    """
    _require_usable(desk, block)
    number = _first_printed(desk, block, order)
    (code,) = texts_of(block, desk.secret, first=number, count=1)
    return _label(desk, block, order, printed(block, code, base=desk.base, secret=desk.secret))


def write_order(
    desk: LabelDesk,
    block: Block,
    order: LabelOrder,
    out: Sink,
    *,
    progress: Progress | None = None,
) -> Written:
    """Write the file of an order, without void codes, and tell what came of it.

    Raises `InvalidInput`, and `Conflict` where the key that signs the codes was revoked; what was
    written until then is no file.
    """
    _require_usable(desk, block)
    _first_printed(desk, block, order)
    voids = void_within(desk.engine, block, order.first, order.last)
    try:
        job = PrintJob(
            use=get_use(order.use),
            font=desk.font,
            title=_title(desk, order),
            total=order.count - sum(last - first + 1 for first, last in voids),
            progress=progress,
        )
        work = _Work(desk=desk, block=block, order=order, job=job)
        limited = _Limited(out=out, bytes_max=desk.file_bytes_max)
        made = FORMATS[order.file_format].write(work, limited)
    except LabelError as refusal:
        path = _field_of(order, refusal)
        raise _wrong(path, refusal.rule, refusal.message) from None
    except CodeError as refusal:
        path = _FIELD_OF_RULE.get(refusal.rule, "labels")
        raise _wrong(path, refusal.rule, refusal.message) from None
    left_out = order.count - made.labels
    return Written(labels=made.labels, shortened=made.shortened, left_out=left_out)


_FIELD_OF_RULE: Final[Mapping[str, str]] = {"unknown_use": "use", "unknown_sheet": "sheet"}

# How the rooms of labels name a part of one label, or the label of a roll.
_PART: Final = re.compile(r"(?:label|labels\[[0-9]+\]|roll)(?:\.(?P<name>.+))?")
_SIZE_RULES: Final = ("label_too_small", "text_too_long")


def _field_of(order: LabelOrder, refusal: LabelError) -> str:
    """Return the field of an order that has to change: its text, its symbol, or its size."""
    part = _PART.fullmatch(refusal.path)
    if part is None:
        return refusal.path
    name = part["name"] or ""
    if refusal.rule in _SIZE_RULES or not name or name.startswith("caption"):
        if FORMATS[order.file_format].is_single:
            return "title"
        return "sheet" if order.sheet and order.file_format == "pdf" else "width_mm"
    return "symbol" if name == "payload" else name


def _printed(desk: LabelDesk, block: Block, order: LabelOrder) -> Iterator[PrintedCode]:
    voids = void_within(desk.engine, block, order.first, order.last)
    void = next(voids, None)
    texts = texts_of(block, desk.secret, first=order.first, count=order.count)
    for number, code in enumerate(texts, start=order.first):
        if void is not None and void[1] < number:
            void = next(voids, None)
        if void is None or number < void[0]:
            yield printed(block, code, base=desk.base, secret=desk.secret)


def _require_usable(desk: LabelDesk, block: Block) -> None:
    if block.tag_key is not None:
        with reading(desk.engine) as connection:
            require_usable_key(connection, block.tag_key)


def _first_printed(desk: LabelDesk, block: Block, order: LabelOrder) -> int:
    """Return the first number of an order that is not void; raises `InvalidInput` for none."""
    number = order.first
    for first, last in void_within(desk.engine, block, order.first, order.last):
        if first > number:
            break
        number = last + 1
    if number > order.last:
        raise _wrong(
            "first", "all_void", "all of these codes are void: no label is printed of them"
        )
    return number


def _label(desk: LabelDesk, block: Block, order: LabelOrder, one: PrintedCode) -> Label:
    if order.symbol.is_gs1 and not one.elements:
        raise _wrong("symbol", "symbol", "these codes have no GS1 elements; choose QR")
    return Label(
        payload=_payload(desk, block, order, one),
        symbol=order.symbol,
        title=_title(desk, order),
        lines=order.lines,
        caption=hri_lines(one.elements.items()) if one.elements else (one.code,),
    )


def _payload(desk: LabelDesk, block: Block, order: LabelOrder, one: PrintedCode) -> str:
    if order.symbol.is_gs1:
        return bracketed(one.elements)
    if block.kind.name == "seed_unit":
        # 农作物种子标签二维码编码规则 4: variety, operator, unit code, address, one a line.
        party = desk.party.name_zh if desk.party else ""
        return "\r\n".join((_title(desk, order), party, one.code, one.address))
    return one.address


def _title(desk: LabelDesk, order: LabelOrder) -> str:
    return order.title or (desk.product.name_zh if desk.product else "")


def _wrong(path: str, code: str, message: str) -> InvalidInput:
    problem = Problem(path=path, code=code, message=message)
    return InvalidInput(f"{path}: {message}" if path else message, problems=(problem,))
