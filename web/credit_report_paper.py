"""A credit report on paper: A4, its number on every page, its code of verification on the first.

One rule: the paper shows what the report's object says and nothing else, so that both have one
hash in one entry.
"""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from base.clock import CIVIL_ZONE, parse_instant
from base.strict_json import JsonObject
from codes.labels.model import SymbolKind
from codes.labels.symbols import make_symbol
from codes.labels.text_pdf import TextPdf, text_font
from credit.reporting.making import Edition, Held
from credit.reporting.proof_words import proof_words
from credit.rulebook.model import Verified
from credit.scoring.model import Why
from web.services import Services

_QR_SIDE: Final = 104.0
_SHARES: Final = (6, 58, 36)
_HEAD_LINES: Final = 6
_EDITIONS: Final = {
    Edition.PUBLIC.value: "公开版",
    Edition.FULL.value: "完整版",
    Edition.PERSONAL.value: "个人版（经授权）",
}
_TITLES: Final = {
    Edition.PUBLIC.value: "信用报告",
    Edition.FULL.value: "信用报告",
    Edition.PERSONAL.value: "个人信用报告",
}
_SEVERITIES: Final = {"minor": "轻微", "general": "一般", "serious": "严重", "special": "特别严重"}
_COUNTED: Final = {
    Held.ALL.value: "",
    Held.PUBLISHED.value: "（只计公开的）",
    Held.RECALLS.value: "（只计召回）",
}
_SCHEMES: Final = {
    "uscc": "统一社会信用代码",
    "org_code": "组织机构代码",
    "registration": "注册号",
    "tax": "纳税人识别号",
}
_DETAILS: Final = {
    "article": "列入依据",
    "basis": "处罚依据",
    "content": "内容",
    "document": "执行依据文号",
    "filed_on": "立案日期",
    "performance": "履行情况",
    "licence": "证件",
    "licence_number": "证件编号",
}


def draw_report(parts: Services, value: JsonObject, *, link: str) -> bytes:
    """Return the paper of a report; `link` is what its code leads to."""
    # Drawn twice: how many pages there are is known at the end, and stands on the first.
    total = _written(parts, value, link, total=0).page_count
    return _written(parts, value, link, total=total).finish()


def _written(parts: Services, value: Any, link: str, *, total: int) -> TextPdf:
    number = value["number"]
    pdf = TextPdf(
        font=text_font(parts.settings.effective_label_font),
        title=f"{_TITLES[value['edition']]} {number}",
        foot="溯信",
        head=f"{_TITLES[value['edition']]}（{_EDITIONS[value['edition']]}） {number}",
        pages_total=total,
    )
    pdf.heading(_TITLES[value["edition"]])
    _cover(pdf, value, link)
    _counts(pdf, value)
    for at, section in enumerate(value["sections"], start=1):
        _section(pdf, at, section)
    if value.get("evaluation"):
        _evaluation(pdf, value["evaluation"])
    if value["edition"] != Edition.PERSONAL.value:
        _trace(pdf, value)
    _notes(pdf, value)
    return pdf


def _cover(pdf: TextPdf, value: Any, link: str) -> None:
    subject = value["subject"]
    if value["edition"] == Edition.PERSONAL.value:
        pdf.text("主体：自然人（以加密标识查询，本报告不载姓名与证件号码）", size=13, is_bold=True)
    else:
        pdf.text(subject["name"] or "（名称不详）", size=13, is_bold=True)
        for one in subject["codes"]:
            pdf.text(f"{_SCHEMES.get(one['scheme'], one['scheme'])}：{one['code']}")
    pdf.text(f"报告编号：{value['number']}　版本：{_EDITIONS[value['edition']]}")
    pdf.text(f"截至：{value['day']}　所知截至：{_when(value['known_at'])}")
    pdf.text(f"出具时间：{_when(value['issued_at'])}")
    pdf.text(f"出具给：{value['issued_to']}")
    pdf.text(f"用途：{value['purpose']}")
    if value["is_look_back"]:
        pdf.text("本报告是对过去所知的回看，不得用作现状证明。", is_bold=True)
    if value.get("minor"):
        pdf.text("主体未满十八周岁：凭监护人的授权出具，仅限上述用途。", size=11, is_bold=True)
    if not subject["known"]:
        pdf.text(_unknown(value), size=11, is_bold=True)
    pdf.space(6)
    symbol = make_symbol(SymbolKind.QR, link)
    pdf.symbol(symbol, side=_QR_SIDE, beside=_beside(link))
    pdf.space(6)


def _unknown(value: Any) -> str:
    if value["edition"] == Edition.PERSONAL.value:
        return "截至该日，没有应当列示的信用信息。这不等于没有不良记录。"
    return "没有任何来源提供过该主体的信用信息。这不等于没有不良记录。"


def _beside(link: str) -> Sequence[str]:
    return (
        "扫描左侧二维码，可核验本报告是否由本系统出具、出具后事实是否有变化，并可比对文件。",
        "也可打开下列网址：",
        link,
        "修复完成、撤销、到期的信息不在本报告中。",
    )


def _counts(pdf: TextPdf, value: Any) -> None:
    pdf.heading("概要", size=13)
    pdf.row(("", "部分", "条数"), _SHARES, is_head=True)
    for at, section in enumerate(value["sections"], start=1):
        pdf.row((str(at), section["zh"], _count(section)), _SHARES)
    if value["edition"] != Edition.PERSONAL.value:
        counted = f"{len(value['trace'])}{_COUNTED[value['trace_held']]}"
        pdf.row(("追", "追溯记录（单列，不计入以上各部分）", counted), _SHARES)
    pdf.space()


def _count(section: Any) -> str:
    if section["facts"] or section["collected"]:
        return f"{len(section['facts'])}{_COUNTED[section['held']]}"
    return "未采集"


def _section(pdf: TextPdf, at: int, section: Any) -> None:
    if section["facts"]:
        # A head stands on the page of what it is the head of.
        pdf.keep(len(_lines(section["facts"][0])) + _HEAD_LINES, size=9.5)
    pdf.heading(f"{at}　{section['zh']}", size=13)
    if section["note_zh"]:
        pdf.text(section["note_zh"], size=9)
    if not section["facts"]:
        pdf.text(_nothing(section), size=9.5)
    for index, fact in enumerate(section["facts"], start=1):
        _fact(pdf, f"{at}.{index}", fact)
    pdf.space()


def _nothing(section: Any) -> str:
    """Return what is said of a section without facts: what is held back is not denied."""
    if not section["collected"]:
        return "本系统未采集这类信息；没有采集不等于没有。"
    if section["held"] == Held.PUBLISHED.value:
        return "截至该日，没有依法公开的记录。不公开的记录不在公开版内，公开版未列不等于没有。"
    return "截至该日，没有应当列示的记录。"


def _fact(pdf: TextPdf, label: str, fact: Any) -> None:
    head = " ".join(part for part in (fact["list"], fact["number"]) if part)
    lines = _lines(fact)
    pdf.keep(len(lines) + 2, size=9.5)
    pdf.text(f"{label}　{head or fact['source']}", size=10.5, is_bold=True)
    for line in lines:
        pdf.text(line, size=9.5)
    pdf.space(4)


def _lines(fact: Any) -> list[str]:
    called = fact["called"]
    heads = (("decided_on", called["decided_on"]), ("from_on", "起"), ("ends_on", "有效期至"))
    days = [f"{name}：{fact[key]}" for key, name in heads if fact[key]]
    early = f"可申请修复：{fact['repairable_on']} 起" if fact["repairable_on"] else ""
    level = (
        f"分类：{_SEVERITIES.get(fact['severity'], fact['severity'])}" if fact["severity"] else ""
    )
    grade = f"{called['grade']}：{fact['grade_zh']}" if fact["grade"] else ""
    lines = [
        f"{called['title']}：{fact['title']}" if fact["title"] else "",
        f"{called['authority']}：{fact['authority']}" if fact["authority"] else "",
        "　".join([*days, *filter(None, (_last(fact), early, level, grade))]),
        *(f"{_DETAILS[name]}：{text}" for name, text in sorted(fact["details"].items())),
        # Several rows of law may stand in one article: the paper cites it once.
        *dict.fromkeys(_law(rule) for rule in fact["because"]),
        _proof(fact),
    ]
    return [line for line in lines if line]


def _last(fact: Any) -> str:
    """Return until when a fact is told: what is not published has no last day of being so."""
    if not fact["stops_on"]:
        return "" if fact["published"] or not fact["severity"] else "不对外公示"
    if fact["published"]:
        return f"公示至：{_day_before(fact['stops_on'])}"
    return f"不对外公示，自 {fact['stops_on']} 起不再计入"


def _law(rule: Mapping[str, Any]) -> str:
    number = f"（{rule['number']}）" if rule["number"] else ""
    if rule["verified"] == Verified.OWN.value:
        # No book: marks of a title are for what was published.
        return f"期限依据：{rule['norm']}"
    doubt = "" if rule["verified"] == Verified.TEXT.value else "〔文本未逐字核对〕"
    return f"期限依据：《{rule['norm']}》{number}{rule['article']}{doubt}"


def _proof(fact: Any) -> str:
    return f"来源：{fact['source']}；{proof_words(fact['proof'])}"


def _evaluation(pdf: TextPdf, told: Any) -> None:
    pdf.heading("本系统评价", size=13)
    pdf.text(f"{told['zh']}（{told['model']}）：{told['grade']}，{told['points']} 分。")
    pdf.text(_why(told), size=9.5)
    for one in told["shares"]:
        pdf.text(f"{one['zh']}：{one['points']:+d}", size=9.5)
    pdf.text("评价按公开模型由以上事实算出，不是国家公共信用信息报告的内容。", size=9)
    pdf.space()


def _why(told: Any) -> str:
    """Return what the class was decided by: beside a veto the points decide nothing."""
    if told["why"] == Why.VETO.value:
        return f"等级依据：{told['veto']['zh']}，直接定为 {told['grade']} 级，不按分数。"
    if told["why"] == Why.TRACE.value:
        return f"等级依据：按分数为 {told['legal_grade']} 级，因追溯记录下调一级。"
    return f"等级依据：分数（起评 {told['base']} 分）。"


def _trace(pdf: TextPdf, value: Any) -> None:
    pdf.heading("追溯记录（单列）", size=13)
    pdf.text("以下来自追溯账本，不是法律上的失信认定，单独不影响任何名单。", size=9)
    is_whole = value["trace_held"] == Held.ALL.value
    if not is_whole:
        pdf.text("公开版只列召回，不含检测不合格等其他追溯记录；公开版未列不等于没有。", size=9.5)
    if not value["trace"]:
        pdf.text("截至该日，没有记录。" if is_whole else "截至该日，没有召回记录。", size=9.5)
    for one in value["trace"]:
        what = f"：{one['what']}" if one["what"] else ""
        seqs = "、".join(map(str, one["seqs"]))
        pdf.text(f"{one['on']}　{one['zh']}{what}　账本条目 {seqs}", size=9.5)
        pdf.text(f"证明：{proof_words(one['proof'])}", size=9)
    pdf.space()


def _notes(pdf: TextPdf, value: Any) -> None:
    pdf.heading("说明", size=13)
    for text in (
        "一、本报告的内容以 JSON 形式同时出具，其 SHA-256 与本文件的 SHA-256 均写入账本条目。",
        "二、每条事实列有来源、依据、期限和账本条目；JSON 文件附有可离线核验的证明和签名。",
        "三、认为有误的，可向作出机关或本系统提出异议。",
    ):
        pdf.text(text, size=9)
    if value["edition"] == Edition.PUBLIC.value:
        pdf.text(
            "四、公开版只含依法可以公开的信息，不含任何自然人的信息，也不含本系统评价；"
            "不公开的记录不在其中，未列不等于没有。",
            size=9,
        )


def _when(text: str) -> str:
    return parse_instant(text).astimezone(CIVIL_ZONE).strftime("%Y-%m-%d %H:%M")


def _day_before(text: str) -> str:
    return (date.fromisoformat(text) - timedelta(days=1)).isoformat()
