"""Which measurements and data elements a consumer is shown, and how they are called.

The rule that must stay true: only names that stand in a table here reach a page. Mass, volume and
count are left out on purpose: how much was made or shipped is a trade secret.
"""

from typing import Final

from web.pages.words import by_name

SENSORS: Final = by_name((
    # GS1 Web Vocabulary, measurement types (CBV 2.0 8.12).
    ("Temperature", "温度", "Temperature"),
    ("RelativeHumidity", "相对湿度", "Relative humidity"),
    ("AbsoluteHumidity", "绝对湿度", "Absolute humidity"),
    ("Pressure", "压力", "Pressure"),
    ("Illuminance", "光照度", "Illuminance"),
    ("Conductivity", "电导率", "Conductivity"),
    ("Density", "密度", "Density"),
    ("Speed", "速度", "Speed"),
    ("Acceleration", "震动加速度", "Acceleration"),
    ("MassConcentration", "含量", "Concentration"),
    ("AmountOfSubstancePerUnitVolume", "浓度", "Concentration"),
    ("VolumeFractionDimensionless", "体积分数", "Volume fraction"),
    ("AbsorbedDose", "辐照剂量", "Absorbed dose"),
    ("Radioactivity", "放射性", "Radioactivity"),
))  # fmt: skip

DATES_PRODUCED: Final = frozenset({"productiondate", "producedon", "packagingdate", "packdate"})
DATES_EXPIRING: Final = frozenset(
    {"itemexpirationdate", "expirationdate", "expireson", "bestbeforedate", "shelflife", "expiry"}
)
"""Local names of dates in lower case without underscores (CBV 2.0 9.2 and the profiles)."""

FACTS: Final = by_name((
    # Local name in lower case without underscores, so that `tank_temp` and `tankTemp` meet.
    ("tanktemp", "奶罐温度", "Tank temperature"),
    ("tanktemperature", "奶罐温度", "Tank temperature"),
    ("intaketemp", "进厂温度", "Temperature on arrival"),
    ("arrivaltemp", "到达温度", "Temperature on arrival"),
    ("storagetemp", "贮存温度", "Storage temperature"),
    ("antibiotic", "抗生素残留检测", "Antibiotic residue test"),
    ("antibioticresidue", "抗生素残留检测", "Antibiotic residue test"),
    ("melamine", "三聚氰胺", "Melamine"),
    ("pesticideresidue", "农药残留检测", "Pesticide residue test"),
    ("afm1", "黄曲霉毒素 M1", "Aflatoxin M1"),
    ("fat", "脂肪", "Fat"),
    ("protein", "蛋白质", "Protein"),
    ("acidity", "酸度", "Acidity"),
    ("heattype", "杀菌方式", "Heat treatment"),
    ("heattemp", "杀菌温度", "Heating temperature"),
    ("culture", "发酵菌种", "Culture"),
    ("reconst", "复原乳", "Reconstituted milk"),
    ("reconstituted", "复原乳", "Reconstituted milk"),
    ("verdict", "检验结论", "Result"),
    ("testresult", "检验结论", "Result"),
    ("reportno", "报告编号", "Report number"),
    ("releasereport", "出厂检验报告号", "Release report number"),
    ("lab", "检测机构", "Laboratory"),
    ("variety", "品种", "Variety"),
    ("cropvariety", "作物品种", "Variety"),
    ("plantdate", "播种日期", "Planted on"),
    ("harvestdate", "采收日期", "Harvested on"),
    ("harveststartdate", "开始采收", "Harvest began"),
    ("harvestenddate", "采收结束", "Harvest ended"),
    ("origin", "产地", "Origin"),
    ("countryoforigin", "原产国", "Country of origin"),
    ("farmingmethod", "种养方式", "Farming method"),
    ("grade", "等级", "Grade"),
    ("productiondate", "生产日期", "Produced on"),
    ("bestbeforedate", "保质期至", "Best before"),
    ("itemexpirationdate", "有效期至", "Expires on"),
    ("shelflife", "保质期至", "Best before"),
    ("lotno", "批号", "Lot"),
    ("lotnumber", "批号", "Lot"),
))  # fmt: skip

VALUES: Final = by_name((
    ("NEG", "阴性(未检出)", "negative (none found)"),
    ("POS", "阳性(检出)", "positive (found)"),
    ("ND", "未检出", "not detected"),
    ("PASS", "合格", "passed"),
    ("FAIL", "不合格", "failed"),
    ("PENDING", "待出结果", "result pending"),
    ("true", "是", "yes"),
    ("false", "否", "no"),
    ("LTLT", "低温长时巴氏杀菌", "low-temperature long-time pasteurisation"),
    ("HTST", "高温短时巴氏杀菌", "high-temperature short-time pasteurisation"),
    ("ESL", "高温杀菌(延长保质期)", "extended shelf life treatment"),
    ("UHT", "超高温瞬时灭菌", "ultra-high temperature"),
    ("retort", "保持式灭菌", "retort sterilisation"),
    ("none", "未杀菌", "none"),
))  # fmt: skip

VALUES_GOOD: Final = frozenset({"NEG", "ND", "PASS"})
VALUES_BAD: Final = frozenset({"POS", "FAIL"})

UNITS: Final = by_name((
    # UN/ECE Recommendation 20 common codes.
    ("CEL", "℃", "°C"),
    ("FAH", "℉", "°F"),
    ("KEL", "K", "K"),
    ("P1", "%", "%"),
    ("KPA", "千帕", "kPa"),
    ("MPA", "兆帕", "MPa"),
    ("BAR", "巴", "bar"),
    ("GL", "克/升", "g/L"),
    ("NA", "毫克/千克", "mg/kg"),
    ("M1", "毫克/升", "mg/L"),
    ("LUX", "勒克斯", "lx"),
    ("KMH", "千米/时", "km/h"),
    ("Q30", "pH", "pH"),
))  # fmt: skip

EXTREMES: Final = by_name((
    ("minValue", "最低", "lowest"),
    ("maxValue", "最高", "highest"),
    ("meanValue", "平均", "mean"),
))  # fmt: skip
