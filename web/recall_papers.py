"""Recalls on paper: the report, and the letter to each holder.

One rule: a paper shows what its reader may see on the pages, and names the entries to check it by.
"""

from collections.abc import Sequence
from datetime import datetime
from trace.recall.deadlines import domains
from trace.recall.entries import decimal_text
from trace.recall.model import AnswerKind, Line, Outcome
from trace.recall.progress import UnitCount
from trace.recall.reading import Answer, Notice, Recall
from trace.recall.report import report_of
from typing import Final
from uuid import UUID

from base.clock import CIVIL_ZONE
from base.db import reading
from base.errors import Forbidden, NotFound
from codes.canonical import parts_of
from codes.labels.text_pdf import TextPdf, text_font
from parties.actors import Actor
from parties.directory import parties_by_id, products_by_uri, register_uris
from schemas.profiles.units import unit_words
from web.recalls import WholeRecall, lines_for, recall_for, sees_all
from web.services import Services

_LEVELS: Final = {1: "一级召回", 2: "二级召回", 3: "三级召回"}
_OUTCOMES: Final = {Outcome.COMPLETED: "已完成", Outcome.WITHDRAWN: "已撤回"}
_ANSWERS: Final = {
    AnswerKind.ACKNOWLEDGED: "已阅知",
    AnswerKind.COUNTED: "已清点",
    AnswerKind.EXPLAINED: "由监管说明",
}
_LINE_SHARES: Final = (38, 22, 22, 10, 8)
_HOLDER_SHARES: Final = (30, 8, 18, 44)


def report_json(parts: Services, actor: Actor, recall_id: UUID) -> bytes:
    """Return the report with its proofs; for whoever sees every holder."""
    _require_all(parts, actor, recall_id)
    with reading(parts.engine) as connection:
        return report_of(connection, parts.log, recall_id)


def report_pdf(parts: Services, actor: Actor, recall_id: UUID) -> bytes:
    """Return the report on paper; for whoever sees every holder."""
    whole = _require_all(parts, actor, recall_id)
    recall = whole.recall
    lines = lines_for(parts, actor, recall_id)
    pdf = _pdf(parts, f"召回报告 {recall.number}", recall.number)
    pdf.heading(f"召回{'（演练）' if recall.is_mock else ''}报告")
    for text in _facts(whole):
        pdf.text(text)
    pdf.space()
    _progress(pdf, whole)
    _holders(pdf, parts, whole)
    pdf.heading("召回范围", size=13)
    scope = whole.scopes[-1]
    pdf.text(
        f"第 {scope.version} 版，共 {scope.line_count} 行；依据账本前 {scope.at_size} 条算得，"
        f"该处账本的根为 {scope.at_root.hex()}。"
    )
    _lines(pdf, parts, lines)
    pdf.space()
    pdf.text(
        f"本报告的每一项都在账本 {recall.log} 的条目中（启动为第 {recall.seq} 条）。带证明的报告"
        "（JSON）可以离线核验。",
        size=9,
    )
    return pdf.finish()


def letters_pdf(parts: Services, actor: Actor, recall_id: UUID) -> bytes:
    """Return the letters to all holders that are asked, or the letter to one's own party."""
    whole = recall_for(parts, actor, recall_id)
    notices = [one for one in whole.notices if one.line_count]
    if not notices:
        raise NotFound("There is no letter of this recall for you.")
    pdf = _pdf(parts, f"召回通知书 {whole.recall.number}", whole.recall.number)
    lines = lines_for(parts, actor, recall_id)
    by_holder: dict[UUID, list[Line]] = {}
    for line in lines:
        if line.holder is not None:
            by_holder.setdefault(line.holder, []).append(line)
    with reading(parts.engine) as connection:
        asked = [one.party_id for one in notices]
        opener = whole.recall.party_id
        cards = parties_by_id(connection, asked if opener is None else [*asked, opener])
    card = None if opener is None else cards.get(opener)
    issuer = "监管部门" if card is None else card.name_zh
    for at, notice in enumerate(notices):
        if at:
            pdf.new_page()
            pdf.restart()
        card = cards.get(notice.party_id)
        name = "" if card is None else card.name_zh
        held = by_holder.get(notice.party_id, [])
        _letter(pdf, parts, whole, notice, name, held, issuer=issuer)
    return pdf.finish()


def _letter(
    pdf: TextPdf,
    parts: Services,
    whole: WholeRecall,
    notice: Notice,
    name: str,
    lines: Sequence[Line],
    *,
    issuer: str,
) -> None:
    recall = whole.recall
    pdf.heading(f"召回通知书{'（演练）' if recall.is_mock else ''}")
    pdf.text(f"{name}：", size=12)
    pdf.space()
    pdf.text(
        "本次为演练：请按真实召回清点并答复，但不要下架、退回或销毁货物。"
        if recall.is_mock
        else "这是正式召回。"
    )
    pdf.text(
        f"因“{recall.reason}”，{issuer}启动{_LEVELS[recall.level]}（编号 {recall.number}，"
        f"{domains()[recall.domain].zh}）。账本显示下列货物在贵单位。"
        f"{_asked(recall)}清点数量；请于 {_when(notice.due_at)} 之前确认阅知，"
        "并尽快答复查到、销毁、退回和已售出的数量。"
    )
    pdf.space()
    _lines(pdf, parts, lines)
    pdf.space()
    pdf.text(f"答复网址：{parts.settings.effective_public_url}/work/recalls/{recall.id}/answer")
    pdf.text(f"发出单位：{issuer}")
    pdf.text(f"通知时间：{_when(notice.at)}    账本条目：{recall.log}/{notice.seq}")
    pdf.space(24)
    pdf.text("签收：____________________    日期：____________________")
    pdf.space()
    pdf.text("查到 ________  销毁 ________  退回 ________  已售出 ________")


def _asked(recall: Recall) -> str:
    """Return what is to be done with the goods: in a drill they stay where they are."""
    return "请" if recall.is_mock else "请立即停止销售和使用，单独存放并标明，"


def _facts(whole: WholeRecall) -> list[str]:
    recall = whole.recall
    opener = "货物所有人" if recall.party_id else "监管部门"
    found = [
        f"编号：{recall.number}",
        f"类别与级别：{domains()[recall.domain].zh}，{_LEVELS[recall.level]}",
        f"原因：{recall.reason}",
        f"启动：{_when(recall.opened_at)}，由{opener}",
    ]
    if recall.closing is not None:
        outcome = _OUTCOMES[recall.closing.outcome]
        found.append(f"结束：{_when(recall.closing.at)}，{outcome}。{recall.closing.note}")
    return found


def _progress(pdf: TextPdf, whole: WholeRecall) -> None:
    total = whole.progress.total
    pdf.heading("进展", size=13)
    pdf.text(
        f"通知 {total.holders} 家，阅知 {total.acknowledged} 家（{total.percent}%），"
        f"答复 {total.answered} 家（{total.answered_percent}%），逾期 {total.late} 家。"
    )
    stages = [
        f"{name} {stage.minutes} 分钟"
        for name, stage in zip(_STAGES, whole.stages, strict=True)
        if stage.minutes is not None
    ]
    pdf.text("自启动起：" + "；".join(stages) + "。")
    for unit in whole.progress.units:
        pdf.text(
            f"计量单位 {unit_words(unit.uom).zh}：应有 {decimal_text(unit.expected)}"
            f"{'' if unit.is_whole else '（部分数量不详）'}，查到 {decimal_text(unit.found)}，"
            f"销毁 {decimal_text(unit.destroyed)}，退回 {decimal_text(unit.returned)}，"
            f"已售出 {decimal_text(unit.sold)}"
            f"{_share(unit)}。"
        )
    pdf.space()


def _share(unit: UnitCount) -> str:
    """Return how much is accounted for; nothing where too little is known."""
    if not unit.is_whole or not unit.expected:
        return ""
    return f"，已核实 {int(100 * unit.accounted / unit.expected)}%"


_STAGES: Final = (
    "启动",
    "算定范围",
    "通知持有人",
    "首家阅知",
    "全部阅知",
    "全部答复",
    "结束",
)


def _holders(pdf: TextPdf, parts: Services, whole: WholeRecall) -> None:
    pdf.heading("持有人及其答复", size=13)
    with reading(parts.engine) as connection:
        cards = parties_by_id(connection, [one.party_id for one in whole.notices])
    pdf.row(("持有人", "行数", "阅知期限", "答复"), _HOLDER_SHARES, is_head=True)
    for one in (notice for notice in whole.notices if notice.line_count):
        card = cards.get(one.party_id)
        said = "；".join(_said(answer) for answer in (*one.earlier, *one.answers)) or "无"
        late = "（逾期）" if one.escalated_at else ""
        cells = (card.name_zh if card else "", str(one.line_count), _when(one.due_at), said + late)
        pdf.row(cells, _HOLDER_SHARES)
    pdf.space()


def _said(answer: Answer) -> str:
    amounts = "，".join(
        f"查到 {decimal_text(one.found)}、销毁 {decimal_text(one.destroyed)}、"
        f"退回 {decimal_text(one.returned)}、已售 {decimal_text(one.sold)} {unit_words(one.uom).zh}"
        for one in answer.amounts
    )
    told = f"{_when(answer.at)} {_ANSWERS[answer.kind]}"
    return " ".join(part for part in (told, amounts, answer.note) if part)


def _lines(pdf: TextPdf, parts: Services, lines: Sequence[Line]) -> None:
    with reading(parts.engine) as connection:
        products = products_by_uri(connection, {register_uris(line.uri)[-1] for line in lines})
        holders = {line.holder for line in lines if line.holder is not None}
        cards = parties_by_id(connection, holders)
    pdf.row(("编码", "货物", "持有人", "应有", "已售"), _LINE_SHARES, is_head=True)
    for line in lines:
        product = products.get(register_uris(line.uri)[-1])
        card = cards.get(line.holder) if line.holder is not None else None
        amount = "不详" if line.quantity is None else decimal_text(line.quantity)
        cells = (
            _printed(line.uri),
            product.name_zh if product else "",
            card.name_zh if card else "不详",
            f"{amount} {unit_words(line.uom).zh}" if line.quantity is not None else amount,
            decimal_text(line.sold) if line.sold else "",
        )
        pdf.row(cells, _LINE_SHARES)


def _printed(uri: str) -> str:
    elements = parts_of(uri)
    if elements:
        return "".join(f"({key}){value}" for key, value in elements.items())
    return uri.rpartition(":")[2]


def _pdf(parts: Services, title: str, foot: str) -> TextPdf:
    font = text_font(parts.settings.effective_label_font)
    return TextPdf(font=font, title=title, foot=f"溯信  {foot}")


def _when(instant: datetime) -> str:
    return instant.astimezone(CIVIL_ZONE).strftime("%Y-%m-%d %H:%M")


def _require_all(parts: Services, actor: Actor, recall_id: UUID) -> WholeRecall:
    whole = recall_for(parts, actor, recall_id)
    if not sees_all(actor):
        raise Forbidden("The report names every holder; it is the authority's.")
    return whole
