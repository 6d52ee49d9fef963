"""The trade's words in plain Chinese and English: one row per word, refused when a name repeats.

Business steps and dispositions are the complete lists of CBV 2.0 (ISO/IEC 19988); below them stand
the project's own steps for what the norm has no word for (harvest, milking, slaughter, ageing).
The rule that must stay true: a word that is not in a table is shown as it was recorded, never
replaced by a guess.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from parties.tables import PartyKind
from web.pages.model import Lang, Stage

_LOCAL_NAME = re.compile(r"(?:.*[/:#])?(?:BizStep-|Disp-)?([^/:#]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """One thing said twice."""

    zh: str
    en: str

    def of(self, lang: Lang) -> str:
        """Return the words of one language."""
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWords:
    """A business step: its title, a plain sentence, and the stage of the chain it speaks for.

    `is_sure` says that the step itself decides the stage; else the place decides where it can.
    """

    title: Words
    sentence: Words
    stage: Stage
    is_sure: bool


def local_name(value: str) -> str:
    """Return the word of a vocabulary value in any spelling (bare, CBV URN, web URI, CURIE)."""
    found = _LOCAL_NAME.fullmatch(value)
    return found.group(1) if found else value


def by_name(rows: Iterable[tuple[str, str, str]]) -> Mapping[str, Words]:
    """Return a table of (name, zh, en) rows; raises `ValueError` where a name repeats."""
    table: dict[str, Words] = {}
    for name, zh, en in rows:
        if name in table:
            message = f"two rows for {name}"
            raise ValueError(message)
        table[name] = Words(zh=zh, en=en)
    return table


_STEP_ROWS: Final[tuple[tuple[str, Stage, bool, str, str, str, str], ...]] = (
    # CBV 2.0 7.1, all 41 business steps.
    ("accepting", "storage", False, "验收", "Accepted",
     "收货方验收并接手货物。", "The receiver checked the goods and took them over."),
    ("arriving", "transport", True, "到达", "Arrived",
     "货物运抵这里。", "The goods arrived here."),
    ("assembling", "plant", False, "组合", "Assembled",
     "几样东西合成一件产品。", "Several parts became one product."),
    ("collecting", "farm", True, "收集", "Collected",
     "原料在这里收集起来。", "The raw material was collected here."),
    ("commissioning", "plant", False, "产出赋码", "Produced and coded",
     "这一批在这里产出，得到自己的追溯码。", "This lot began here and got its trace code."),
    ("consigning", "transport", False, "交付承运", "Handed to the carrier",
     "货物交给承运方。", "The goods were handed to a carrier."),
    ("creating_class_instance", "plant", False, "建立批次", "Lot opened",
     "为这一批产品建立记录。", "A record was opened for this lot."),
    ("cycle_counting", "storage", False, "盘点", "Counted",
     "例行清点库存。", "The stock was counted, as is routine."),
    ("decommissioning", "other", False, "注销追溯码", "Code retired",
     "这个追溯码从此不再有效。", "From here on this code is no longer valid."),
    ("departing", "transport", True, "启运", "Departed",
     "货物离开这里。", "The goods left this place."),
    ("destroying", "other", False, "销毁", "Destroyed",
     "货物被销毁。", "The goods were destroyed."),
    ("disassembling", "plant", False, "拆分", "Taken apart",
     "一件产品拆成几部分。", "One product was taken apart."),
    ("dispensing", "shop", True, "调配发放", "Dispensed",
     "交到使用者手中。", "Handed to the person who uses it."),
    ("encoding", "plant", False, "写码", "Code written",
     "追溯码写到标签上。", "The trace code was written to the label."),
    ("entering_exiting", "transport", True, "进出", "Passed a gate",
     "货物经过一道出入口。", "The goods passed a gate."),
    ("holding", "storage", False, "暂扣待查", "Held",
     "货物暂时留住，等待检查。", "The goods were held back for a check."),
    ("inspecting", "plant", False, "检验", "Inspected",
     "对产品做了检验。", "The product was inspected."),
    ("installing", "other", False, "安装", "Installed",
     "装到另一件设备上。", "Installed into something larger."),
    ("killing", "other", False, "停用标签", "Tag disabled",
     "电子标签停用。", "The electronic tag was disabled."),
    ("loading", "transport", True, "装车", "Loaded",
     "货物装上车。", "The goods were loaded."),
    ("other", "other", False, "其他", "Other",
     "记录了一个其他步骤。", "Another kind of step was recorded."),
    ("packing", "plant", False, "包装", "Packed",
     "产品装入包装。", "The product was packed."),
    ("picking", "storage", False, "拣货", "Picked",
     "按订单从库里取出。", "Taken from stock for an order."),
    ("receiving", "storage", False, "收货", "Received",
     "货物到达并签收。", "The goods arrived and were signed for."),
    ("removing", "other", False, "取出", "Removed",
     "从更大的整体中取出。", "Taken out of something larger."),
    ("repackaging", "plant", False, "重新包装", "Repacked",
     "换了包装。", "The packaging was changed."),
    ("repairing", "plant", False, "修复", "Repaired",
     "缺陷得到修复。", "A fault was repaired."),
    ("replacing", "other", False, "替换", "Replaced",
     "用另一件替换。", "Replaced by another."),
    ("reserving", "storage", False, "预留", "Reserved",
     "为某个用途预留。", "Set aside for a purpose."),
    ("retail_selling", "shop", True, "售出", "Sold",
     "在店里售出。", "Sold in a shop."),
    ("sampling", "plant", False, "抽样", "Sampled",
     "取出样品送检。", "A sample was taken for testing."),
    ("sensor_reporting", "storage", False, "温湿度记录", "Sensor reading",
     "仪器自动记下当时的状况。", "An instrument recorded the conditions."),
    ("shipping", "transport", False, "发货", "Shipped",
     "货物从这里发出。", "The goods were sent from here."),
    ("staging_outbound", "storage", False, "备货", "Made ready to go",
     "货物备好待运。", "The goods were made ready for transport."),
    ("stock_taking", "storage", False, "盘库", "Stock taken",
     "全面清点库存。", "The whole stock was counted."),
    ("stocking", "shop", True, "上架", "Put on the shelf",
     "摆上货架。", "Put on the shelf."),
    ("storing", "storage", True, "入库", "Put in storage",
     "存入仓库。", "Put into storage."),
    ("transporting", "transport", True, "运输", "Transported",
     "货物在路上。", "The goods were on the road."),
    ("unloading", "transport", True, "卸车", "Unloaded",
     "货物卸下车。", "The goods were unloaded."),
    ("unpacking", "storage", False, "拆箱", "Unpacked",
     "从箱中取出。", "Taken out of the case."),
    ("void_shipping", "transport", False, "发货作废", "Shipment cancelled",
     "先前的发货作废。", "An earlier shipment was cancelled."),
    # The project's own steps, where CBV has none.
    ("planting", "farm", True, "播种定植", "Planted",
     "种下这一季作物。", "This season's crop was planted."),
    ("farm_input", "farm", True, "施用投入品", "Farm input used",
     "使用了肥料、农药或饲料等。", "Fertiliser, pesticide, feed or the like was used."),
    ("rearing", "farm", True, "饲养", "Reared",
     "牲畜在这里饲养。", "The animals were reared here."),
    ("harvesting", "farm", True, "采收", "Harvested",
     "作物采收。", "The crop was harvested."),
    ("milking", "farm", True, "挤奶", "Milked",
     "挤奶并尽快降温。", "The cows were milked and the milk cooled."),
    ("cooling", "farm", False, "冷却", "Cooled",
     "温度降到安全范围。", "Cooled to a safe temperature."),
    ("slaughtering", "plant", True, "屠宰", "Slaughtered",
     "在定点场屠宰并检疫。", "Slaughtered and inspected at a licensed plant."),
    ("pasteurising", "plant", True, "杀菌", "Pasteurised",
     "加热杀菌。", "Heated to kill germs."),
    ("fermenting", "plant", True, "发酵", "Fermented",
     "在菌种作用下发酵。", "Fermented with its culture."),
    ("ageing", "plant", True, "陈化", "Aged",
     "静置陈化。", "Left to age."),
    ("testing", "plant", False, "检测", "Tested",
     "由实验室检测。", "Tested by a laboratory."),
    ("cleaning", "transport", False, "清洗消毒", "Cleaned",
     "设备清洗消毒。", "The equipment was cleaned and disinfected."),
)  # fmt: skip

_SHAPE_ROWS: Final[tuple[tuple[str, Stage, bool, str, str, str, str], ...]] = (
    # The same step says more where the shape of the event is known (EPCIS 2.0 7.4).
    ("TransformationEvent|commissioning", "plant", True, "加工制成", "Made",
     "用前面的原料加工成这批产品。", "The raw materials above were made into this lot."),
    ("AggregationEvent|packing", "plant", False, "装箱", "Packed into a case",
     "产品装进箱子，一起运送。", "Packed into a case to travel together."),
    ("AggregationEvent|unpacking", "storage", False, "拆箱", "Taken out of the case",
     "从箱中取出，单独陈列或出售。", "Taken out of the case, to be sold singly."),
)  # fmt: skip


def _steps(
    rows: Iterable[tuple[str, Stage, bool, str, str, str, str]],
) -> Mapping[str, StepWords]:
    table: dict[str, StepWords] = {}
    for name, stage, is_sure, title_zh, title_en, sentence_zh, sentence_en in rows:
        if name in table:
            message = f"two rows for {name}"
            raise ValueError(message)
        table[name] = StepWords(
            title=Words(zh=title_zh, en=title_en),
            sentence=Words(zh=sentence_zh, en=sentence_en),
            stage=stage,
            is_sure=is_sure,
        )
    return table


STEPS: Final = _steps(_STEP_ROWS)
SHAPED_STEPS: Final = _steps(_SHAPE_ROWS)

_NO_STEP: Final = StepWords(
    title=Words(zh="已记录", en="Recorded"),
    sentence=Words(zh="", en=""),
    stage="other",
    is_sure=False,
)


def step_key(event_type: str, biz_step: str) -> str:
    """Return the key a step's words are looked up by: `type|step`, or the step alone."""
    name = local_name(biz_step) if biz_step else ""
    shaped = f"{event_type}|{name}"
    return shaped if shaped in SHAPED_STEPS else name


def step_words(key: str) -> StepWords:
    """Return the words of a key of `step_key`; an enterprise's own step keeps its own name."""
    if key in SHAPED_STEPS:
        return SHAPED_STEPS[key]
    if key in STEPS:
        return STEPS[key]
    if not key:
        return _NO_STEP
    own = Words(zh=f"“{key}”（企业自定义步骤）", en=f"“{key}” (the enterprise's own step)")
    return StepWords(title=own, sentence=_NO_STEP.sentence, stage="other", is_sure=False)


DISPOSITIONS: Final = by_name((
    # CBV 2.0 7.2, all 33 dispositions.
    ("active", "有效", "active"),
    ("available", "可用", "available"),
    ("completeness_inferred", "推定完整", "inferred complete"),
    ("completeness_verified", "已核实完整", "verified complete"),
    ("conformant", "合格", "meets requirements"),
    ("container_closed", "容器已封", "container closed"),
    ("container_open", "容器已开", "container open"),
    ("damaged", "破损", "damaged"),
    ("destroyed", "已销毁", "destroyed"),
    ("dispensed", "已发放", "dispensed"),
    ("disposed", "已处置", "disposed of"),
    ("encoded", "已写码", "encoded"),
    ("expired", "已过期", "expired"),
    ("in_progress", "处理中", "in progress"),
    ("in_transit", "运输途中", "in transit"),
    ("inactive", "已停用", "inactive"),
    ("mismatch_class", "品种不符", "class mismatch"),
    ("mismatch_instance", "个体不符", "item mismatch"),
    ("mismatch_quantity", "数量不符", "quantity mismatch"),
    ("needs_replacement", "需要更换", "needs replacement"),
    ("no_pedigree_match", "来源无法核对", "origin could not be matched"),
    ("non_conformant", "不合格", "does not meet requirements"),
    ("non_sellable_other", "不可销售", "not for sale"),
    ("partially_dispensed", "部分发放", "partly dispensed"),
    ("recalled", "已召回", "recalled"),
    ("reserved", "已预留", "reserved"),
    ("retail_sold", "已售出", "sold"),
    ("returned", "已退回", "returned"),
    ("sellable_accessible", "在售", "on sale"),
    ("sellable_not_accessible", "待售", "for sale, not on display"),
    ("stolen", "失窃", "stolen"),
    ("unavailable", "不可用", "unavailable"),
    ("unknown", "状态不明", "state unknown"),
))  # fmt: skip

STAGES: Final[Mapping[Stage, Words]] = {
    "inputs": Words(zh="农资", en="Farm supplies"),
    "farm": Words(zh="产地", en="Farm"),
    "transport": Words(zh="运输", en="Transport"),
    "plant": Words(zh="加工", en="Plant"),
    "storage": Words(zh="仓储", en="Storage"),
    "shop": Words(zh="销售", en="Shop"),
    "other": Words(zh="其他", en="Other"),
}
"""What a stage is called beside its sign."""

PARTY_STAGES: Final[Mapping[PartyKind, Stage]] = {
    PartyKind.FARM: "farm",
    PartyKind.PLANT: "plant",
    PartyKind.CARRIER: "transport",
    PartyKind.WAREHOUSE: "storage",
    PartyKind.SHOP: "shop",
    PartyKind.INPUT_MAKER: "inputs",
}
"""Where a party of each kind stands in the chain; `other` says nothing."""

PARTY_KINDS: Final = by_name((
    (PartyKind.FARM, "养殖种植", "farm"),
    (PartyKind.PLANT, "生产加工", "producer"),
    (PartyKind.CARRIER, "承运", "carrier"),
    (PartyKind.WAREHOUSE, "仓储", "storage"),
    (PartyKind.SHOP, "销售", "shop"),
    (PartyKind.INPUT_MAKER, "农资生产", "farm inputs"),
    (PartyKind.OTHER, "其他", "other"),
))  # fmt: skip

LICENCE_KINDS: Final = by_name((
    ("SC", "食品生产许可证", "Food production licence"),
    ("JY", "食品经营许可", "Food business licence"),
    ("YS", "仅销售预包装食品备案", "Pre-packaged food registration"),
    ("SLA", "生猪定点屠宰证", "Pig slaughter licence"),
    ("VET", "动物防疫条件合格证", "Animal epidemic prevention certificate"),
    ("MILK", "生鲜乳收购许可证", "Raw milk purchase licence"),
    ("MTR", "生鲜乳准运证明", "Raw milk transport permit"),
    ("BULK", "重点液态食品准运证", "Bulk liquid food transport permit"),
    ("AQ", "水域滩涂养殖证", "Aquaculture licence"),
    ("FISH", "渔业捕捞许可证", "Fishing licence"),
    ("GACC", "海关注册", "Customs registration"),
    ("WS", "小作坊登记证", "Workshop registration"),
    ("COLD", "温控贮存备案", "Temperature-controlled storage registration"),
))  # fmt: skip

CERTIFICATE_KINDS: Final = by_name((
    ("hgz", "承诺达标合格证", "Commitment certificate of conformity"),
    ("factory", "出厂检验报告", "Factory release report"),
    ("test_report", "检验报告", "Test report"),
    ("animal", "动物检疫证明", "Animal quarantine certificate"),
    ("meat", "肉品品质检验合格证", "Meat quality certificate"),
    ("ciq", "入境货物检验检疫证明", "Import inspection certificate"),
    ("voucher", "上游销售凭证", "Upstream sales voucher"),
    ("green", "绿色食品认证", "Green Food certificate"),
    ("organic", "有机产品认证", "Organic certificate"),
    ("pollution_free", "无公害农产品认证", "Pollution-free produce certificate"),
    ("geographical", "地理标志", "Geographical indication"),
    ("haccp", "HACCP 体系认证", "HACCP certificate"),
))  # fmt: skip
