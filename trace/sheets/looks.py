"""How workbooks look: one set of formats for all of them.

One rule: a required column, a wrong cell and a plain one can be told apart without colour too: by
the mark before the header, by the comment and by the column of messages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

_FONT: Final = "Microsoft YaHei"
_INK: Final = "#1F2933"
_GREEN: Final = "#0B6B4F"
_LINE: Final = "#CBD2D9"


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """The formats of one workbook; `cells` are those of data, by what they hold.

    Those of a `row` are for sheets that are read and not filled in.
    """

    title: Any
    note: Any
    header: Any
    required: Any
    explained: Any
    wrong: Any
    message: Any
    cells: Mapping[str, Any]


def make_looks(book: Any) -> Looks:
    """Add the formats to a workbook."""
    base = {"font_name": _FONT, "font_size": 10, "font_color": _INK, "valign": "top"}
    line = {"border": 1, "border_color": _LINE}
    head = {**base, **line, "bold": True, "valign": "vcenter", "text_wrap": True}
    cells: dict[str, dict[str, object]] = {
        "text": {"num_format": "@"},
        "lines": {"num_format": "@", "text_wrap": True},
        "number": {"align": "left"},
        "date": {"num_format": "yyyy-mm-dd", "align": "left"},
        "instant": {"num_format": "yyyy-mm-dd hh:mm", "align": "left"},
        "row": {"num_format": "@", "text_wrap": True, **line},
        "row_number": {"align": "left", **line},
        "row_date": {"num_format": "yyyy-mm-dd", "align": "left", **line},
    }
    return Looks(
        title=book.add_format({**base, "bold": True, "font_size": 15, "font_color": _GREEN}),
        note=book.add_format({**base, "text_wrap": True}),
        header=book.add_format({**head, "bg_color": "#E6F2EE", "font_color": _GREEN}),
        required=book.add_format({**head, "bg_color": _GREEN, "font_color": "#FFFFFF"}),
        explained=book.add_format(
            {
                **base,
                **line,
                "italic": True,
                "font_size": 8,
                "font_color": "#52606D",
                "bg_color": "#F5F7FA",
                "text_wrap": True,
            }
        ),
        wrong=book.add_format(
            {**base, **line, "bg_color": "#FBD5D5", "font_color": "#9B1C1C", "text_wrap": True}
        ),
        message=book.add_format({**base, "font_color": "#9B1C1C", "text_wrap": True}),
        cells=MappingProxyType(
            {name: book.add_format({**base, **more}) for name, more in cells.items()}
        ),
    )
