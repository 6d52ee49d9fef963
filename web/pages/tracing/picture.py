"""The graph of a trace in words, ready to be written down as SVG.

The rule that must stay true: each arrow leads to the entry that says so, and names them all as far
as there is room; the table beside the picture says the same without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from trace.projections.tables import LinkKind
from typing import Final
from urllib.parse import urlencode

from web.pages.languages import say as _
from web.pages.tracing.graph import Arrow, Box, Graph
from web.pages.tracing.layout import Line, Node, lay_out
from web.pages.tracing.things import Entry, Known, Thing

_BOX_WIDTH: Final = 176
_MAKING_WIDTH: Final = 132
_LINE: Final = 18
_PADDING: Final = 10
_LETTER: Final = 13
_SEQS_MAX: Final = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnLine:
    """One line of text in a box, at its base line."""

    x: int
    y: int
    text: str
    is_title: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnBox:
    """A box; `css` tells things, makings and the subject apart, `href` leads on."""

    x: int
    y: int
    width: int
    height: int
    css: str
    is_many: bool
    href: str
    title: str
    lines: tuple[DrawnLine, ...]


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


def draw(graph: Graph, known: Known) -> Picture:
    """Return the picture of a graph in the language of the request."""
    words = {box.key: _words(box, known) for box in graph.boxes}
    nodes = [
        Node(key=box.key, column=box.layer, width=_width(box), height=_height(words[box.key]))
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
        number = _("Lot %(lot)s", lot=first.lot) if not first.serial and first.lot else first.number
    elif lots and not first.serial:
        number = _("%(count)s lots", count=f"{count:,}")
    elif len(lots) == 1:
        number = _("Lot %(lot)s", lot=next(iter(lots)))
    else:
        number = f"{things[0].number} … {things[-1].number}"
    name = first.product or _kind_words(first)
    about = " · ".join(filter(None, (_parties(entries), _days(entries))))
    lines = (_times(name, count), number, *([about] if about else []))
    # Several things lead on to the table, where each has a line of its own.
    href = trace_path(first.uri) if count == 1 else "#table"
    return _Words(lines=lines, href=href, title=" · ".join((*lines, first.code)))


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


def _height(words: _Words) -> int:
    return len(words.lines) * _LINE + 2 * _PADDING - 4


def _drawn(box: Box, at: tuple[int, int], words: _Words) -> DrawnBox:
    x, y = at
    lines = tuple(
        DrawnLine(
            x=x + _PADDING,
            y=y + _PADDING + 11 + number * _LINE,
            text=fitted(text, _width(box) - 2 * _PADDING),
            is_title=number == 0,
        )
        for number, text in enumerate(words.lines)
    )
    css = "subject" if box.is_subject else "rest" if box.is_rest else "thing"
    return DrawnBox(
        x=x,
        y=y,
        width=_width(box),
        height=_height(words),
        css="making" if box.is_making else css,
        is_many=len(box.members) > 1,
        href=words.href,
        title=words.title,
        lines=lines,
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


def fitted(text: str, width: int) -> str:
    """Return a text as far as it fits; Han characters are one em wide, others about half."""
    used = 0.0
    for at, sign in enumerate(text):
        used += _LETTER * (1.0 if sign >= "\u2e80" else 0.56)
        if used > width:
            return text[: max(at - 1, 1)].rstrip() + "…"
    return text
