"""Names as enterprises bear them: place, trade name, trade, form.

The rule that must stay true: a name is made of what a register of the place would accept, in the
order in which it writes it (企业名称登记管理规定 art. 6), and follows from the random source alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

PLACES: Final[Sequence[tuple[str, str]]] = (
    ("130102", "长安区"), ("130104", "桥西区"), ("130105", "新华区"), ("130107", "井陉矿区"),
    ("130108", "裕华区"), ("130109", "藁城区"), ("130110", "鹿泉区"), ("130111", "栾城区"),
    ("130121", "井陉县"), ("130123", "正定县"), ("130125", "行唐县"), ("130126", "灵寿县"),
    ("130127", "高邑县"), ("130128", "深泽县"), ("130129", "赞皇县"), ("130130", "无极县"),
    ("130131", "平山县"), ("130132", "元氏县"), ("130133", "赵县"), ("130181", "辛集市"),
    ("130183", "晋州市"), ("130184", "新乐市"),
)  # fmt: skip
"""Districts and counties of the city, by their codes (GB/T 2260)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trade:
    """What somebody does: its code (GB/T 4754-2017), and how names put it."""

    code: str
    words: Sequence[str]
    shop: str


TRADES: Final = (
    Trade(code="A0111", words=("农业科技", "种植", "农业开发"), shop="粮食种植农场"),
    Trade(code="A0313", words=("牧业", "养殖", "畜牧"), shop="养猪场"),
    Trade(code="C1310", words=("粮油", "面粉", "面业"), shop="面粉加工坊"),
    Trade(code="C1352", words=("食品", "肉类食品", "肉制品"), shop="熟食店"),
    Trade(code="C1440", words=("乳业", "乳制品", "奶业"), shop="鲜奶站"),
    Trade(code="C2710", words=("药业", "制药", "生物制药"), shop="中药饮片加工点"),
    Trade(code="C2631", words=("农化", "植保", "生物农药"), shop="农药门市"),
    Trade(code="F5121", words=("粮油贸易", "商贸", "贸易"), shop="粮油店"),
    Trade(code="F5211", words=("超市", "百货", "连锁超市"), shop="便利店"),
    Trade(code="F5251", words=("大药房", "医药", "医药连锁"), shop="药店"),
    Trade(code="G5430", words=("物流", "运输", "冷链物流"), shop="货运部"),
    Trade(code="H6210", words=("餐饮", "餐饮管理", "酒店管理"), shop="饭店"),
    Trade(code="I6513", words=("软件", "信息技术", "网络科技"), shop="电脑维修部"),
    Trade(code="E4710", words=("建筑工程", "建设", "建筑安装"), shop="装饰装修部"),
)
_BRANDS: Final = (
    "华盛恒德瑞祥鑫源泰和永兴金丰裕康福安达诚信宏远天正嘉禾绿野冀中平燕赵春秋明月星河万通百川九州"
)
_FAMILIES: Final = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于"
_GIVEN: Final = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华建国文志海红玉兰春梅俊峰晓东"


def person_name(random: Random) -> str:
    """Return a person's name of two or three characters."""
    given = random.choice(_GIVEN) + (random.choice(_GIVEN) if random.random() < 0.7 else "")
    return random.choice(_FAMILIES) + given


def brand(random: Random) -> str:
    """Return a trade name of two or three characters."""
    return "".join(random.sample(_BRANDS, 3 if random.random() < 0.25 else 2))


def company_name(random: Random, place: str, trade: Trade) -> str:
    """Return the name of a company."""
    area = random.choice(("河北", "河北省", "石家庄", "石家庄市", f"石家庄市{place}"))
    form = random.choice(("有限公司", "有限公司", "有限责任公司", "股份有限公司", "集团有限公司"))
    words = random.choice(trade.words)
    if random.random() < 0.1:
        # The old order with the place in brackets is as common as its two widths.
        return f"{brand(random)}{words}（{area.removesuffix(place)}）有限公司"
    return f"{area}{brand(random)}{words}{form}"


def shop_name(random: Random, place: str, trade: Trade) -> str:
    """Return the name of a sole trader."""
    whose = brand(random) if random.random() < 0.6 else f"{random.choice(_FAMILIES)}记"
    return f"石家庄市{place}{whose}{trade.shop}"


def cooperative_name(random: Random, place: str, trade: Trade) -> str:
    """Return the name of a farmers' cooperative."""
    return f"石家庄市{place}{brand(random)}{random.choice(trade.words)}专业合作社"
