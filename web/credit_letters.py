"""Letters about steps of cases, on A4: the prior notice, what was accepted, what was decided.

The rule that must stay true: a letter says what the step's entry of the ledger holds and names that
entry; nothing is written into it that was not recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from base.clock import CIVIL_ZONE
from base.errors import NotFound
from codes.labels.text_pdf import TextPdf, text_font
from credit.cases.competence import LISTING
from credit.cases.items import item_bare, items_named
from credit.cases.model import GROUND, CaseNote
from credit.cases.reading import StepRow
from credit.cases.timing import days_to_answer
from credit.fact_labels import number_of, title_of
from credit.records import FactRow
from credit.rulebook.lists import credit_lists
from credit.rulebook.model import Book, Norm
from parties.actors import Actor
from web.credit import book_of
from web.credit_desk import WholeCase, whole_case
from web.services import Services

_FACT_SHARES: Final = (30, 22, 34, 14)
_ANSWER: Final = "你单位有权陈述、申辩；提出的事实、理由成立的，应当采纳。不因陈述、申辩加重处理。"
_NOT_YOURS: Final = "异议成立：所涉记录经认定不属于你单位，已不计入你单位。"
_APPEAL: Final = "如不服本决定，可以依法申请行政复议或者提起行政诉讼。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A kind of letter: its title, its first sentence, and what whoever reads it may do."""

    title: str
    says: str
    may: str = ""


LETTERS: Final[Mapping[tuple[str, str], Letter]] = {
    ("listing", "notice"): Letter(
        title="列入名单事先告知书",
        says="拟将你单位列入下列名单，现将事实、理由、依据和拟采取的措施告知如下。",
        may=_ANSWER,
    ),
    ("listing", "list"): Letter(
        title="列入名单决定书", says="决定将你单位列入下列名单。", may=_APPEAL
    ),
    ("listing", "drop"): Letter(
        title="不予列入名单通知书", says="经审查，决定不将你单位列入名单。"
    ),
    ("listing", "remove"): Letter(title="移出名单决定书", says="决定将你单位移出下列名单。"),
    ("listing", "revoke"): Letter(
        title="撤销列入名单决定书", says="决定撤销将你单位列入下列名单的决定。"
    ),
    ("repair", "apply"): Letter(title="信用修复申请收件回执", says="已收到你单位的信用修复申请。"),
    ("repair", "return"): Letter(
        title="信用修复申请补正通知书", says="你单位的信用修复申请需要补正。"
    ),
    ("repair", "accept"): Letter(
        title="信用修复申请受理通知书", says="你单位的信用修复申请已经受理。"
    ),
    ("repair", "extend"): Letter(
        title="信用修复延长办理通知书", says="你单位的信用修复申请情况复杂，办理期限延长。"
    ),
    ("repair", "approve"): Letter(
        title="准予信用修复决定书",
        says="准予信用修复：下列记录停止公示、停止共享和使用，以其为依据的措施予以解除。",
    ),
    ("repair", "refuse"): Letter(
        title="不予信用修复决定书", says="对你单位的信用修复申请，决定不予修复。", may=_APPEAL
    ),
    ("repair", "revoke"): Letter(
        title="撤销信用修复决定书", says="决定撤销信用修复，下列记录恢复公示。", may=_APPEAL
    ),
    ("objection", "lodge"): Letter(
        title="信用信息异议收件回执", says="已收到你单位对下列记录的异议。"
    ),
    ("objection", "accept"): Letter(
        title="信用信息异议受理通知书", says="你单位的异议已经受理，下列记录已加注异议标识。"
    ),
    ("objection", "uphold"): Letter(
        title="信用信息异议答复书", says="异议成立，下列记录予以撤回。"
    ),
    ("objection", "reject"): Letter(
        title="信用信息异议答复书", says="异议不成立，下列记录不作变更。", may=_APPEAL
    ),
    ("withdrawal", "annul"): Letter(
        title="撤回公示通知书", says="所依据的决定已被撤销、变更或者确认无效，下列记录予以撤回。"
    ),
    ("shielding", "shield"): Letter(
        title="暂时屏蔽决定书", says="决定在重整期间暂时屏蔽下列记录。"
    ),
    ("shielding", "refuse"): Letter(
        title="不予屏蔽决定书", says="对你单位的屏蔽申请，决定不予屏蔽。", may=_APPEAL
    ),
    ("shielding", "finish"): Letter(
        title="准予信用修复决定书", says="重整计划执行完毕，下列记录准予信用修复。"
    ),
    ("shielding", "restore"): Letter(
        title="恢复公示决定书", says="重整计划未能执行，下列记录恢复公示。", may=_APPEAL
    ),
}


def case_letter(parts: Services, actor: Actor, case_id: UUID, seq: int) -> bytes:
    """Return the letter of a step as a PDF; raises `NotFound` where its reader has none."""
    whole = whole_case(parts, actor, case_id)
    step = next((one for one in whole.steps if one.seq == seq), None)
    letter = None if step is None else LETTERS.get((step.note.kind, step.note.step))
    if step is None or letter is None:
        raise NotFound("There is no letter of such a step.")
    pdf = TextPdf(
        font=text_font(parts.settings.effective_label_font),
        title=letter.title,
        foot=f"溯信  案件 {case_id}  账本第 {seq} 条",
    )
    _write(pdf, letter, whole, step, book_of(parts))
    pdf.text(f"核验：{parts.settings.effective_public_url}/ledger/proof/{parts.log}/{seq}", size=9)
    return pdf.finish()


def _write(pdf: TextPdf, letter: Letter, whole: WholeCase, step: StepRow, book: Book) -> None:
    note = step.note
    # What a later step does not say again is what the notice said.
    terms = {**whole.steps[0].note.terms, **note.terms}
    pdf.heading(letter.title, size=20)
    pdf.space()
    code = f"（统一社会信用代码：{whole.row.code}）" if whole.row.code else ""
    pdf.text(f"{whole.row.name}{code}：", size=12)
    pdf.space()
    pdf.text(_NOT_YOURS if whole.took_nothing(step) else letter.says, size=12)
    pdf.space()
    for name, text in _lines(note, terms, book):
        pdf.text(f"{name}：{text}", size=11)
    pdf.space()
    # What a listing made is no fact that it rests on.
    facts = [one for one in whole.facts if one.id in whole.row.fact_ids]
    if facts:
        _facts(pdf, facts, "所依据的记录" if note.kind == LISTING else "")
    if letter.may:
        pdf.text(letter.may + _time_to_answer(note, step.at, book), size=11)
        pdf.space()
    if note.due_on is not None:
        pdf.text(_due(note, note.due_on, book), size=11)
        pdf.space()
    pdf.space(24)
    signer = terms.get("authority_name") or _authority(whole.facts)
    if signer:
        pdf.text(signer, size=12)
    at = step.at.astimezone(CIVIL_ZONE)
    pdf.text(f"{at.year}年{at.month}月{at.day}日", size=12)
    pdf.space(16)


def _lines(note: CaseNote, terms: Mapping[str, str], book: Book) -> Sequence[tuple[str, str]]:
    found = []
    listed = credit_lists().get(terms.get("list", ""))
    if listed is not None:
        found.append(("名单", listed.zh))
    ground = note.terms.get(GROUND, "")
    if ground:
        found.append(("事实和事由", ground))
    if note.reason:
        found.append(("决定理由" if ground else "事实和理由", note.reason))
    article = note.article or terms.get("article", "")
    if article:
        found.append(("依据", f"{article}{_item(terms.get('item', ''), article)}"))
    if terms.get("restricted_until"):
        found.append(("法定限制期至", terms["restricted_until"]))
    for at, one in enumerate(terms.get("measures", "").split(), start=1):
        measure = book.measures.get(one)
        if measure is not None:
            found.append((f"措施{at}", f"{measure.zh}（{_cited(measure.norm, measure.article)}）"))
    if note.decision:
        found.append(("决定文号", note.decision))
    if note.decided_on is not None:
        found.append(("决定日期", note.decided_on.isoformat()))
    if note.documents:
        found.append(("所附材料", "、".join(one.name for one in note.documents)))
    return found


def _item(item: str, article: str) -> str:
    """Return the item beside an article, "" where the article names it itself."""
    return "" if not item or items_named(article) else f"（适用第（{item_bare(item)}）项）"


def _facts(pdf: TextPdf, facts: Sequence[FactRow], title: str) -> None:
    if title:
        pdf.text(f"{title}：", size=11)
    pdf.row(("文号", "机关", "内容", "日期"), _FACT_SHARES, is_head=True)
    for fact in facts:
        on = "" if fact.decided_on is None else fact.decided_on.isoformat()
        number = number_of(fact.kind, fact.number).zh
        pdf.row((number, fact.authority, title_of(fact.kind, fact.title).zh, on), _FACT_SHARES)
    pdf.space()


def _authority(facts: Sequence[FactRow]) -> str:
    """Return the authority of the records, "" where they are of several."""
    names = {fact.authority for fact in facts}
    return names.pop() if len(names) == 1 else ""


def _time_to_answer(note: CaseNote, at: datetime, book: Book) -> str:
    """Return by when the party may answer a notice, "" where it is none or no rule says so."""
    if (note.kind, note.step) != ("listing", "notice"):
        return ""
    found = days_to_answer(book, note, at.astimezone(CIVIL_ZONE).date())
    if found is None:
        return ""
    rule, days = found
    doubt = "" if rule.is_certain else "，条款尚未核对原文"
    basis = f"（{_cited(rule.norm, rule.article)}{doubt}）"
    return f"请自本告知书送达之日起{days}个工作日内提出{basis}。"


def _due(note: CaseNote, due_on: date, book: Book) -> str:
    rule = book.rules.get(note.due_rule)
    basis = "" if rule is None else f"（{_cited(rule.norm, rule.article)}）"
    provisional = "；期间有年度的放假安排尚未公布，此日期为暂定" if note.is_provisional else ""
    doubt = "；所依据的条款尚未核对原文" if rule is not None and not rule.is_certain else ""
    return f"下一步办理期限：{due_on.isoformat()}{basis}{provisional}{doubt}。"


def _cited(norm: Norm, article: str) -> str:
    number = f"（{norm.number}）" if norm.number else ""
    told = f"第{article}条" if article[:1].isdigit() else article
    return f"{norm.zh if norm.is_own else f'《{norm.zh}》'}{number}{told}"
