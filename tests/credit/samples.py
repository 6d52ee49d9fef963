"""Rows of feeds as senders write them."""

import csv
import io
from collections.abc import Iterable

from codes.schemes.cn_uscc import org_code_check, uscc_check
from parties.actors import Actor, Role

AUTHORITY = Actor(id="key:0000000000000009", role=Role.AUTHORITY)
COLLEAGUE = Actor(id="key:000000000000000a", role=Role.AUTHORITY)


def uscc(number: int, *, kind: str = "91", region: str = "370200") -> str:
    """Return a social credit code whose check fits."""
    organisation = f"{number:08d}"
    body = f"{kind}{region}{organisation}{org_code_check(organisation)}"
    return body + uscc_check(body)


AGRICULTURE = uscc(8, kind="11")


def penalty(number: int, **changes: str) -> dict[str, str]:
    """Return a row of the penalties about the party with that number."""
    row = {
        "cf_xdr_mc": f"青岛第{number}食品有限公司",
        "cf_xdr_lb": "法人",
        "cf_xdr_shxym": uscc(number),
        "cf_wsh": f"青农罚〔2026〕{number}号",
        "cf_wfxw": "销售农药残留超标的农产品",
        "cf_yj": "《农产品质量安全法》第七十条",
        "cf_cflb": "较大数额罚款",
        "cf_nr_fk": "5.000000",
        "cf_jdrq": "2026-04-01",
        "cf_cfjg": "青岛市农业农村局",
        "cf_cfjgdm": AGRICULTURE,
        "cf_ly": "农产品质量安全",
    }
    return {**row, **changes}


def csv_of(rows: Iterable[dict[str, str]], encoding: str = "utf-8-sig") -> bytes:
    """Return rows as a CSV whose columns are all that any of them has."""
    found = list(rows)
    headers = list(dict.fromkeys(header for row in found for header in row))
    written = io.StringIO()
    writer = csv.DictWriter(written, headers, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(found)
    return written.getvalue().encode(encoding)


def serious(number: int, **changes: str) -> dict[str, str]:
    """Return a row of the list of serious violations about the party with that number."""
    row = {
        "name": f"青岛第{number}食品有限公司",
        "uscc": uscc(number),
        "list_no": f"青市监列〔2026〕{number}号",
        "ground": "未取得食品生产许可从事食品生产",
        "article": "《市场监督管理严重违法失信名单管理办法》第五条第一项",
        "listed_on": "2026-02-01",
        "authority": "青岛市市场监督管理局",
    }
    return {**row, **changes}


def tax_case(number: int, **changes: str) -> dict[str, str]:
    """Return a row of the major tax violations about the party with that number."""
    row = {
        "nsrmc": f"青岛第{number}食品有限公司",
        "nsrsbh": uscc(number),
        "ajsbq": "2026年第1季度",
        "ajxz": "偷税",
        "wfss": f"少缴增值税{number}.3万元",
        "flyj": "《税收征收管理法》第六十三条，处以罚款",
        "gbrq": "2026-02-01",
        "jg": "国家税务总局青岛市税务局稽查局",
    }
    return {**row, **changes}


def defaulter(number: int, **changes: str) -> dict[str, str]:
    """Return a row of the judgment defaulters about the party with that number."""
    row = {
        "iname": f"青岛第{number}食品有限公司",
        "cardnum": uscc(number),
        "type": "1",
        "courtname": "青岛市市南区人民法院",
        "areaname": "山东",
        "casecode": f"(2025)鲁0202执{number}号",
        "regdate": "2025-01-10",
        "publishdate": "2025-03-01",
        "performance": "全部未履行",
        "disrupttypename": "违反财产报告制度",
    }
    return {**row, **changes}
