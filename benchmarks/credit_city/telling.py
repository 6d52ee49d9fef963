"""Clean rows of each feed, as its authority would write them about an enterprise or a person.

The rule that must stay true: a row of this module is understood by its feed; whatever is wrong with
a row was done to it by `dirt`, which knows what it did.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from types import MappingProxyType
from typing import Final, TypeAlias

from benchmarks.credit_city.enterprises import Enterprise, uscc_of
from credit.feeds.tax_grade.mapping import newest_year

Row: TypeAlias = dict[str, str]
_CITY: Final = "石家庄市"


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An authority: its name, its code, and the word in the numbers of its decisions."""

    name: str
    uscc: str
    word: str


def _office(number: int, name: str, word: str) -> Office:
    return Office(name=name, uscc=uscc_of("11", "130100", f"{number:08}"), word=word)


MARKET: Final = _office(1, "石家庄市市场监督管理局", "石市监")
FARMING: Final = _office(2, "石家庄市农业农村局", "石农")
SAFETY: Final = _office(3, "石家庄市应急管理局", "石应急")
HEALTH: Final = _office(4, "石家庄市卫生健康委员会", "石卫")
ENVIRONMENT: Final = _office(5, "石家庄市生态环境局", "石环")
TAX: Final = _office(6, "国家税务总局石家庄市税务局", "石税")

# Authority, violation, basis, kinds of penalty, field; a fine's kind comes first.
_VIOLATIONS: Final = (
    (MARKET, "经营超过保质期的食品", "《食品安全法》第一百二十四条", ("罚款", "没收"), "食品"),
    (MARKET, "未按规定查验供货者许可证", "《食品安全法》第一百二十六条", ("警告",), "食品"),
    (MARKET, "从非法渠道购进药品", "《药品管理法》第一百二十九条", ("较大数额罚款",), "药品"),
    (MARKET, "登记事项变更未登记", "《市场主体登记管理条例》第四十六条", ("小额罚款",), "登记"),
    (FARMING, "销售农药残留超标的农产品", "《农产品质量安全法》第七十条", ("罚款",), "农产品"),
    (FARMING, "经营假农药", "《农药管理条例》第五十五条", ("较大数额罚款", "没收"), "农药"),
    (SAFETY, "未组织安全生产教育培训", "《安全生产法》第九十七条", ("罚款",), "安全生产"),
    (SAFETY, "未取得许可擅自生产", "《安全生产许可证条例》第十九条", ("责令停产停业",), "安全生产"),
    (HEALTH, "无卫生许可营业", "《公共场所卫生管理条例》第十四条", ("警告", "罚款"), "综合"),
    (ENVIRONMENT, "超过排放标准排放污染物", "《大气污染防治法》第九十九条", ("罚款",), "综合"),
)  # fmt: skip
_PERMITS: Final = (
    (MARKET, "食品经营许可", "普通", 1_826),
    (MARKET, "食品生产许可", "普通", 1_826),
    (MARKET, "药品经营许可", "普通", 1_826),
    (HEALTH, "公共场所卫生许可", "普通", 1_461),
    (FARMING, "农药经营许可", "普通", 1_826),
    (ENVIRONMENT, "排污许可", "核准", 1_826),
)
_HONOURS: Final = (
    "省级守合同重信用企业",
    "市级农业产业化龙头企业",
    "质量奖提名奖",
    "放心消费示范单位",
)
_ABNORMAL: Final = (
    "未按期公示年度报告",
    "未按期公示年度报告",
    "通过登记的住所无法联系",
    "公示信息隐瞒真实情况、弄虚作假",
)
_MISCONDUCTS: Final = (
    "违反财产报告制度",
    "有履行能力而拒不履行生效法律文书确定义务",
    "违反限制消费令",
    "被执行人无正当理由拒不履行执行和解协议",
    "以虚假诉讼、虚假仲裁或者以隐匿、转移财产等方法规避执行",
)
_TAX_CASES: Final = ("虚开增值税专用发票", "偷税", "走逃（失联）", "逃避追缴欠税", "骗取出口退税")
_PRODUCTS: Final = ("小麦粉", "纯牛奶", "猪肉", "菠菜", "鸡蛋", "食用植物油", "赵州雪梨")
_FAILED: Final = ("菌落总数", "毒死蜱", "恩诺沙星", "过氧化值", "铅（以Pb计）", "蛋白质")
_ROLES: Final = ("生产", "销售", "餐饮", "种植养殖")


def registration(random: Random, one: Enterprise, day: date, number: int) -> Row:  # noqa: ARG001 -- every teller has one shape
    """Return the row of the register; no two numbers give the same address."""
    return {
        "name": one.name,
        "uscc": one.uscc,
        "kind": one.kind,
        "org_code": one.org_code,
        "reg_no": f"{one.region}{one.at:09}",
        "representative": one.representative,
        "region": one.region,
        "industry": one.industry,
        "address": f"{_CITY}{one.place}建设路{number}号",
        "capital": str(one.capital_wan),
        "established_on": one.established_on.isoformat(),
        "status": "存续",
        "authority": MARKET.name,
    }


def penalty(random: Random, one: Enterprise, day: date, number: int) -> Row:
    """Return a penalty of an enterprise."""
    office, violation, basis, kinds, area = random.choice(_VIOLATIONS)
    has_fine = any("罚款" in kind for kind in kinds)
    fine_wan = random.choice(("0.200000", "1.000000", "5.000000", "12.500000"))
    return {
        "cf_xdr_mc": one.name,
        "cf_xdr_lb": one.kind,
        "cf_xdr_shxym": one.uscc,
        "cf_xdr_zzjg": one.org_code,
        "cf_frdb": one.representative,
        "cf_wsh": f"{office.word}罚〔{day.year}〕{number}号",
        "cf_wfxw": violation,
        "cf_sy": f"经查，当事人{violation}，事实清楚。",
        "cf_yj": basis,
        "cf_cflb": "、".join(kinds),
        "cf_nr_fk": fine_wan if has_fine else "",
        "cf_jdrq": day.isoformat(),
        "cf_yxq": "",
        "cf_gsjzq": (day + timedelta(days=365)).isoformat(),
        "cf_cfjg": office.name,
        "cf_cfjgdm": office.uscc,
        "cf_sjly": office.name,
        "cf_ly": area,
        "bz": random.choice(("", "", "", "当场送达")),
    }


def permit(random: Random, one: Enterprise, day: date, number: int) -> Row:
    """Return a permit."""
    office, title, kind, days = random.choice(_PERMITS)
    return {
        "xk_xdr_mc": one.name,
        "xk_xdr_lb": one.kind,
        "xk_xdr_shxym": one.uscc,
        "xk_xdr_zzjg": one.org_code,
        "xk_xkws": f"{title}决定书",
        "xk_wsh": f"{office.word}许〔{day.year}〕{number}号",
        "xk_xklb": kind,
        "xk_xkzs": f"{title}证",
        "xk_xkbh": f"JY1{one.region}{number:07}",
        "xk_nr": title,
        "xk_jdrq": day.isoformat(),
        "xk_yxqz": day.isoformat(),
        "xk_yxqzi": (day + timedelta(days=days)).isoformat(),
        "xk_xkjg": office.name,
        "xk_xkjgdm": office.uscc,
        "xk_zt": "1",
        "bz": "",
    }


def inspection(random: Random, one: Enterprise, day: date, number: int) -> Row:
    """Return the result of a sampling inspection; three in a hundred fail."""
    office, is_failed = random.choice((MARKET, FARMING)), random.random() < 0.03
    return {
        "sample_no": f"SC{day:%y}{number:08}",
        "name": one.name,
        "uscc": one.uscc,
        "role": random.choice(_ROLES),
        "product": random.choice(_PRODUCTS),
        "lot": f"{day - timedelta(days=random.randrange(2, 60)):%Y%m%d}",
        "result": "不合格" if is_failed else "合格",
        "failed_item": random.choice(_FAILED) if is_failed else "",
        "sampled_on": (day - timedelta(days=25)).isoformat(),
        "published_on": day.isoformat(),
        "authority": office.name,
        "laboratory": "河北省食品检验研究院",
    }


def honour(random: Random, one: Enterprise, day: date, number: int) -> Row:
    """Return an honour of three years."""
    return {
        "name": one.name,
        "uscc": one.uscc,
        "honour": random.choice(_HONOURS),
        "number": f"石政函〔{day.year}〕{number}号",
        "authority": "石家庄市人民政府",
        "given_on": day.isoformat(),
        "until": (day + timedelta(days=1_095)).isoformat(),
    }


def abnormal(random: Random, one: Enterprise, day: date, number: int) -> Row:
    """Return an entry of the list of abnormal operations."""
    return {
        "name": one.name,
        "uscc": one.uscc,
        "ground": random.choice(_ABNORMAL),
        "listed_on": day.isoformat(),
        "list_no": f"石市监异列〔{day.year}〕{number}号",
        "authority": MARKET.name,
        "removed_on": "",
        "removed_why": "",
    }


def serious(random: Random, one: Enterprise, day: date, number: int) -> Row:  # noqa: ARG001 -- every teller has one shape
    """Return an entry of the list of serious violations."""
    return {
        "name": one.name,
        "uscc": one.uscc,
        "list_no": f"石市监严列〔{day.year}〕{number}号",
        "ground": "未取得食品生产许可从事食品生产",
        "article": "《市场监督管理严重违法失信名单管理办法》第五条第一项",
        "listed_on": day.isoformat(),
        "authority": MARKET.name,
        "removed_no": "",
        "removed_on": "",
        "removed_why": "",
    }


def default(random: Random, one: Enterprise, day: date, number: int) -> Row:
    """Return an enterprise that is a judgment defaulter."""
    return {
        "iname": one.name,
        "cardnum": one.uscc,
        "type": "1",
        "businessentity": one.representative,
        "courtname": f"石家庄市{one.place}人民法院",
        "areaname": "河北",
        "casecode": f"({day.year})冀{one.region[2:]}执{number}号",
        "gistid": f"({day.year - 1})冀{one.region[2:]}民初{number}号",
        "gistunit": f"石家庄市{one.place}人民法院",
        "regdate": (day - timedelta(days=random.randrange(20, 200))).isoformat(),
        "publishdate": day.isoformat(),
        "duty": f"支付货款{random.randrange(1, 900)}000元",
        "performance": "全部未履行",
        "disrupttypename": random.choice(_MISCONDUCTS),
        "sexy": "",
        "age": "",
    }


def tax_case(random: Random, one: Enterprise, day: date, number: int) -> Row:
    """Return a party to a major tax violation."""
    return {
        "nsrmc": one.name,
        "nsrsbh": one.uscc,
        "zzjgdm": one.org_code,
        "ajsbq": f"{day.year}年第{(day.month + 2) // 3}季度{number}",
        "ajxz": random.choice(_TAX_CASES),
        "fddbr": f"{one.representative} 男",
        "wfss": "经检查，其在经营期间存在上述违法行为，涉及税额较大。",
        "flyj": "依照《税收征收管理法》等有关规定追缴税款并处以罚款。",
        "gbrq": day.isoformat(),
        "jg": "国家税务总局石家庄市税务局稽查局",
        "tzrq": "",
    }


def tax_grade(random: Random, one: Enterprise, day: date, number: int) -> Row:  # noqa: ARG001 -- every teller has one shape
    """Return a grade A taxpayer of the newest year that is told."""
    return {
        "nsrsbh": one.uscc,
        "nsrmc": one.name,
        "nd": str(newest_year(day)),
        "jb": "A级",
        "jg": TAX.name,
    }


Teller: TypeAlias = Callable[[Random, Enterprise, date, int], Row]

TELLERS: Final[Mapping[str, Teller]] = MappingProxyType(
    {
        "registration": registration,
        "penalty": penalty,
        "permit": permit,
        "inspection": inspection,
        "honour": honour,
        "abnormal_listing": abnormal,
        "serious_listing": serious,
        "judgment_default": default,
        "tax_case": tax_case,
        "tax_grade": tax_grade,
    }
)
"""Who tells the rows of which feed."""
