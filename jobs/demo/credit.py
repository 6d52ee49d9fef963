"""Credit in the demonstration: what registers, inspectors, courts and honours say of its parties.

The rule that must stay true: whoever and whatever is told of is invented, and nobody of whom
something grave is told makes anything that the pages of the demonstration show. Told again it is
the same batches.
"""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Final

from base.clock import CIVIL_ZONE
from base.config import Settings
from base.errors import Conflict
from credit.feeds.registry import FEEDS
from credit.feeds.tax_grade.mapping import newest_year
from credit.folding.projector import bring_up_credit
from credit.intake.batches import BatchState, Door
from credit.intake.desk import IntakeDesk
from credit.intake.files import keep_file
from credit.intake.taking import take_batch
from credit.warning.night import run_warnings
from jobs.demo.register import PARTIES
from parties.actors import CONSOLE

MARKET: Final = "演示市市场监督管理局"
LISTED: Final = ("石家庄鑫盛源调味品有限公司", "91130108MA0R8X3X4X")
WARNED: Final = ("石家庄速鲜调理食品有限公司", "91130110MA0Q6R2K3P")

_MARKET_CODE: Final = "11130102000000086U"
_COURT: Final = "演示市人民法院"
_FINED_BEFORE_DAYS: Final = (70, 40, 12)

# By kind of party, as GB/T 4754-2017 numbers them.
_INDUSTRIES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "farm": "0311",
        "plant": "1440",
        "carrier": "5431",
        "warehouse": "5930",
        "shop": "5212",
        "input_maker": "2631",
    }
)

Row = Mapping[str, str]


def batches_at(day: date) -> Mapping[str, Sequence[Row]]:
    """Return the rows of each feed as they are on a day."""

    def ago(days: int) -> str:
        return (day - timedelta(days=days)).isoformat()

    dairy, shop = PARTIES["dairy"], PARTIES["shop_qiaoxi"]
    parties = [
        (one.name_zh, one.uscc, one.region, _INDUSTRIES[one.kind]) for one in PARTIES.values()
    ]
    firms = [(*LISTED, "130108", "1469"), (*WARNED, "130110", "1432")]
    return MappingProxyType(
        {
            "registration": [_registered(*one) for one in (*parties, *firms)],
            "tax_grade": [
                {
                    "nsrsbh": dairy.uscc,
                    "nsrmc": dairy.name_zh,
                    "nd": str(newest_year(day)),
                    "jb": "A",
                }
            ],
            "honour": [_honour(dairy.name_zh, dairy.uscc, ago(200))],
            "inspection": [
                _inspected("1", (dairy.name_zh, dairy.uscc), "风味酸乳", ago(20)),
                _inspected("2", (shop.name_zh, shop.uscc), "小米", ago(16)),
                _inspected("3", WARNED, "速冻水饺", ago(14), failed="过氧化值"),
            ],
            "penalty": [
                _penalty(number, WARNED, ago(days))
                for number, days in enumerate(_FINED_BEFORE_DAYS, 1)
            ],
            "serious_listing": [_listed(ago(90))],
            "judgment_default": [_defaulter(ago(150), ago(120))],
        }
    )


def tell_credit(desk: IntakeDesk, settings: Settings, day: date) -> None:
    """Take the batches, fold them and let the rules of early warning look at them.

    Raises `Conflict` where a batch is not taken.
    """
    for feed, rows in batches_at(day).items():
        body = csv_of(rows)
        keep_file(settings.effective_files_dir, body)
        batch = take_batch(desk, CONSOLE, FEEDS[feed], body, door=Door.FILE)
        if batch.state is not BatchState.ACCEPTED or batch.quarantined:
            raise Conflict(f"The demonstration's {feed} was not taken: {batch.message}")
    engine, log = desk.journal.engine, desk.journal.log
    bring_up_credit(engine, log)
    today = desk.clock.now().astimezone(CIVIL_ZONE).date()
    run_warnings(desk.journal, CONSOLE, today, bring_up=lambda: bring_up_credit(engine, log))


def csv_of(rows: Sequence[Row]) -> bytes:
    """Return rows as a sender's CSV."""
    headers = list(dict.fromkeys(header for row in rows for header in row))
    written = io.StringIO()
    writer = csv.DictWriter(written, headers, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode("utf-8-sig")


def _registered(name: str, uscc: str, region: str, industry: str) -> Row:
    return {
        "name": name,
        "uscc": uscc,
        "kind": "04" if uscc.startswith("92") else "02",
        "region": region,
        "industry": industry,
        "established_on": "2018-05-08",
        "status": "存续",
        "authority": MARKET,
    }


def _honour(name: str, uscc: str, day: str) -> Row:
    return {
        "name": name,
        "uscc": uscc,
        "honour": "食品安全示范企业(演示)",
        "number": "演示市监〔2026〕5号",
        "authority": MARKET,
        "given_on": day,
    }


def _inspected(
    number: str, party: tuple[str, str], product: str, day: str, *, failed: str = ""
) -> Row:
    return {
        "sample_no": f"DEMO-{number}",
        "name": party[0],
        "uscc": party[1],
        "role": "生产",
        "product": product,
        "result": "不合格" if failed else "合格",
        "failed_item": failed,
        "sampled_on": day,
        "published_on": day,
        "authority": MARKET,
    }


def _penalty(number: int, party: tuple[str, str], day: str) -> Row:
    return {
        "cf_xdr_mc": party[0],
        "cf_xdr_lb": "法人",
        "cf_xdr_shxym": party[1],
        "cf_wsh": f"演示市监罚〔2026〕{number}号",
        "cf_wfxw": "生产经营标签不符合规定的食品",
        "cf_yj": "《食品安全法》第一百二十五条第一款第二项",
        "cf_cflb": "较大数额罚款",
        "cf_nr_fk": "2.000000",
        "cf_jdrq": day,
        "cf_cfjg": MARKET,
        "cf_cfjgdm": _MARKET_CODE,
        "cf_ly": "食品",
    }


def _listed(day: str) -> Row:
    return {
        "name": LISTED[0],
        "uscc": LISTED[1],
        "list_no": "演示市监列〔2026〕1号",
        "ground": "未取得食品生产许可从事食品生产",
        "article": "《市场监督管理严重违法失信名单管理办法》第五条第一项",
        "listed_on": day,
        "authority": MARKET,
    }


def _defaulter(filed: str, published: str) -> Row:
    return {
        "iname": LISTED[0],
        "cardnum": LISTED[1],
        "type": "1",
        "courtname": _COURT,
        "areaname": "河北",
        "casecode": "(2026)演0101执1号",
        "regdate": filed,
        "publishdate": published,
        "performance": "全部未履行",
        "disrupttypename": "违反财产报告制度",
    }
