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
    ("AtmosphericPressure", "气压", "Air pressure"),
    ("Irradiance", "辐照度", "Irradiance"),
    ("MicrobialCount", "菌落数", "Microbial count"),
    ("PH", "酸碱度", "Acidity"),
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
FINDINGS: Final = frozenset(
    {"tanktemp", "tanktemperature", "intaketemp", "arrivaltemp", "storagetemp", "antibiotic"}
    | {"antibioticresidue", "melamine", "pesticideresidue", "afm1", "heattype", "verdict"}
    | {"testresult", "testitem", "culture", "reconst", "reconstituted"}
)
"""What was found or done, shown large; every other fact is a detail in small print."""

TEST_ITEMS: Final = by_name((
    ("antibiotic", "抗生素残留", "Antibiotic residues"),
    ("antibiotics", "抗生素残留", "Antibiotic residues"),
    ("antibioticresidue", "抗生素残留", "Antibiotic residues"),
    ("antibioticresidues", "抗生素残留", "Antibiotic residues"),
    ("抗生素残留", "抗生素残留", "Antibiotic residues"),
    ("pesticideresidue", "农药残留", "Pesticide residues"),
    ("pesticideresidues", "农药残留", "Pesticide residues"),
    ("农药残留", "农药残留", "Pesticide residues"),
    ("melamine", "三聚氰胺", "Melamine"),
    ("三聚氰胺", "三聚氰胺", "Melamine"),
    ("aflatoxinm1", "黄曲霉毒素 M1", "Aflatoxin M1"),
    ("黄曲霉毒素M1", "黄曲霉毒素 M1", "Aflatoxin M1"),
    ("release", "出厂检验", "Release test"),
    ("出厂检验", "出厂检验", "Release test"),
))  # fmt: skip
"""What a test looked for; a name outside the table is shown as it was recorded."""

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
    ("testresult", "检测结果", "Result"),
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
    ("sellbydate", "销售期至", "Sell by"),
    ("storagecondition", "贮存条件", "Storage"),
    ("executivestandard", "执行标准", "Product standard"),
    ("testitem", "检测项目", "Tested for"),
    ("testmethod", "检测方法", "Test method"),
    ("testreportnumber", "检验报告号", "Test report number"),
    ("registrationnumber", "登记证号", "Registration number"),
    ("activeingredient", "有效成分", "Active ingredient"),
    ("preharvestintervaldays", "安全间隔期（天）", "Days before harvest"),
    ("lotno", "批号", "Lot"),
    ("lotnumber", "批号", "Lot"),
))  # fmt: skip

VALUES: Final = by_name((
    # Looked up in upper case.
    ("NEG", "阴性（未检出）", "negative (none found)"),
    ("POS", "阳性（检出）", "positive (found)"),
    ("ND", "未检出", "not detected"),
    ("NEGATIVE", "阴性（未检出）", "negative (none found)"),
    ("阴性", "阴性（未检出）", "negative (none found)"),
    ("POSITIVE", "阳性（检出）", "positive (found)"),
    ("阳性", "阳性（检出）", "positive (found)"),
    ("未检出", "未检出", "not detected"),
    ("合格", "合格", "passed"),
    ("不合格", "不合格", "failed"),
    ("PASSED", "合格", "passed"),
    ("FAILED", "不合格", "failed"),
    ("CONFORMANT", "合格", "passed"),
    ("PASS", "合格", "passed"),
    ("FAIL", "不合格", "failed"),
    ("PENDING", "待出结果", "result pending"),
    ("CN", "中国", "China"),
    ("TRUE", "是", "yes"),
    ("FALSE", "否", "no"),
    ("LTLT", "低温长时巴氏杀菌", "low-temperature long-time pasteurisation"),
    ("HTST", "高温短时巴氏杀菌", "high-temperature short-time pasteurisation"),
    ("ESL", "高温杀菌（延长保质期）", "extended shelf life treatment"),
    ("UHT", "超高温瞬时灭菌", "ultra-high temperature"),
    ("RETORT", "保持式灭菌", "retort sterilisation"),
    ("NONE", "未杀菌", "none"),
))  # fmt: skip

VALUES_GOOD: Final = frozenset(
    {"NEG", "NEGATIVE", "阴性", "ND", "未检出", "PASS", "PASSED", "CONFORMANT", "合格"}
)
VALUES_BAD: Final = frozenset({"POS", "POSITIVE", "阳性", "FAIL", "FAILED", "不合格"})

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
