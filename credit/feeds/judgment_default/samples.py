"""Invented rows of the judgment defaulters."""

from datetime import date, timedelta
from typing import Final

from credit.feeds.sampling.dirt import Dirt, Row, put
from credit.feeds.sampling.drawing import Draw
from credit.feeds.sampling.parties import Party, person_number_of

_COURTS: Final = ("青岛市市南区人民法院", "青岛市城阳区人民法院", "即墨市人民法院")
_MISCONDUCTS: Final = (
    "违反财产报告制度",
    "有履行能力而拒不履行生效法律文书确定义务",
    "违反限制消费令",
    "违反财产报告制度,违反限制消费令",
)
_FILED_DAYS: Final = 60
_MINOR: Final = person_number_of(7, date(2012, 3, 4))


def row_of(party: Party, draw: Draw, on: date) -> Row:
    """Return an entry of the courts' list about a party that was published on a day."""
    number = draw.below(9000) + 1000
    return {
        "iname": party.name,
        "cardnum": party.person_number or party.uscc,
        "type": "0" if party.person_number else "1",
        "businessentity": party.representative,
        "courtname": draw.pick(_COURTS),
        "areaname": "山东",
        "casecode": f"({on.year})鲁0202执{party.number}{number}号",
        "gistid": f"({on.year - 1})鲁0202民初{number}号",
        "gistunit": "青岛市市南区人民法院",
        "regdate": (on - timedelta(days=_FILED_DAYS)).isoformat(),
        "publishdate": on.isoformat(),
        "duty": f"给付货款{draw.below(500) + 1}0000元",
        "performance": "全部未履行",
        "performedPart": "",
        "unperformPart": "",
        "disrupttypename": draw.pick(_MISCONDUCTS),
        "sexy": "男" if party.person_number else "",
        "age": "46" if party.person_number else "",
    }


DIRT: Final[tuple[Dirt, ...]] = (
    put("neither of the two codes", "cardnum", "bad_code", cardnum="12345"),
    put("a person's number under an organisation", "type", "wrong_kind", cardnum=_MINOR),
    put("a minor by the age told", "age", "minor", age="16"),
    put("a minor by the ID number", "cardnum", "minor", type="0", cardnum=_MINOR, age="0"),
    put("a number whose check fails", "cardnum", "bad_person_number", type="0", cardnum="1101"),
    put("a masked number", "cardnum", "", type="0", cardnum="3702021980****1234"),
    put("a masked code", "cardnum", "", cardnum="91370200****0001"),
    put("a misconduct that no list has", "disrupttypename", "unknown_word", disrupttypename="欠揍"),
    put("a defaulter without a court", "courtname", "missing", courtname="— —"),
)
