"""The register of the demonstration: fourteen enterprises around Shijiazhuang and their goods.

Credit codes follow GB 32100-2015, GTIN and GLN the GS1 General Specifications 7.9 under company
prefixes of GS1 China, food licences (SC) ISO 7064 MOD 11,10, regions GB/T 2260.
"""

from datetime import date
from typing import Final

from jobs.demo.world import Certificate, parties, products, sites

PARTIES: Final = parties(
    ("farm_yunhe", "93130123MA0Y1H3N7G", "697999011", "6979990110010", "farm", "VET",
     "冀130123动防合字第20240017号", "130123",
     "正定县云禾奶牛养殖专业合作社", "Yunhe Dairy Farmers' Co-operative"),
    ("farm_liuxi", "91130125MA0Q2H4W5H", "697999023", "6979990230015", "farm", "VET",
     "冀130125动防合字第20240031号", "130125",
     "行唐县柳溪湾牧场有限公司", "Liuxi Bay Dairy Farm Ltd"),
    ("farm_qingshi", "92130126MA0R3L5C52", "697999035", "6979990350010", "farm", "VET",
     "冀130126动防合字第20240009号", "130126",
     "灵寿县青石岭家庭牧场", "Qingshi Ridge Family Farm"),
    ("carrier", "91130109MA0T4K6D48", "697999047", "6979990470015", "carrier", "MTR",
     "冀130109准运第20250023号", "130109",
     "石家庄顺澈鲜奶运输有限公司", "Shunche Fresh Milk Transport Ltd"),
    ("dairy", "91130109MA0D5R7Y2T", "69599907", "6959990700015", "plant", "SC",
     "SC10513010904279", "130109",
     "石家庄晴禾乳业有限公司", "Qinghe Dairy Ltd"),
    ("fruit", "91130129MA0F6B8M44", "697999059", "6979990590010", "plant", "SC",
     "SC11713012903184", "130129",
     "赞皇县莓田果品加工有限公司", "Meitian Fruit Processing Ltd"),
    ("cultures", "91130104MA0C7U9J0N", "697999061", "6979990610015", "plant", "SC",
     "SC13113010402692", "130104",
     "石家庄微境发酵剂有限公司", "Weijing Starter Cultures Ltd"),
    ("cold_store", "91130102MA0L8W1K7N", "69499913", "6949991300017", "warehouse", "COLD",
     "冀130102温贮备20250008", "130102",
     "石家庄北辰冷链仓储有限公司", "Beichen Cold Chain Storage Ltd"),
    ("shop_changan", "91130102MA0E9X2P6W", "69399921", "6939992100013", "shop", "JY",
     "JY11301020042715", "130102",
     "石家庄悦邻生活超市有限公司", "Yuelin Neighbourhood Supermarket Ltd"),
    ("shop_qiaoxi", "91130104MA0G1T3R63", "697999073", "6979990730010", "shop", "JY",
     "JY11301040031867", "130104",
     "石家庄暖巷便利店有限公司", "Nuanxiang Corner Shop Ltd"),
    ("pesticide", "91130181MA0P2W4A5Y", "6919907", "6919907000010", "input_maker",
     "农药生产许可证", "农药生许(冀)0997", "130181",
     "辛集市护穗作物保护有限公司", "Husui Crop Protection Ltd"),
    ("seed", "91130133MA0N3Y5H88", "697999085", "6979990850015", "input_maker",
     "种子生产经营许可证", "冀农种许字(2024)第0133号", "130133",
     "赵县新穗谷种业有限公司", "Xinsui Millet Seed Ltd"),
    ("coop", "93130131MA0K4G6U4K", "697999097", "6979990970010", "farm",
     "合作社登记", "冀130131农专社0264", "130131",
     "平山县石窑峪谷子种植专业合作社", "Shiyaoyu Millet Growers' Co-operative"),
    ("mill", "91130132MA0M5J7L2U", "69599931", "6959993100010", "plant", "SC",
     "SC10113013201531", "130132",
     "元氏县槐谷粮食加工有限公司", "Huaigu Grain Milling Ltd"),
)  # fmt: skip

SITES: Final = sites(
    ("farm_yunhe", "farm_yunhe", "6979990110027", "", "130123", "38.152300", "114.583400",
     "云禾奶牛场", "Yunhe dairy farm"),
    ("farm_liuxi", "farm_liuxi", "6979990230022", "", "130125", "38.431700", "114.561200",
     "柳溪湾牧场", "Liuxi Bay dairy farm"),
    ("farm_qingshi", "farm_qingshi", "6979990350027", "", "130126", "38.318600", "114.392800",
     "青石岭牧场", "Qingshi Ridge dairy farm"),
    # Milk is taken over at a collecting point of the carrier; the tank itself is a part of it.
    ("tanker", "carrier", "6979990470022", "T17", "130126", "38.302900", "114.431500",
     "灵寿鲜奶集散点 17 号奶罐", "Lingshou collecting point, tank 17"),
    ("dairy", "dairy", "6959990700022", "", "130109", "38.031200", "114.846700",
     "晴禾乳业藁城工厂", "Qinghe Dairy plant, Gaocheng"),
    ("fruit", "fruit", "6979990590027", "", "130129", "37.668400", "114.391900",
     "莓田果品加工厂", "Meitian fruit plant"),
    ("cultures", "cultures", "6979990610022", "", "130104", "38.004100", "114.462300",
     "微境发酵剂车间", "Weijing cultures workshop"),
    ("cold_store", "cold_store", "6949991300024", "", "130102", "38.091500", "114.571800",
     "北辰冷库", "Beichen cold store"),
    ("shop_changan", "shop_changan", "6939992100020", "", "130102", "38.048600", "114.528900",
     "悦邻超市长安店", "Yuelin Supermarket, Chang'an"),
    ("shop_qiaoxi", "shop_qiaoxi", "6979990730027", "", "130104", "38.029700", "114.467100",
     "暖巷便利店桥西店", "Nuanxiang Corner Shop, Qiaoxi"),
    ("pesticide", "pesticide", "6919907000027", "", "130181", "37.929800", "115.218600",
     "护穗作物保护工厂", "Husui crop protection plant"),
    ("seed", "seed", "6979990850022", "", "130133", "37.756200", "114.776300",
     "新穗谷种子仓库", "Xinsui seed warehouse"),
    ("field", "coop", "6979990970027", "", "130131", "38.264700", "114.186200",
     "石窑峪谷子地", "Shiyaoyu millet fields"),
    ("mill", "mill", "6959993100027", "", "130132", "37.766900", "114.526400",
     "槐谷粮食加工厂", "Huaigu grain mill"),
)  # fmt: skip

PRODUCTS: Final = products(
    ("milk_yunhe", "farm_yunhe", "06979990111017", "dairy",
     "生牛乳", "Raw cow's milk", "牧场奶罐", "farm tank"),
    ("milk_liuxi", "farm_liuxi", "06979990231012", "dairy",
     "生牛乳", "Raw cow's milk", "牧场奶罐", "farm tank"),
    ("milk_qingshi", "farm_qingshi", "06979990351017", "dairy",
     "生牛乳", "Raw cow's milk", "牧场奶罐", "farm tank"),
    ("milk_tanker", "carrier", "06979990471012", "dairy",
     "生牛乳(罐车合并)", "Raw cow's milk, collected", "奶罐车", "road tanker"),
    ("strawberry", "fruit", "06979990591017", "packaged_food",
     "草莓果酱(酸奶用)", "Strawberry preparation for yoghurt", "20 千克/桶", "20 kg drum"),
    ("culture", "cultures", "06979990611012", "food_additive",
     "酸奶发酵剂", "Yoghurt starter culture", "500 克/袋", "500 g sachet"),
    ("yoghurt_bulk", "dairy", "06959990701012", "dairy",
     "草莓风味发酵乳(未灌装)", "Strawberry yoghurt, before filling", "发酵罐", "fermenting tank"),
    ("yoghurt_cup", "dairy", "06959990701029", "dairy",
     "晴禾草莓风味发酵乳", "Qinghe strawberry yoghurt", "200 克/杯", "200 g cup"),
    ("seed", "seed", "06979990851012", "seed",
     "谷子种子 新穗谷7号", "Foxtail millet seed, Xinsui 7", "5 千克/袋", "5 kg bag"),
    ("paddy", "coop", "06979990971017", "grain",
     "谷子(原粮)", "Foxtail millet in the husk", "散装", "in bulk"),
    ("millet_bulk", "mill", "06959993101017", "grain",
     "小米(散装)", "Hulled millet in bulk", "散装", "in bulk"),
    ("millet_bran", "mill", "06959993101024", "grain",
     "谷糠", "Millet bran", "散装", "in bulk"),
    ("millet_bag", "mill", "06959993101031", "grain",
     "槐谷石窑小米", "Huaigu Shiyaoyu millet", "500 克/袋", "500 g bag"),
)  # fmt: skip


def standing_certificates(year: int) -> tuple[Certificate, ...]:
    """Return the certificates of one year; their numbers carry it, so no two years clash.

    They are three years old at most and began a year before, so that they were valid at every step
    of a story that is told in January.
    """
    rows = (
        ("dairy", None, "haccp", f"HACCP-{year}-0907", "华北示例认证中心"),
        ("coop", "paddy", "green", f"LB-15-{year % 100:02d}03039971A", "绿色食品示例中心"),
        ("mill", "millet_bag", "green", f"LB-15-{year % 100:02d}03039982A", "绿色食品示例中心"),
        ("cold_store", None, "haccp", f"HACCP-{year}-0913", "华北示例认证中心"),
    )
    return tuple(
        Certificate(
            party=party,
            product=product,
            kind=kind,
            number=number,
            issuer=issuer,
            from_on=date(year - 1, 1, 1),
            until_on=date(year + 1, 12, 31),
        )
        for party, product, kind, number, issuer in rows
    )
