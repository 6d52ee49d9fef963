"""What credit refuses as a whole, in Chinese: a row for each English sentence.

The rule that must stay true: every refusal of credit that names no field has a row here; a test
enumerates them. A row is found by its sentence whole; `{}` stands for what differs.
"""

import re
from functools import cache
from typing import Final

_ROWS: Final[tuple[tuple[str, str], ...]] = (
    # Batches of feeds.
    ("There is no batch with that id.", "没有这一批数据。"),
    ("The first line has to name each column once.", "首行应写明各列名称，且不能重复。"),
    (
        "The file has more than {} rows, which is the limit here.",
        "文件超过{}行的上限，请分几次报送。",
    ),
    (
        "It has not the columns of this feed but those of another ({}).",
        "这不是本类数据的文件，各列属于另一类数据（{}）。",
    ),
    (
        "Its columns are divided by {} and not by a comma: {}.",
        "列与列之间应以逗号分隔，而不是{}：{}。",
    ),
    (
        "Its first line names none of this feed's columns, such as {}.",
        "首行没有本类数据的任何一列：应有{}等列。",
    ),
    ("Line {} is no object.", "第{}行不是一个对象。"),
    (
        "Line {} is no JSON object that names each key once.",
        "第{}行不是格式正确、键名不重复的 JSON 对象。",
    ),
    (
        "Line {} holds something else than texts and whole numbers.",
        "第{}行有文字和整数之外的内容。",
    ),
    ("There is nothing in the file.", "文件是空的。"),
    ("This is no file.", "这不是文件。"),
    (
        "This batch was taken by somebody else in the meantime: look at what became of it.",
        "这一批数据已由他人处理，请查看处理结果。",
    ),
    (
        "Somebody else is taking this batch just now: look at it again in {} seconds.",
        "这一批数据正由他人处理，请{}秒后再看。",
    ),
    (
        "Which rows of more than {} are not understood is told once it was taken.",
        "这一批超过{}行，放行接收后才列出未能读懂的行。",
    ),
    (
        "The file of this held batch is not kept here any more.",
        "这一批已暂停，其文件已不在本系统。",
    ),
    (
        "These very bytes came in a moment ago: send them again.",
        "同样的文件刚刚收到，请再报送一次。",
    ),
    ("The address does not begin with https://.", "网址应以 https:// 开头。"),
    ("It took too long.", "用时过长，没有取到。"),
    ("It could not be fetched: {}.", "没有取到（{}）。"),
    ("The answer was HTTP {}.", "对方应答为 HTTP {}。"),
    ("There was nothing in the answer.", "对方的应答是空的。"),
    ("It has more than {} bytes.", "内容超过{}字节。"),
    (
        "The file of this batch is not kept any more; send it again.",
        "这一批数据的文件已不再保存，请重新报送。",
    ),
    (
        "This row was not understood, or the batch has no row with that number.",
        "这一行没有被接收，或者没有这一行。",
    ),
    (
        "This batch is no entry of the ledger: it was held or refused.",
        "这一批数据没有记入账本：已暂停或被拒收。",
    ),
    ("The batch has no such row.", "这一批数据没有这一行。"),
    ("This is no proof of a row: not the fields of {}.", "这不是记录的证明文件（应为 {}）。"),
    (
        "The proof is not in its one spelling: canonical JSON (RFC 8785).",
        "证明文件应为规范的 JSON（RFC 8785）。",
    ),
    ("The proof has a value of another kind in one of its fields.", "证明文件有一项的类型不对。"),
    (
        "Long batches are being read and nothing was recorded: send it again in {} seconds.",
        "正在计入大批数据，本次没有记录，请{}秒后再提交。",
    ),
    ("There is no such fact.", "没有这条记录。"),
    ("Only rows of an accepted batch are read again.", "只有已接收的批次才能重新读取。"),
    (
        "A newer whole list came on {}: rows of this one count no more.",
        "{}已收到更新的全量名单，这一批的行不再生效。",
    ),
    ("This sender's key was revoked already.", "这个报送单位的密钥已经撤回。"),
    ("There is no sender with that id.", "没有这个报送单位。"),
    ("This key is a sender's already.", "这个密钥已经登记给一个报送单位。"),
    ("This address is not asked any more.", "已不再从这个网址取数。"),
    ("There is no address with that id.", "没有这个取数网址。"),
    (
        "This batch is {}: only a held one is released.",
        "这一批数据的状态是{}，只有已暂停的才能放行。",
    ),
    (
        "This batch is {}: only a held one is refused.",
        "这一批数据的状态是{}，只有已暂停的才能退回。",
    ),
    ("Say why it is refused.", "请写明为什么退回。"),
    (
        "More is doubtful by now than was told: it stays held. Look at it once more.",
        "放行时重新核对，疑点比此前所示更多，这一批仍然暂停，请再看一遍。",
    ),
    (
        "Whoever handed a batch in does not release it: another one has to.",
        "报送人不能放行自己报送的数据，须由他人放行。",
    ),
    (
        "A newer whole list came on {}: this one would roll it back.",
        "{}已收到更新的全量名单，放行这一批会把它退回去。",
    ),
    # Watches.
    (
        "At most {} parties are watched; give up others first.",
        "最多关注{}个主体，请先取消其他关注。",
    ),
    ("This role keeps no watches.", "这一身份不能关注主体。"),
    ("{} is no list; use one of {}.", "没有“{}”这个名单，可用的有：{}。"),
    # Judgements about names.
    (
        "Somebody else judged this a moment ago; look at it again.",
        "他人刚刚作出了判断，请再看一遍。",
    ),
    (
        "This judgement does not hold any more: there is nothing to undo.",
        "这一判断已不再有效，没有可撤销的。",
    ),
    ("There is no judgement under this id.", "没有这一判断。"),
    ("Nothing waits under this id.", "没有这一待判断的事项。"),
    # Draws, inspections and warnings.
    ("This draw was made already, with another value.", "这次抽取已经作出，数值不同。"),
    ("An erasure has a reason.", "清除应写明理由。"),
    (
        "This file could not be read whole: it has to be sent again.",
        "这个文件没有完整读取，请重新报送。",
    ),
    ("There is no snapshot of that number.", "没有这个编号的名单快照。"),
    ("There is no draw with that id.", "没有这次抽取。"),
    (
        "Whoever stands in the pool under one of the marks drawn is not known here.",
        "抽中的一个代号在这里找不到对应的主体。",
    ),
    ("There is no inspection with that id.", "没有这次检查。"),
    ("This inspection has its result already.", "这次检查已有结果。"),
    ("it is committed to already", "这次抽取已经固定。"),
    ("it was drawn with another value already", "这次抽取已用另一个数值完成。"),
    ("somebody else has drawn it meanwhile", "他人已在此间完成抽取。"),
    ("Credit is being made anew.", "信用数据正在重建，请稍后再试。"),
    (
        "This inspection is another authority's: it records what it found.",
        "这次检查由其他机关负责，结果由该机关登记。",
    ),
    (
        "The operator says why it records for another.",
        "运营方代其他机关登记的，应当写明理由。",
    ),
    ("The warning is {} by now: what can follow is {}.", "这条预警的状态已是{}，接下来可以{}。"),
    (
        "The party has no social credit code by which it could be inspected.",
        "该主体没有统一社会信用代码，不能据以检查。",
    ),
    ("There is no warning with that id.", "没有这条预警。"),
    ("There is no run with that id.", "没有这次运行。"),
    ("There is no such act; use one of {}.", "没有这种办理方式，可用：{}。"),
    ("Say why.", "请写明理由。"),
    ("A reason has at most {} characters.", "理由最多{}个字。"),
    ("The inspection is due on a day to come.", "检查期限应为今天或者以后的日期。"),
    ("There is no state {}; use some of {}.", "没有{}这一状态，可用：{}。"),
    ("There is nobody in this pool.", "没有可抽取的对象。"),
    ("Name the public value, as it was announced.", "请按公布的内容填写公开数值。"),
    ("There is no such plan in force.", "没有现行有效的这种计划。"),
    ("Has 1 to {} characters.", "应为1至{}个字。"),
    (
        "An inspector is named by the number of a certificate: letters, digits, hyphens.",
        "检查人员以证件号表示，由字母、数字和连字符组成。",
    ),
    ("An inspector is named once.", "同一检查人员只写一次。"),
    ("At least {} inspectors are needed.", "检查人员至少{}名。"),
    ("Inspections are due on a day to come.", "检查期限应为今天或者以后的日期。"),
    ("A result is one of {}.", "结果应为以下之一：{}。"),
    ("A failed inspection says what failed.", "不合格的应写明不合格项目，其他结果不写。"),
    ("Lies between the order and today.", "应在安排检查之日至今天之间。"),
    ("Has at most {} characters.", "最多{}个字。"),
    # What is asked for: parties, kinds, days and models.
    ("Say by its social credit code which party is meant.", "请用统一社会信用代码写明是哪个主体。"),
    ("This is no social credit code: {}.", "不是正确的统一社会信用代码，请逐位核对。"),
    ("There is no such kind of case; use one of {}.", "没有这类事项，可用：{}。"),
    ("There is no such matter; use one of {}.", "没有这一事项，可用：{}。"),
    (
        "Natural persons are searched for nowhere: lists hold organisations alone.",
        "这里不查询自然人：名单上只有企业和其他组织。",
    ),
    (
        "A public list is of today: what has run out is told no more.",
        "公开名单只显示当日的内容，期满的不再公开。",
    ),
    ("No model of grades holds on that day.", "当日没有有效的评价模型。"),
    ("There is no such model; use one of {}.", "没有这一评价模型，可用：{}。"),
    ("A natural person is watched by nobody.", "自然人不能被关注。"),
    ("Say why these parties are watched.", "请写明关注的用途。"),
    ("A column has to be one of {}.", "应有一列名为：{}。"),
    ("The model counts {}.", "模型只计入：{}。"),
    ("{} does not count on that day.", "{}当日不计入评价。"),
    ("A fact that does not count cannot be left out.", "不计入评价的记录无从去除。"),
    ("The model counts nothing of that kind.", "模型不计入这一类记录。"),
    # Reports, nights and offices.
    (
        "The entry is not sealed yet; that takes about a second. Ask again.",
        "这条记录尚未封存，约需一秒，请再试一次。",
    ),
    ("There is no report of that number.", "没有这个编号的报告。"),
    (
        "This report was erased with what was kept of the person.",
        "这份报告已随个人资料一并删除。",
    ),
    ("There was no night run for that day.", "那一天没有夜间评估。"),
    ("This office is held already.", "这一职权已经授予。"),
    ("There is no office with that id.", "没有这一职权。"),
    ("This role keeps no watches.", "这一角色不能关注主体。"),
    (
        "At most {} parties are watched; give up others first.",
        "最多关注{}个主体，请先取消其他关注。",
    ),
    ("No address for changes is kept.", "没有设置接收变化的网址。"),
    ("You do not watch a party of that code.", "您没有关注这一代码的主体。"),
    ("This office has ended already.", "这一职权已经终止。"),
)
# Words of programs that stand in such a part: states, acts of a warning, and lists of them.
_WORDS: Final = {
    "waiting": "等待处理",
    "held": "已暂停",
    "accepted": "已接收",
    "refused": "已拒收",
    "open": "待处理",
    "acknowledged": "已确认",
    "dismissed": "已排除",
    "escalated": "已转检查",
    "closed": "已结束",
    "acknowledge": "确认",
    "dismiss": "排除",
    "escalate": "转检查",
    "close": "结束",
    "nothing": "（无）",
}
# What stands in for a part that differs, no longer than a name or a list of words.
_PART: Final = "(.{1,200}?)"


def sentence_zh(message: str) -> str:
    """Return a refusal in Chinese, "" where there are no words for it."""
    for pattern, zh in _patterns():
        found = pattern.fullmatch(message)
        if found is not None:
            return zh.format(*map(_part_zh, found.groups()))
    return ""


def _part_zh(part: str) -> str:
    """Return a part that differs: the words of programs in Chinese, anything else as it is."""
    words = part.replace(" or ", ", ").split(", ")
    return "、".join(_WORDS[one] for one in words) if _WORDS.keys() >= set(words) else part


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str], ...]:
    return tuple(
        (re.compile(_PART.join(map(re.escape, en.split("{}"))), re.DOTALL), zh) for en, zh in _ROWS
    )
