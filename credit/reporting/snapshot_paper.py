"""A snapshot of a list on paper: A4, its number on every page, its code on the first.

One rule: the paper shows the head and the lines as the entry's root stands for them, and says so
where they are too many to be printed.
"""

from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from base.clock import CIVIL_ZONE, parse_instant
from base.strict_json import JsonObject
from codes.labels.model import SymbolKind
from codes.labels.symbols import make_symbol
from codes.labels.text_pdf import TextPdf, text_font
from credit.reporting.layout import layout
from credit.reporting.proof_words import proof_words
from credit.rulebook.list_rules import norm_named
from credit.rulebook.lists import credit_lists
from credit.rulebook.reading import rulebook

_QR_SIDE: Final = 104.0
_TEXT_SIZE: Final = 9.5
_TITLE: Final = "名单快照"


def draw_snapshot(font: Path, head: JsonObject, lines: Sequence[JsonObject], *, link: str) -> bytes:
    """Return the paper of a snapshot; `link` is what its code leads to."""
    # Drawn twice: how many pages there are is known at the end, and stands on the first.
    total = _written(font, head, lines, link, total=0).page_count
    return _written(font, head, lines, link, total=total).finish()


def _written(font: Path, head: Any, lines: Sequence[Any], link: str, *, total: int) -> TextPdf:
    found = credit_lists()[head["list"]]
    norm = norm_named(rulebook(), found.norm)
    pdf = TextPdf(
        font=text_font(font),
        title=f"{_TITLE} {head['number']}",
        foot="溯信",
        head=f"{_TITLE}：{found.zh} {head['number']}",
        pages_total=total,
    )
    pdf.heading(f"{_TITLE}：{found.zh}")
    if norm is not None:
        pdf.text(f"依据：《{norm.zh}》{f'（{norm.number}）' if norm.number else ''}")
    pdf.text(f"编号：{head['number']}")
    pdf.text(f"名单日期：{head['day']}　所知截至：{_when(head['known_at'])}")
    pdf.text(f"制作时间：{_when(head['taken_at'])}　条数：{head['rows']}")
    if not found.is_public:
        pdf.text("本名单依法不公开，仅供有权机关使用。", is_bold=True)
    pdf.space(6)
    pdf.symbol(make_symbol(SymbolKind.QR, link), side=_QR_SIDE, beside=_beside(link))
    pdf.space(6)
    _lines(pdf, lines)
    _notes(pdf, head)
    return pdf


def _beside(link: str) -> Sequence[str]:
    return (
        "扫描左侧二维码，可核验本快照是否由本系统制作、名单此后是否有变化，并可比对文件。",
        "也可打开下列网址：",
        link,
        "名单此后可能已有移出和修复，使用前请核验。",
    )


def _lines(pdf: TextPdf, lines: Sequence[Any]) -> None:
    if not lines:
        pdf.text("截至该日，名单上没有单位。")
        return
    most = layout().limits.snapshot_paper
    if len(lines) > most:
        pdf.text(f"名单超过 {most} 条，不逐条印出；全部内容在同一编号的 JSON 和 CSV 文件中。")
        return
    for at, line in enumerate(lines, start=1):
        texts = _line(line)
        pdf.keep(len(texts) + 2, size=_TEXT_SIZE)
        pdf.text(f"{at}　{line['name']}　{line['uscc']}", size=10.5, is_bold=True)
        for text in texts:
            pdf.text(text, size=_TEXT_SIZE)
        pdf.space(4)


def _line(line: Any) -> list[str]:
    last = f"至：{_day_before(line['stops_on'])}" if line["stops_on"] else "期限未定"
    early = f"可申请移出：{line['removable_on']} 起" if line["removable_on"] else ""
    texts = (
        f"事由：{line['ground']}" if line["ground"] else "",
        f"依据：{line['article']}" if line["article"] else "",
        "　".join(filter(None, (line["authority"], line["number"]))),
        "　".join(filter(None, (f"列入：{line['from']}", last, early))),
        f"证明：{proof_words(line['proof'])}",
    )
    return [text for text in texts if text]


def _notes(pdf: TextPdf, head: Any) -> None:
    pdf.heading("说明", size=13)
    for text in (
        f"一、全部行的默克尔根：{head['root']}",
        "二、该根与本文件的 SHA-256 写入账本条目，由账本签名；JSON 文件附有可离线核验的证明。",
        "三、名单只载企业和其他组织，不含任何自然人。",
    ):
        pdf.text(text, size=9)


def _when(text: str) -> str:
    return parse_instant(text).astimezone(CIVIL_ZONE).strftime("%Y-%m-%d %H:%M")


def _day_before(text: str) -> str:
    return (date.fromisoformat(text) - timedelta(days=1)).isoformat()
