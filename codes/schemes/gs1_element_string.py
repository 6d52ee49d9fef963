"""GS1 element strings as people write them and as scanners send them.

GS1 General Specifications 4 and 7.8. The bracketed form is the one spelling kept.
"""

import re
from typing import Final

from codes.gs1.element_string import FNC1, NORM, bracketed, parse_bracketed, parse_raw
from codes.gs1.identity import identity_of_elements
from codes.model import Category, Code, CodeError, CodeWarning, Scheme
from codes.text import GS1_SYMBOLOGIES

# Keys of fixed length that labels start with; only such a start is safe to read without FNC1.
_STARTS = re.compile(r"0[01][0-9]{14}|41[47][0-9]{13}|80(?:0[36]|1[78])[0-9]{14}")

# No value holds a space, so one beside a bracket can only be layout (4.14, human readable text).
_GAPS = re.compile(r" +(?=\()|(?<=\)) +")
_SPACES = CodeWarning(code="separators", message="spaces around brackets were left out")

_MISSING_FNC1 = CodeWarning(
    code="missing_fnc1",
    message="the scanner did not send the FNC1 that an element string starts with",
)


def parse_element_string(text: str) -> Code:
    """Read `(01)…` or a scanner's text with FNC1; the elements must be complete and name a thing.

    Raises `CodeError`.
    """
    warnings: tuple[CodeWarning, ...] = ()
    if text.startswith("("):
        has_gaps = " " in text and _GAPS.search(text) is not None
        elements = _printed(text) if has_gaps else parse_bracketed(text)
        warnings = (_SPACES,) if has_gaps else ()
    else:
        if not text.startswith((*GS1_SYMBOLOGIES, FNC1)):
            if not _STARTS.match(text):
                message = "an element string starts with FNC1 (0x1D)"
                raise CodeError("fnc1", message, position=0, norm=NORM)
            warnings = (_MISSING_FNC1,)
        elements = _scanned(text)
    return Code(
        scheme="gs1_element_string",
        text=bracketed(elements),
        fields=elements,
        uri=identity_of_elements(elements),
        warnings=warnings,
    )


def _printed(text: str) -> dict[str, str]:
    """Read the bracketed form; spaces around a bracket are print layout and are left out."""
    kept = [place for start, end in _between_gaps(text) for place in range(start, end)]
    try:
        return parse_bracketed("".join(text[place] for place in kept))
    except CodeError as refusal:
        place = refusal.position
        raise refusal.at(None if place is None else [*kept, len(text)][place]) from None


def _between_gaps(text: str) -> list[tuple[int, int]]:
    gaps = [gap.span() for gap in _GAPS.finditer(text)]
    starts = [0, *(end for _, end in gaps)]
    ends = [*(start for start, _ in gaps), len(text)]
    return list(zip(starts, ends, strict=True))


def _scanned(text: str) -> dict[str, str]:
    """Read what a scanner sent, with or without its prefix and the first FNC1."""
    data = text[3:] if text.startswith(GS1_SYMBOLOGIES) else text
    data = data if data.startswith(FNC1) else FNC1 + data
    try:
        return parse_raw(data)
    except CodeError as refusal:
        # The place in the text as it was sent: the prefix is back, an FNC1 put before it is not.
        raise refusal.moved(len(text) - len(data)) from None


def format_element_string(code: Code) -> str:
    """Return the bracketed form."""
    return bracketed(code.fields)


def looks_like_element_string(text: str) -> bool:
    """Whether the first characters are those of an element string."""
    return text[0] in "(]\x1d" or (len(text) >= 16 and _STARTS.match(text) is not None)


SCHEMES: Final = (
    Scheme(
        name="gs1_element_string",
        title_zh="GS1 单元数据串",
        title_en="GS1 element string",
        category=Category.ANY,
        norm=NORM,
        pattern=r"(?:\([0-9]{2,4}\)(?:[^(\\]|\\\(?)+)+",
        parse=parse_element_string,
        format=format_element_string,
        may_issue=True,
        lengths=None,
        looks_like=looks_like_element_string,
        rank=1,
        first="(]\x1d048",
        vectors=(
            "cn_drug_trace_gs1",
            "gs1_element_string.bracketed",
            "gs1_element_string.raw",
            "gs1_lint.csum",
            "gs1_lint.gcppos1",
            "gs1_lint.pcenc",
            "gs1_lint.yymmd0",
            "gs1_lint.yymmdd",
        ),
    ),
)
