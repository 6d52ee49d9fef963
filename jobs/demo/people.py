"""Who answers for what happens at a place of the demonstration, where a step names nobody else."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from jobs.demo.register import PARTIES, SITES

_KEEPERS: Final = {
    "farm_yunhe": "樊云生",
    "farm_liuxi": "苗柳青",
    "farm_qingshi": "石远山",
    "tanker": "薛长路",
    "dairy": "邱灌虹",
    "fruit": "田莓霞",
    "cultures": "葛微岚",
    "cold_store": "雪敬寒",
    "shop_changan": "邻悦华",
    "shop_qiaoxi": "暖小巷",
    "pesticide": "卫护田",
    "seed": "谷育晨",
    "field": "岳耕野",
    "mill": "穆砻清",
}

KEEPER_OF: Final[Mapping[str, str]] = MappingProxyType(
    {
        place: name
        for slug, name in _KEEPERS.items()
        for place in (SITES[slug].uri, SITES[slug].urn(PARTIES[SITES[slug].party].prefix))
    }
)
"""The keeper by the URI or the URN of the site."""
