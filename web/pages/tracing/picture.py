"""The graph of a trace in words, ready to be written down as SVG.

The rule that must stay true: each arrow leads to the entry that says so, and names them all as far
as there is room; the table beside the picture says the same without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from trace.projections.tables import LinkKind
from typing import Final
from urllib.parse import urlencode

from web.pages.languages import say as _
from web.pages.tracing.graph import Arrow, Box, Graph
from web.pages.tracing.layout import MARGIN, PASSAGE, Line, Node, lay_out
from web.pages.tracing.things import Entry, Known, Thing

_BOX_WIDTH: Final = 176
_MAKING_WIDTH: Final = 132
_LINE: Final = 18
_PADDING: Final = 10
_LETTER: Final = 13
_SEQS_MAX: Final = 12
_ROWS_PER_LINE_MAX: Final = 3
# It fits a page of the workbench, and in print on A4 its letters are still about 8 points high.
_PART_WIDTH_MAX: Final = 910


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLine:
    """One line of text in a box, at its base line."""

    x: int
    y: int
    text: str
    is_title: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBox:
    """A box; `css` tells things, makings and the subject apart, `href` leads on.

    `lines` are as far as they fit, `told` is all of them for a list.
    """

    x: int
    y: int
    width: int
    height: int
    css: str
    is_many: bool
    href: str
    title: str
    lines: tuple[DrawnLine, ...]
    told: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnArrow:
    """An arrow; `label` stands in its middle where it is no way through a making."""

    path: str
    css: str
    href: str
    title: str
    label: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """What the template draws."""

    width: int
    height: int
    boxes: tuple[DrawnBox, ...]
    arrows: tuple[DrawnArrow, ...]
    kinds: tuple[str, ...]


def draw_parts(graph: Graph, known: Known) -> tuple[Picture, ...]:
    """Return the picture in parts that lie below each other, none wider than a page.

    A part begins with the column that the one before it ends with. What leads further than its part
    is drawn once more at the end of it, so that every arrow has both of its ends.
    """
    columns = sorted({box.layer for box in graph.boxes})
    return tuple(draw(_part(graph, some), known) for some in _runs(graph, columns))


def _runs(graph: Graph, columns: Sequence[int]) -> list[list[int]]:
    wide = {column: _column_width(graph, column) for column in columns}
    runs: list[list[int]] = []
    run: list[int] = []
    for column in columns:
        width = sum(wide[one] + PASSAGE for one in (*run, column)) - PASSAGE + 2 * MARGIN
        # A part of two columns is drawn however wide it is: else there would be no end of parts.
        if len(run) > 1 and width > _PART_WIDTH_MAX:
            runs.append(run)
            run = run[-1:]
        run.append(column)
    return [*runs, run] if run else runs


def _column_width(graph: Graph, column: int) -> int:
    return max(_width(box) for box in graph.boxes if box.layer == column)


def _part(graph: Graph, columns: Sequence[int]) -> Graph:
    """Return what lies in some columns, with the far ends of what leads out of them."""
    inside = {box.key for box in graph.boxes if box.layer in columns}
    last = {box.key for box in graph.boxes if box.layer == columns[-1]}
    first = {box.key for box in graph.boxes if box.layer == columns[0]}
    is_whole = len(inside) == len(graph.boxes)
    # What begins in the last column belongs to the next part, where it is the first.
    is_end = columns[-1] == max(box.layer for box in graph.boxes)
    arrows = [
        arrow
        for arrow in graph.arrows
        if arrow.source in inside
        and (
            is_whole
            or is_end
            or arrow.source not in last
            or (arrow.target in inside and arrow.target not in first)
        )
    ]
    far = {arrow.target for arrow in arrows} - inside
    boxes = [
        replace(box, layer=columns[-1]) if box.key in far else box
        for box in graph.boxes
        if box.key in inside or box.key in far
    ]
    return replace(graph, boxes=tuple(boxes), arrows=tuple(arrows))


def draw(graph: Graph, known: Known) -> Picture:
    """Return the picture of a graph in the language of the request."""
    words = {box.key: _words(box, known) for box in graph.boxes}
    nodes = [
        Node(key=box.key, column=box.layer, width=_width(box), height=_height(box, words[box.key]))
        for box in graph.boxes
    ]
    lines = [Line(source=arrow.source, target=arrow.target) for arrow in graph.arrows]
    drawing = lay_out(nodes, lines)
    placed = zip(graph.arrows, drawing.paths, drawing.middles, strict=True)
    return Picture(
        width=drawing.width,
        height=drawing.height,
        boxes=tuple(_drawn(box, drawing.at[box.key], words[box.key]) for box in graph.boxes),
        arrows=tuple(_arrow(arrow, path, middle) for arrow, path, middle in placed),
        kinds=tuple(dict.fromkeys(arrow.kind.name.lower() for arrow in graph.arrows)),
    )


def trace_path(code: str) -> str:
    """Return the address of the page of a code."""
    return f"/work/trace?{urlencode({'code': code})}"


def entry_path(seq: int) -> str:
    """Return the address of the page of an event."""
    return f"/work/entries/{seq}"


def link_words(kind: LinkKind) -> str:
    """Return what a link of a kind says, from its source to its target."""
    return {
        LinkKind.USED_IN: _("used in"),
        LinkKind.MADE_BY: _("gave"),
        LinkKind.LOT_OF: _("item of the lot"),
        LinkKind.PACKED_IN: _("packed in"),
        LinkKind.JOINED_TO: _("joined to"),
        LinkKind.USED_ON: _("used on"),
    }[kind]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Words:
    lines: tuple[str, ...]
    href: str
    title: str


def _words(box: Box, known: Known) -> _Words:
    things = [known.things[one] for one in box.members if one in known.things]
    count = len(box.members)
    if box.is_rest:
        text = _("%(count)s more", count=f"{count:,}")
        return _Words(lines=(text, _("see the table")), href="#table", title=text)
    entries = _entries_of(box, known)
    if box.is_making:
        return _making_words(entries, count)
    return _thing_words(things, entries, count)


def _making_words(entries: Sequence[Entry], count: int) -> _Words:
    if not entries:
        return _Words(lines=(_times(_("Made"), count),), href="", title="")
    lines = (_times(entries[0].title, count), _parties(entries), _days(entries))
    href = entry_path(entries[0].seq)
    return _Words(lines=lines, href=href, title=f"{' · '.join(lines)} · {_cited(_seqs(entries))}")


def _thing_words(things: Sequence[Thing], entries: Sequence[Entry], count: int) -> _Words:
    first = things[0]
    lots = dict.fromkeys(thing.lot for thing in things if thing.lot)
    if count == 1:
        number = (
            _("Lot %(lot)s", lot=first.lot) if not first.serial and first.lot else _number(first)
        )
    elif lots and not first.serial:
        number = _("%(count)s lots", count=f"{count:,}")
    elif len(lots) == 1:
        number = _("Lot %(lot)s", lot=next(iter(lots)))
    else:
        number = f"{_number(things[0])} … {_number(things[-1])}"
    name = first.product or _kind_words(first)
    about = [one for one in (_parties(entries), _days(entries)) if one]
    lines = (_times(name, count), number, *about)
    # Several things lead on to the table, where each has a line of its own.
    href = trace_path(first.uri) if count == 1 else "#table"
    return _Words(lines=lines, href=href, title=" · ".join((*lines, first.code)))


def _number(thing: Thing) -> str:
    # Its kind is said above; the eighteen digits of a pallet fill a line as they are.
    return thing.number.removeprefix("(00)")


def _kind_words(thing: Thing) -> str:
    if thing.code.startswith("(00)"):
        return _("Logistic unit")
    if thing.code.startswith(("(8003)", "(8004)")):
        return _("Container or asset")
    return _("Goods")


def _entries_of(box: Box, known: Known) -> list[Entry]:
    if box.is_making:
        found = [known.entries.get(known.makings.get(one, -1)) for one in box.members]
    else:
        found = [known.things[one].entry for one in box.members if one in known.things]
    return sorted((one for one in found if one is not None), key=lambda one: (one.at, one.seq))


def _parties(entries: Sequence[Entry]) -> str:
    names = list(dict.fromkeys(one.party for one in entries if one.party))
    if len(names) > 1:
        return _("%(count)s parties", count=f"{len(names):,}")
    return names[0] if names else ""


def _days(entries: Sequence[Entry]) -> str:
    if not entries:
        return ""
    first, last = entries[0].when[:10], entries[-1].when[:10]
    return first if first == last else f"{first} – {last[5:] if first[:4] == last[:4] else last}"


def _times(text: str, count: int) -> str:
    return text if count == 1 else f"{text} ×{count:,}"


def _seqs(entries: Sequence[Entry]) -> list[int]:
    return sorted({one.seq for one in entries})


def _cited(seqs: Sequence[int]) -> str:
    shown = ", ".join(f"#{seq}" for seq in seqs[:_SEQS_MAX])
    return shown if len(seqs) <= _SEQS_MAX else f"{shown} +{len(seqs) - _SEQS_MAX:,}"


def _width(box: Box) -> int:
    return _MAKING_WIDTH if box.is_making else _BOX_WIDTH


def _height(box: Box, words: _Words) -> int:
    return len(_rows(box, words)) * _LINE + 2 * _PADDING - 4


def _rows(box: Box, words: _Words) -> list[tuple[str, bool]]:
    """Return the lines of a box as they are broken, and whether each is of its name."""
    width = _width(box) - 2 * _PADDING
    return [
        (row, number == 0)
        for number, line in enumerate(words.lines)
        for row in broken(line, width, _ROWS_PER_LINE_MAX)
    ]


def _drawn(box: Box, at: tuple[int, int], words: _Words) -> DrawnBox:
    x, y = at
    lines = tuple(
        DrawnLine(
            x=x + _PADDING,
            y=y + _PADDING + 11 + number * _LINE,
            text=text,
            is_title=is_title,
        )
        for number, (text, is_title) in enumerate(_rows(box, words))
    )
    css = "subject" if box.is_subject else "rest" if box.is_rest else "thing"
    return DrawnBox(
        x=x,
        y=y,
        width=_width(box),
        height=_height(box, words),
        css="making" if box.is_making else css,
        is_many=len(box.members) > 1,
        href=words.href,
        title=words.title,
        lines=lines,
        told=words.lines,
    )


def _arrow(arrow: Arrow, path: str, middle: tuple[int, int]) -> DrawnArrow:
    cited = _cited(arrow.seqs)
    first = f"#{arrow.seqs[0]}"
    more = f" +{len(arrow.seqs) - 1:,}" if len(arrow.seqs) > 1 else ""
    return DrawnArrow(
        path=path,
        css=arrow.kind.name.lower().replace("_", "-"),
        href=entry_path(arrow.seqs[0]),
        title=f"{link_words(arrow.kind)}: {cited}",
        label=first + more,
        x=middle[0],
        y=middle[1],
    )


def broken(text: str, width: int, rows_max: int) -> list[str]:
    """Return a text in lines that fit, broken at a blank where there is one; the last is cut."""
    rows: list[str] = []
    left = text
    while len(rows) < rows_max - 1 and fitted(left, width) != left:
        whole = fitted(left, width).removesuffix("…")
        # A word or a code is broken where nothing else can be.
        at = whole.rfind(" ") if " " in whole and left[len(whole) : len(whole) + 1] != " " else -1
        end = at if at * 2 > len(whole) else len(whole)
        rows.append(left[:end].rstrip())
        left = left[end:].lstrip()
    return [*rows, fitted(left, width)]


def fitted(text: str, width: int) -> str:
    """Return a text as far as it fits; Han characters are one em wide, others about half."""
    used = 0.0
    for at, sign in enumerate(text):
        used += _LETTER * (1.0 if sign >= "\u2e80" else 0.56)
        if used > width:
            return text[: max(at - 1, 1)].rstrip() + "…"
    return text
