"""The words of labels: a label, its symbol's kind, the limits, and a refusal with its field.

A `Label` that passed `check_label` holds nothing that a printer could take for a command: its text
is printable, and only the payload may hold line ends or FNC1, because norms put them there.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from base.errors import Problem
from codes.model import CodeError

# Called with how many labels are done, and how many there will be where that is known.
Progress = Callable[[int, int | None], None]


class SymbolKind(StrEnum):
    """A symbology and what its reader is told about the content."""

    QR = "qr"
    DATA_MATRIX = "data_matrix"
    GS1_QR = "gs1_qr"
    GS1_DATA_MATRIX = "gs1_data_matrix"

    @property
    def is_qr(self) -> bool:
        """Whether the symbol is a QR code (ISO/IEC 18004), else a Data Matrix (ISO/IEC 16022)."""
        return self in {SymbolKind.QR, SymbolKind.GS1_QR}

    @property
    def is_gs1(self) -> bool:
        """Whether the content is a GS1 element string, announced by FNC1."""
        return self in {SymbolKind.GS1_QR, SymbolKind.GS1_DATA_MATRIX}


class LabelError(CodeError):
    """A label that cannot be made; `path` names its field (`labels[3].title`)."""

    def __init__(
        self, rule: str, message: str, *, path: str, position: int | None = None, norm: str = ""
    ) -> None:
        super().__init__(rule, message, position=position, norm=norm)
        self.path = path
        self.problems = (Problem(path=path, code=rule, message=message),)


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What one label says.

    `payload` is what the symbol encodes: a web address, any text, or for the GS1 kinds an element
    string (`(01)…(21)…`, or as a scanner sends it). `title` names the product, `lines` say what a
    person wants to know (specification, lot, dates), `caption` is the human-readable interpretation
    of the symbol, which is never shortened.
    """

    payload: str
    symbol: SymbolKind = SymbolKind.QR
    title: str = ""
    lines: tuple[str, ...] = ()
    caption: tuple[str, ...] = ()

    @property
    def has_text(self) -> bool:
        """Whether anything stands beside the symbol."""
        return any((self.title, *self.lines, *self.caption))


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelLimits:
    """How much a label may hold, and how many there may be in one file.

    Symbols of more than about 1,000 bytes are too fine for print on anything a hand can hold; 200
    characters are ten lines of a large label; a million labels are the largest block of serials.
    """

    payload_bytes_max: int = 1_000
    text_chars_max: int = 200
    lines_max: int = 12
    labels_max: int = 1_000_000


LIMITS: Final = LabelLimits()

# Line ends stand in the symbol of a seed label, FNC1 in an element string.
_NOT_IN_PAYLOAD: Final = re.compile(r"[\x00-\x09\x0b\x0c\x0e-\x1c\x1e-\x1f\x7f\ud800-\udfff]")


def check_label(label: Label, *, limits: LabelLimits = LIMITS, path: str = "label") -> None:
    """Refuse a label that is empty, too long or holds what cannot be printed."""
    _check_payload(label.payload, limits, f"{path}.payload")
    _check_text(label.title, limits, f"{path}.title")
    for name, texts in (("lines", label.lines), ("caption", label.caption)):
        if len(texts) > limits.lines_max:
            raise LabelError(
                "too_many",
                f"a label has at most {limits.lines_max} {name}",
                path=f"{path}.{name}",
            )
        for number, text in enumerate(texts):
            _check_text(text, limits, f"{path}.{name}[{number}]")


def _check_payload(payload: str, limits: LabelLimits, path: str) -> None:
    if not payload:
        raise LabelError("empty", "there is nothing to encode", path=path)
    wrong = _NOT_IN_PAYLOAD.search(payload)
    if wrong is not None:
        raise LabelError(
            "control_character",
            "the content has a character that no reader passes on",
            path=path,
            position=wrong.start(),
        )
    size = len(payload) if payload.isascii() else len(payload.encode("utf-8"))
    if size > limits.payload_bytes_max:
        raise LabelError(
            "too_long",
            f"the content has {size} bytes; {limits.payload_bytes_max} are the most",
            path=path,
        )


def _check_text(text: str, limits: LabelLimits, path: str) -> None:
    if len(text) > limits.text_chars_max:
        raise LabelError(
            "too_long",
            f"the text has {len(text)} characters; {limits.text_chars_max} are the most",
            path=path,
            position=limits.text_chars_max,
        )
    if not text.isprintable():
        wrong = next((place for place, one in enumerate(text) if not _may_be_printed(one)), None)
        if wrong is None:
            return
        raise LabelError(
            "control_character",
            "the text has a character that cannot be printed",
            path=path,
            position=wrong,
        )


def _may_be_printed(character: str) -> bool:
    # The wide space of Chinese text and the unbreakable one are no controls.
    return character.isprintable() or character in "\u3000\u00a0"
