"""What is said about batches on pages: states, doors, quality codes, why one is held.

One rule: a quality code has a row here; one without is shown as its code, with the words of whoever
found it.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final

from credit.feeds.model import Feed
from credit.intake.batches import BatchState, Door
from credit.intake.mending import MENDED, REPEATED
from credit.quality_words import place_zh
from credit.refusal_words import sentence_zh
from web.pages.credit.sheet_words import SENTENCES
from web.pages.languages import chosen_lang
from web.pages.languages import say as _

STATES: Final[Mapping[BatchState, Callable[[], str]]] = {
    BatchState.WAITING: lambda: _("Being taken"),
    BatchState.HELD: lambda: _("Held"),
    BatchState.ACCEPTED: lambda: _("Taken"),
    BatchState.REFUSED: lambda: _("Refused"),
}
TONES: Final[Mapping[BatchState, str]] = {
    BatchState.WAITING: "",
    BatchState.HELD: "warn",
    BatchState.ACCEPTED: "good",
    BatchState.REFUSED: "bad",
}
DOORS: Final[Mapping[Door, Callable[[], str]]] = {
    Door.PUSH: lambda: _("by program"),
    Door.FILE: lambda: _("by hand"),
    Door.DROP: lambda: _("left in a folder"),
    Door.PULL: lambda: _("fetched"),
    Door.RETRY: lambda: _("read again"),
    Door.OWN: lambda: _("from the ledger of this service"),
}
PILES: Final[Mapping[BatchState, Callable[[str], str]]] = {
    BatchState.ACCEPTED: lambda count: _("taken: %(count)s", count=count),
    BatchState.HELD: lambda count: _("held for a person: %(count)s", count=count),
    BatchState.REFUSED: lambda count: _("refused: %(count)s", count=count),
}
ROWS: Final[Mapping[str, Callable[[], str]]] = {
    "retried": lambda: _("read again"),
    MENDED: lambda: _("came again, mended"),
    REPEATED: lambda: _("came again as it was"),
}
CODES: Final[Mapping[str, Callable[[], str]]] = {
    "1001": lambda: _("Name and code do not go together"),
    "late_report": lambda: _("Reported late"),
    "conflicting": lambda: _("Two rows of one record say different things"),
    "left_over": lambda: _("A column or a value that nobody asked for"),
    "too_large": lambda: _("The row is too large"),
    "too_long": lambda: _("Too long"),
    "missing": lambda: _("Required and empty"),
    "no_name": lambda: _("No name"),
    "masked_code": lambda: _("The code is masked"),
    "masked_number": lambda: _("The number is masked"),
    "dummy_code": lambda: _("A dummy code"),
    "bad_code": lambda: _("No code whose check fits"),
    "bad_uscc": lambda: _("No social credit code whose check fits"),
    "bad_org_code": lambda: _("No organisation code whose check fits"),
    "swapped_codes": lambda: _("Codes in each other's columns"),
    "bad_person_number": lambda: _("No ID number whose check fits"),
    "bad_day": lambda: _("Not written as a day"),
    "no_such_day": lambda: _("A day that no calendar has"),
    "absurd_day": lambda: _("A day that cannot be"),
    "future_day": lambda: _("A day that had not come when it was received"),
    "bad_sum": lambda: _("Not written as a sum"),
    "bad_number": lambda: _("Not a whole number"),
    "wrong_unit": lambda: _("Yuan where 10,000 yuan are meant"),
    "fine_without_kind": lambda: _("A fine that the kinds do not name"),
    "unknown_word": lambda: _("A word that no code list has"),
    "unknown_authority": lambda: _("An authority of no known kind"),
    "wrong_kind": lambda: _("Kind of party and code do not go together"),
    "sole_trader_as_legal_person": lambda: _("A sole trader as a legal person"),
    "other_party": lambda: _("Codes of two parties in one row"),
    "order": lambda: _("Days in the wrong order"),
    "half_removed": lambda: _("Half of a removal"),
    "contradiction": lambda: _("Two cells contradict each other"),
    "minor": lambda: _("A minor, who is never listed"),
}
_CELL: Final = re.compile(r"([A-Z]{1,3}[0-9]+): (.+)")
_SENTENCE_END: Final = re.compile(r"(?<=[.?]) ")
# What the intake says of a batch as a whole, and how it is said in Chinese.
_DOUBTS: Final[tuple[tuple[str, str], ...]] = (
    (r"It has (\d+) rows; (\d+) at least are expected\.", "只有 {} 行，至少应有 {} 行。"),
    (r"It has (\d+) rows; (\d+) at most are expected\.", "有 {} 行，至多应有 {} 行。"),
    (r"It has (\d+) rows, and its sender says (\d+)\.", "有 {} 行，报送单位说有 {} 行。"),
    (r"None of its rows was understood\.", "没有一行能够读懂。"),
    (
        r"It would end (\d+) records, and (\d+) rows were not understood\.",
        "将使 {} 条记录终止，另有 {} 行未能读懂。",
    ),
    (
        r"It has (\d+) rows; the largest one before had (\d+)\.",
        "有 {} 行，以往最大的一批只有 {} 行。",
    ),
    (
        r"It would end (\d+) of (\d+) records: are rows missing\?",
        "将使 {} 条记录终止（共 {} 条）：是否缺行？",
    ),
    (
        r"Only (\d+) % of its codes are known; (\d+) % are expected\.",
        "只有 {}% 的代码已知，应达到 {}%。",
    ),
    (
        r"It is like an older list, and a newer one came on (\S+): was it replayed\?",
        "与较早的一批名单相同，而 {} 已收到更新的名单：是否重放？",
    ),
    (
        r"It is signed as made at (\S+), which is yet to come\.",
        "签名中的生成时间 {} 尚未到来，请核对报送单位的时钟。",
    ),
    (
        r"Its last line breaks off: send the file whole\.",
        "最后一行不完整，请重新报送完整的文件。",
    ),
    (r"It is not signed\.", "没有签名。"),
    (r"It is signed by a key that is nobody's here\.", "签名所用的密钥不属于任何已登记单位。"),
    (r"It is signed by a key that was revoked\.", "签名所用的密钥已被撤销。"),
    (r"(.+) hands in other feeds than this one\.", "{} 不报送这类数据。"),
    (
        r"Its signature does not fit: the file or the number of rows was changed\.",
        "签名不符：文件或行数被改动。",
    ),
)
# Why a file is not of its feed at all.
_COLUMNS: Final[tuple[tuple[str, str], ...]] = (
    (
        r"It has not the columns of this feed but those of another \((.+)\)\.",
        "这不是本类数据的文件，各列属于另一类数据（{}）。",
    ),
    (
        r"Its columns are divided by (.+?) and not by a comma: (.+)\.",
        "列与列之间应以逗号分隔，而不是 {}：{}。",
    ),
    (
        r"Its first line names none of this feed's columns, such as (.+)\.",
        "首行没有本类数据的任何一列：应有 {} 等列。",
    ),
    (
        # As it was told of older batches.
        r"It has none of this feed's columns: (.+) are expected, not (.+)\.",
        "没有本类数据的任何一列：应有 {} 等列，而不是 {}。",
    ),
)
# What a batch or a press of a button is refused for.
_REFUSALS: Final[tuple[tuple[str, str], ...]] = (
    (
        r"Whoever handed a batch in does not release it: another one has to\.",
        "提交批次的人不能自行放行，须由另一人复核。",
    ),
    (
        r"This file could not be read whole: it has to be sent again\.",
        "文件未能完整读取，须重新报送。",
    ),
    (r"This batch is \S+: only a held one is released\.", "只有暂扣的批次可以放行。"),
    (r"This batch is \S+: only a held one is refused\.", "只有暂扣的批次可以退回。"),
    (
        r"More is doubtful by now than was told: it stays held\.",
        "放行时重新核对，疑点比此前所示更多，这一批仍然暂扣。",
    ),
    (r"Look at it once more\.", "请按最新数字再核对一次。"),
    (r"A person refused it: (.+)", "经人工复核退回：{}"),
    (r"Whoever handed it in took it back: (.+)", "提交人已撤回：{}"),
    (
        r"A newer whole list came on (\S+): this one would roll it back\.",
        "{} 已收到更新的完整名单，放行这一批会使数据倒退。",
    ),
    (
        r"A newer whole list came on (\S+): rows of this one count no more\.",
        "{} 已收到更新的完整名单，这一批的行不再起作用。",
    ),
    (r"Only rows of an accepted batch are read again\.", "只有已接收批次的行可以重读。"),
    (
        r"This batch was taken by somebody else in the meantime: look at what became of it\.",
        "这一批已由他人处理，请查看处理结果。",
    ),
    (
        r"Somebody else is taking this batch just now: look at it again in (\d+) seconds\.",
        "这一批正由他人处理，请 {} 秒后再看。",
    ),
    (
        r"The same file came in again and waits as another batch\.",
        "同样的文件再次报送，已作为另一批等待处理。",
    ),
    (
        r"The file of this batch is not kept any more; send it again\.",
        "这一批的文件已不再保存，请重新提交。",
    ),
    (r"The first line has to name each column once\.", "首行须写明各列名称，且不得重复。"),
    (r"The file has more than (\d+) rows, which is the limit here\.", "文件超过 {} 行的上限。"),
    (r"Line (\d+) is no object\.", "第 {} 行不是 JSON 对象。"),
    (
        r"Line (\d+) holds something else than texts and whole numbers\.",
        "第 {} 行含有文字和整数以外的内容。",
    ),
)


def code_title(code: str) -> str:
    """Return what a quality code means; an unknown one is its own name."""
    return CODES[code]() if code in CODES else code


def doubt_words(message: str) -> str:
    """Return why a batch is held, in the language of the request."""
    return _said(message, (*_DOUBTS, *SENTENCES, *_COLUMNS))


def doubts(message: str) -> list[str]:
    """Return everything that a batch is held for, one sentence for each."""
    return [doubt_words(one) for one in _SENTENCE_END.split(message)] if message else []


def refused_words(message: str) -> str:
    """Return why something about a batch is refused, in the language of the request."""
    return _said(message, (*_REFUSALS, *_DOUBTS, *SENTENCES, *_COLUMNS))


def came_words(message: str) -> str:
    """Return what came of a file or an address, in the language of the request."""
    said = refused_words(message)
    return sentence_zh(message) or said if said == message and chosen_lang() == "zh" else said


def field_title(feed: Feed, path: str) -> str:
    """Return what a field of a feed is called, or which column it is where no field has it."""
    if chosen_lang() == "zh":
        return place_zh(feed, path) or path
    found = feed.field_of(path)
    return path if found is None else found.en


def _said(message: str, rows: tuple[tuple[str, str], ...]) -> str:
    if chosen_lang() != "zh":
        return message
    # Two reasons come as two sentences; one that holds a name may hold a full stop.
    said = _zh(message, rows)
    return said or "".join(_zh(one, rows) or one for one in _SENTENCE_END.split(message))


def _zh(sentence: str, rows: tuple[tuple[str, str], ...]) -> str:
    cell = _CELL.fullmatch(sentence)
    if cell is not None:
        rest = _zh(cell[2], rows)
        return rest and f"{cell[1]}：{rest}"
    for pattern, zh in rows:
        found = re.fullmatch(pattern, sentence)
        if found is not None:
            return zh.format(*found.groups())
    return ""
