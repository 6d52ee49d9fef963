"""Names of places by their code in GB/T 2260.

A code outside the table is named by what it lies in, so that no district gets a wrong name.
"""

from typing import Final

from codes.cn.regions import places_of
from web.pages.model import Lang
from web.pages.words import by_name

_PROVINCES: Final = by_name((
    ("11", "北京市", "Beijing"),
    ("12", "天津市", "Tianjin"),
    ("13", "河北省", "Hebei"),
    ("14", "山西省", "Shanxi"),
    ("15", "内蒙古自治区", "Inner Mongolia"),
    ("21", "辽宁省", "Liaoning"),
    ("22", "吉林省", "Jilin"),
    ("23", "黑龙江省", "Heilongjiang"),
    ("31", "上海市", "Shanghai"),
    ("32", "江苏省", "Jiangsu"),
    ("33", "浙江省", "Zhejiang"),
    ("34", "安徽省", "Anhui"),
    ("35", "福建省", "Fujian"),
    ("36", "江西省", "Jiangxi"),
    ("37", "山东省", "Shandong"),
    ("41", "河南省", "Henan"),
    ("42", "湖北省", "Hubei"),
    ("43", "湖南省", "Hunan"),
    ("44", "广东省", "Guangdong"),
    ("45", "广西壮族自治区", "Guangxi"),
    ("46", "海南省", "Hainan"),
    ("50", "重庆市", "Chongqing"),
    ("51", "四川省", "Sichuan"),
    ("52", "贵州省", "Guizhou"),
    ("53", "云南省", "Yunnan"),
    ("54", "西藏自治区", "Xizang"),
    ("61", "陕西省", "Shaanxi"),
    ("62", "甘肃省", "Gansu"),
    ("63", "青海省", "Qinghai"),
    ("64", "宁夏回族自治区", "Ningxia"),
    ("65", "新疆维吾尔自治区", "Xinjiang"),
    ("71", "台湾省", "Taiwan"),
    ("81", "香港特别行政区", "Hong Kong"),
    ("82", "澳门特别行政区", "Macao"),
))  # fmt: skip

_SHIJIAZHUANG: Final = by_name((
    ("130100", "石家庄市", "Shijiazhuang"),
    ("130102", "长安区", "Chang'an District"),
    ("130104", "桥西区", "Qiaoxi District"),
    ("130105", "新华区", "Xinhua District"),
    ("130107", "井陉矿区", "Jingxing Mining District"),
    ("130108", "裕华区", "Yuhua District"),
    ("130109", "藁城区", "Gaocheng District"),
    ("130110", "鹿泉区", "Luquan District"),
    ("130111", "栾城区", "Luancheng District"),
    ("130121", "井陉县", "Jingxing County"),
    ("130123", "正定县", "Zhengding County"),
    ("130125", "行唐县", "Xingtang County"),
    ("130126", "灵寿县", "Lingshou County"),
    ("130127", "高邑县", "Gaoyi County"),
    ("130128", "深泽县", "Shenze County"),
    ("130129", "赞皇县", "Zanhuang County"),
    ("130130", "无极县", "Wuji County"),
    ("130131", "平山县", "Pingshan County"),
    ("130132", "元氏县", "Yuanshi County"),
    ("130133", "赵县", "Zhao County"),
    ("130181", "辛集市", "Xinji"),
    ("130183", "晋州市", "Jinzhou"),
    ("130184", "新乐市", "Xinle"),
))  # fmt: skip


def region_name(code: str | None, lang: Lang) -> str:
    """Return the name of a six-digit region code, or nothing where its province is unknown.

    The city's own counties are named alone. Only they and the provinces have names in English: any
    other place stands in Chinese before the English name of its province.
    """
    code = code or ""
    words = _SHIJIAZHUANG.get(code)
    if words is not None:
        return words.of(lang)
    province = _PROVINCES.get(code[:2])
    if province is None:
        return ""
    # A county of a prefecture without a name of its own lies in its province.
    within = "".join(one.name for one in places_of(code)[1:]) if len(code) == 6 else ""
    if lang == "zh":
        return province.zh + within
    return f"{within}, {province.en}" if within else province.en
