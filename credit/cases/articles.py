"""The article of law that a decision stands on, as whoever enters it writes it down.

The rule that must stay true: it names a norm and the number of an article in it, so that a reader
finds it; whether the norm says so is for those to say who decide, and not for a pattern.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from typing import Final

from base.errors import Problem
from credit.rulebook.list_rules import norm_named
from credit.rulebook.reading import rulebook

EXAMPLE_ZH: Final = "《食品安全法》第一百一十三条"
EXAMPLES: Final = f"{EXAMPLE_ZH}, Food Safety Law, article 113 or food_law 113"

# 第一百一十三条, 第113条, 第二十五条之一: in any norm there are fewer than two thousand.
_ARTICLE_ZH: Final = re.compile(
    r"第\s*(?:[1-9][0-9]{0,3}|[一二三四五六七八九十百两][一二三四五六七八九十百千零〇]{0,8})\s*条"
)
_ARTICLE_EN: Final = re.compile(r"\b(?:articles?|arts?\.?|section)\s*[1-9][0-9]{0,3}\b")
# 《食品安全法》, or a kind of norm by its word, or what a norm is published under.
_TITLE: Final = re.compile(r"《[^《》]{2,}》")
_NORM_ZH: Final = re.compile(
    r"[\u4e00-\u9fff](?:法|法典|令|条例|办法|规定|决定|细则|规则|规范|标准|意见|通知|方案|公告|解释|清单|目录|章程)"
    r"|[0-9一二三四五六七八九十百]\s*号"
)
_NORM_EN: Final = re.compile(
    r"\b(?:law|act|code|regulations?|measures|provisions|rules|order|decree|decision|notice|plan"
    r"|standard|specification|catalogue|opinions|interpretation)\b"
)
# The id of a norm in the rulebook and a number, as a program writes it.
_BY_ID: Final = re.compile(
    r"(?P<id>[a-z][a-z0-9_]+)[\s,:]+(?:第|article|art\.?)?\s*[1-9][0-9]{0,3}(?![0-9]).*"
)


def article_wrong(article: str) -> Iterator[Problem]:
    """Yield what is wrong with the article of a step, nothing for none."""
    if article.strip() and not names_article(article, _is_norm):
        yield Problem(
            path="article",
            code="no_article",
            message=f"name a norm and the article in it, such as {EXAMPLES}",
            message_zh=f"请写明法律法规的名称和第几条，例如：{EXAMPLE_ZH}。",
        )


def names_article(text: str, is_norm: Callable[[str], bool]) -> bool:
    """Return whether a text names a norm and an article of it; `is_norm` knows the norms' ids."""
    plain = unicodedata.normalize("NFKC", text).strip()
    by_id = _BY_ID.fullmatch(plain)
    if by_id is not None and is_norm(by_id["id"]):
        return True
    lower = plain.lower()
    has_number = bool(_ARTICLE_ZH.search(plain) or _ARTICLE_EN.search(lower))
    has_norm = bool(_TITLE.search(plain) or _NORM_ZH.search(plain) or _NORM_EN.search(lower))
    return has_number and has_norm


def _is_norm(norm_id: str) -> bool:
    return norm_named(rulebook(), norm_id) is not None
