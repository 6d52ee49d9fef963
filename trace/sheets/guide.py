"""The sheet of a template that explains the others.

One rule: it says nothing of its own about a datum; everything is the profile's word.
"""

from trace.sheets.headers import headers_of, said
from trace.sheets.looks import Looks
from typing import Any, Final

from schemas.profiles.columns import Column, Sheet
from schemas.profiles.forms import FormField, form_of
from schemas.profiles.model import Words
from schemas.profiles.standing import Profile

_NAMES: Final = {"zh": "说明", "en": "Guide"}
_CHOICES_TOLD_MAX: Final = 40
_HEADERS: Final = (
    Words(zh="列", en="Column"),
    Words(zh="怎样填", en="How to fill it in"),
    Words(zh="依据", en="Norm and clause"),
    Words(zh="谁能看到", en="Who sees it"),
    Words(zh="可选的值", en="Values to choose from"),
    Words(zh="字段", en="Field"),
)
_SEEN_BY: Final = {
    "public": Words(zh="公众", en="everybody"),
    "chain": Words(zh="上下游和监管部门", en="partners in the chain, authorities"),
    "authority": Words(zh="监管部门", en="authorities"),
    "personal": Words(zh="个人信息，不公开", en="nobody: personal data"),
}
_RULES: Final = (
    Words(
        zh="一行是一个事件。第 1、2 行不要改动；从第 3 行起填写。",
        en="One row is one event. Leave rows 1 and 2 as they are; fill in from row 3 on.",
    ),
    Words(
        zh="深绿色表头的列必填；第 2 行写着“必填，或填…”的，填其中一列即可。",
        en="Columns with a dark green header are required; where row 2 says *or*, one of them is.",
    ),
    Words(
        zh="时间写作 2026-07-22 06:45（默认北京时间），日期写作 2026-07-22。",
        en="Times are written 2026-07-22 06:45 (China's clock), days 2026-07-22.",
    ),
    Words(
        zh="一格中有多个值时每行一个（Alt+Enter）；批次与数量逐行对应，没有的写 -。",
        en="Several values in one cell go on a line each (Alt+Enter); the lines of lots and"
        " quantities belong together, - stands for none.",
    ),
    Words(
        zh="一条记录有几项时用 | 隔开，次序见“怎样填”。",
        en="The parts of one record are separated by |.",
    ),
    Words(
        zh="场所：写登记的 13 位 GLN，如 6959990701012；也可写 (414)6959990701012。",
        en="Places: the GLN of 13 digits that is registered, such as 6959990701012; or as"
        " (414)6959990701012.",
    ),
    Words(
        zh="批次：写商品条码和批号，如 (01)06959990701029(10)L20260722。",
        en="Lots: the bar code of the product and the lot number, such as"
        " (01)06959990701029(10)L20260722.",
    ),
    Words(
        zh="单件：写标签上的码，如 (01)06959990701029(21)A1B2；箱和托盘如 (00)069012345000000011。",
        en="Single things: the code on the label, such as (01)06959990701029(21)A1B2; cases and"
        " pallets such as (00)069012345000000011.",
    ),
    Words(
        zh="来源和去向的单位：写其 13 位 GLN，如 6959990701012；或统一社会信用代码，如"
        " 91350100M000100Y43。",
        en="Parties, where goods come from and go to: their GLN of 13 digits, such as"
        " 6959990701012; or their credit code, such as 91350100M000100Y43.",
    ),
    Words(
        zh="计量单位：从列表中选，如 千克、升、件；也可写代码，如 KGM。",
        en="Units: pick one of the list, such as kilogram, litre, piece; codes such as KGM are"
        " read too.",
    ),
    Words(
        zh="不要写公式，不要合并单元格：这样的文件会被拒收。",
        en="No formulas and no merged cells: such a file is refused.",
    ),
)


def write_guide(book: Any, looks: Looks, profile: Profile, sheet: Sheet, lang: str) -> None:
    """Add the sheet that explains a template."""
    page = book.add_worksheet(_NAMES[lang])
    page.hide_gridlines(2)
    page.set_landscape()
    page.fit_to_pages(1, 0)
    for at, width in enumerate((26, 44, 44, 18, 44, 34)):
        page.set_column(at, at, width)
    title = f"{said(profile.label, lang)} · {said(sheet.cte.label, lang)}"
    page.write_string(0, 0, title, looks.title)
    page.set_row(0, 26)
    page.write_string(1, 0, f"{profile.id}/{sheet.cte.id}/{sheet.way.name}", looks.cells["text"])
    row = 3
    for rule in _RULES:
        page.write_string(row, 0, f"• {said(rule, lang)}", looks.cells["text"])
        row += 1
    row += 1
    for at, words in enumerate(_HEADERS):
        page.write_string(row, at, said(words, lang), looks.header)
    fields = {one.path: one for one in form_of(profile.name, sheet.cte.id, sheet.way).fields}
    headers = headers_of(sheet, lang)
    for column in sheet.columns:
        row += 1
        told = _told(column, headers[column.key], fields.get(column.key), lang)
        for at, text in enumerate(told):
            page.write_string(row, at, text, looks.note)


def _told(column: Column, header: str, field: FormField | None, lang: str) -> tuple[str, ...]:
    norms = () if field is None or field.kde is None else field.kde.norms
    cited = "\n".join(f"{said(ref.title, lang)} {ref.clause}".rstrip() for ref in norms)
    shown = column.choices[:_CHOICES_TOLD_MAX]
    choices = "、".join if lang == "zh" else ", ".join
    offered = choices([said(words, lang) for _, words in shown])
    if len(column.choices) > len(shown):
        offered += " …"
    seen = "" if column.field is None else said(_SEEN_BY[column.field.seen_by.value], lang)
    members = () if column.field is None else column.field.members
    how = said(column.explanation, lang)
    if members:
        how += "\n" + " | ".join(said(member.label, lang) for member in members)
    return header, how, cited, seen, offered, column.key
