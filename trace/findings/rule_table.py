"""The rules of findings in force, one row each. A changed limit is a new row with its first day.

The rule that must stay true: a sentence tells what is on record and calls nobody a culprit. Whoever
it is about may explain it, and the authority may confirm it.
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from trace.findings import amounts, cold, custody, omitted, papers, recalled
from trace.findings.model import FindingRule, Severity
from types import MappingProxyType
from typing import Final

_FIRST_DAY: Final = date(2020, 1, 1)


def build_table(rows: Iterable[FindingRule]) -> tuple[FindingRule, ...]:
    """Return the rows; raises `ValueError` where two of one code are in force on one day."""
    table = tuple(rows)
    for number, row in enumerate(table):
        for other in table[:number]:
            starts = max(row.from_on, other.from_on)
            if row.code == other.code and row.is_in_force(starts) and other.is_in_force(starts):
                raise ValueError(f"two rules {row.code} are in force on {starts}")
    return table


_OF_AMOUNTS: Final = (
    FindingRule(
        code="over_issue",
        severity=Severity.ALARM,
        title_zh="赋码超量",
        title_en="More codes than goods",
        says_zh="该批次启用了 {codes} 个码，而记录的数量为 {pieces} 件。",
        says_en="{codes} codes were put into use for a lot of {pieces} pieces.",
        needs="the lot's amount in pieces, and codes that name the lot",
        from_on=_FIRST_DAY,
        judge=amounts.over_issue,
    ),
    # Weighing twice and moisture: 3 % for dry goods (mass balance of the profiles, mark R).
    FindingRule(
        code="over_sale",
        severity=Severity.ALARM,
        title_zh="出大于进",
        title_en="More given than had",
        says_zh="同一批次收入或生产 {had} {unit}，发出、使用或售出 {gave} {unit}。",
        says_en="{had} {unit} of the lot were made or received, {gave} {unit} sent, used or sold.",
        needs="the amounts of every movement of the lot",
        from_on=_FIRST_DAY,
        judge=amounts.over_sale,
        limit=Decimal(3),
    ),
    FindingRule(
        code="dilution",
        severity=Severity.ALARM,
        title_zh="产出超过得率",
        title_en="More came out than can",
        says_zh="投入 {inputs} {unit}，产出 {outputs} {unit}；该类产品最多为投入的 {percent}%。",
        says_en="{outputs} {unit} were made of {inputs} {unit}; "
        "goods of this class yield {percent} % at most.",
        needs="a class with a profile, and all amounts of the making in one unit",
        from_on=_FIRST_DAY,
        judge=amounts.dilution,
        limit=Decimal(105),
    ),
)

_OF_CUSTODY: Final = (
    # An airliner flies 900 km in an hour; clocks and desks are some minutes apart.
    FindingRule(
        code="impossible_travel",
        severity=Severity.WARN,
        title_zh="两地时间过近",
        title_en="Too far in too short a time",
        says_zh="{minutes} 分钟之内，在相距至少 {km} 公里的两地都有记录。",
        says_en="It is on record at two places at least {km} km apart within {minutes} minutes.",
        needs="sites with coordinates",
        from_on=_FIRST_DAY,
        judge=custody.impossible_travel,
        limit=Decimal(900),
        grace=timedelta(minutes=5),
    ),
    FindingRule(
        code="receive_before_ship",
        severity=Severity.WARN,
        title_zh="先收后发",
        title_en="Received before it was sent",
        says_zh="收货时间比发货时间早 {minutes} 分钟。",
        says_en="It was received {minutes} minutes before it was sent.",
        needs="a shipment and a receipt",
        from_on=_FIRST_DAY,
        judge=custody.receive_before_ship,
        grace=timedelta(minutes=15),
    ),
    FindingRule(
        code="not_holder",
        severity=Severity.ALARM,
        title_zh="非持有人操作",
        title_en="By a party that was not handed the goods",
        says_zh="一方记录了 {count} 次发出、使用或售出，但按记录它既未生产也未接收该货物。",
        says_en="A party recorded that it sent, used or sold them (times: {count}), "
        "and by the record neither made them nor was handed them.",
        needs="who made the goods, and the destinations of shipments",
        from_on=_FIRST_DAY,
        judge=custody.not_holder,
    ),
    FindingRule(
        code="missing_step",
        severity=Severity.WARN,
        title_zh="缺少环节",
        title_en="A step is missing",
        says_zh="已有环节 {step} 的记录，但此前应有的环节 {missing} 没有记录。",
        says_en="There is a record of {step}, and none of {missing}, which must come before it.",
        needs="a maker, a shipment or a receipt; for tests, a class whose goods are tested",
        from_on=_FIRST_DAY,
        judge=omitted.missing_step,
    ),
)

_OF_PAPERS: Final = (
    FindingRule(
        code="expired_goods",
        severity=Severity.ALARM,
        title_zh="售出过期产品",
        title_en="Sold after the last day",
        says_zh="保质期至 {expires_on}，{sold_on} 仍有发出或售出记录。",
        says_en="To be used by {expires_on}, and sent or sold on {sold_on}.",
        needs="the last day, in the event that made the goods",
        from_on=_FIRST_DAY,
        judge=papers.expired_goods,
    ),
    FindingRule(
        code="expired_certificate",
        severity=Severity.WARN,
        title_zh="产品证书过期",
        title_en="A certificate of the goods had run out",
        says_zh="证书 {kind}（{number}）有效期至 {until_on}，{on} 仍有生产记录。",
        says_en="The certificate {kind} ({number}) ended on {until_on}; goods were made on {on}.",
        needs="a certificate of the product, with its last day",
        from_on=_FIRST_DAY,
        judge=papers.expired_certificate,
    ),
    FindingRule(
        code="expired_licence",
        severity=Severity.ALARM,
        title_zh="许可证过期",
        title_en="A licence had run out",
        says_zh="许可 {kind}（{number}）有效期至 {until_on}，{on} 仍有生产、发出或售出记录。",
        says_en="The licence {kind} ({number}) ended on {until_on}; "
        "its holder made, sent or sold goods on {on}.",
        needs="a certificate of the party, with its last day",
        from_on=_FIRST_DAY,
        judge=papers.expired_licence,
    ),
    FindingRule(
        code="listed_party",
        severity=Severity.ALARM,
        title_zh="名单内主体",
        title_en="By a listed party",
        says_zh="{on} 该主体在名单“{list}”之内。",
        says_en="On {on} the party was on the list “{list}”.",
        needs="a source of lists",
        from_on=_FIRST_DAY,
        judge=papers.listed_party,
    ),
    # Shanghai: within 24 hours of production or delivery (municipal order 33, mark R).
    FindingRule(
        code="late_report",
        severity=Severity.NOTE,
        title_zh="迟报",
        title_en="Reported late",
        says_zh="事件发生 {hours} 小时之后才记录；期限为 {allowed} 小时。",
        says_en="It was recorded {hours} hours after it happened; {allowed} are allowed.",
        needs="nothing more",
        from_on=_FIRST_DAY,
        judge=papers.late_report,
        limit=Decimal(24),
    ),
    FindingRule(
        code="clone_suspicion",
        severity=Severity.WARN,
        title_zh="疑似复制码",
        title_en="The code may have been copied",
        says_zh="该码的扫码记录触发了规则 {scan_rule}，尚未处理。",
        says_en="The scans of the code set off the rule {scan_rule}, which is still open.",
        needs="an open alert from scans",
        from_on=_FIRST_DAY,
        judge=papers.clone_suspicion,
    ),
)

_OF_RECALLS: Final = (
    # Who answers at one desk while another one sells has so long to pass the word on.
    FindingRule(
        code="recalled_goods",
        severity=Severity.ALARM,
        title_zh="召回产品仍在流转",
        title_en="Recalled goods went on",
        says_zh="持有人已获知召回 {number}，{moved_on} 仍有发出、售出或使用记录。",
        says_en="Their holder knew of the recall {number}, "
        "and they were sent on, sold or used on {moved_on}.",
        needs="a recall that binds the goods, and a notice to their holder",
        from_on=_FIRST_DAY,
        judge=recalled.recalled_goods,
        grace=timedelta(minutes=60),
    ),
)

_OF_COLD: Final = (
    # GSP annex on cold chain: a reading stands for the time up to the next one; where the profile
    # says nothing, half an hour at a dock is in order.
    FindingRule(
        code="cold_chain_excursion",
        severity=Severity.ALARM,
        title_zh="超温",
        title_en="Out of its range of temperature",
        says_zh="超出 {low}–{high} °C 共 {minutes} 分钟（允许 {allowed} 分钟），"
        "最严重为 {worst} °C。",
        says_en="Out of {low} to {high} °C for {minutes} minutes ({allowed} are allowed), "
        "{worst} °C at the worst.",
        needs="a class with a cold chain in its profile, and readings",
        from_on=_FIRST_DAY,
        judge=cold.cold_chain_excursion,
        limit=Decimal(30),
        grace=timedelta(minutes=120),
    ),
    FindingRule(
        code="sensor_gap",
        severity=Severity.WARN,
        title_zh="温度记录中断",
        title_en="No readings of the temperature",
        says_zh="运输或贮存途中 {minutes} 分钟没有温度记录；间隔不得超过 {allowed} 分钟。",
        says_en="No reading for {minutes} minutes on the way or in store; {allowed} are allowed.",
        needs="a class with a cold chain in its profile, and two readings of one leg",
        from_on=_FIRST_DAY,
        judge=cold.sensor_gap,
        limit=Decimal(120),
    ),
)

RULES: Final = build_table((*_OF_AMOUNTS, *_OF_CUSTODY, *_OF_PAPERS, *_OF_RECALLS, *_OF_COLD))
CODES: Final = tuple(dict.fromkeys(row.code for row in RULES))


def rules_on(day: date, table: Iterable[FindingRule] = RULES) -> Mapping[str, FindingRule]:
    """Return the rules that are in force on a day, by their codes."""
    return MappingProxyType({row.code: row for row in table if row.is_in_force(day)})


def find_rule(code: str, day: date) -> FindingRule | None:
    """Return the row of a code that was in force on a day, else its newest one."""
    rows = [row for row in RULES if row.code == code]
    return next((row for row in rows if row.is_in_force(day)), rows[-1] if rows else None)
