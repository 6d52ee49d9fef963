"""Written codes of every scheme that detection offers, no two of them alike.

Every code is made from a counter, with its check, so that no text is cheap because it is refused
at once or was read before.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from itertools import count, cycle
from typing import Final

from codes.cn.checks import mod_11_2, mod_11_10
from codes.gs1.check_digit import mod10_check_digit
from codes.gs1.compression import compress
from codes.schemes.cn_uscc import org_code_check, uscc_check
from codes.schemes.suxin_serial import serial_of_number

Maker = Callable[[int], str]


def _key(start: str, digits: int) -> Maker:
    body = digits - 1 - len(start)

    def make(number: int) -> str:
        text = f"{start}{number % 10**body:0{body}}"
        return text + mod10_check_digit(text)

    return make


def _credit_code(number: int) -> str:
    org = f"MA{number % 10**6:06}"
    body = f"91130102{org}{org_code_check(org)}"
    return body + uscc_check(body)


def _day(number: int) -> str:
    return f"{date(2020, 1, 1) + timedelta(days=number % 3_000):%Y%m%d}"


def _id_number(number: int) -> str:
    body = f"130102{date(1950, 1, 1) + timedelta(days=number % 20_000):%Y%m%d}{number % 1_000:03}"
    return body + mod_11_2(body)


def _licence(number: int) -> str:
    body = f"105130102{number % 10_000:04}"
    return f"SC{body}{mod_11_10(body)}"


def _org_code(number: int) -> str:
    body = f"{number % 10**8:08}"
    return body + org_code_check(body)


_GTIN14: Final = _key("0690", 14)

# GB/T 2260: districts and counties of Shijiazhuang that are in force.
_COUNTIES: Final = ("130102", "130104", "130105", "130107", "130108", "130121", "130123", "130183")

# One maker for each way in which each scheme is written; their order is that of a fair mix.
MAKERS: Final[Mapping[str, Maker]] = {
    "gtin8": _key("6", 8),
    "gtin12": _key("61414", 12),
    "gtin13": _key("690", 13),
    "gtin14": _key("1690", 14),
    "gln": _key("692", 13),
    "sscc": _key("0690", 18),
    "gsin": _key("690", 17),
    "gsrn": _key("8690", 18),
    "element string in brackets": lambda n: f"(01){_GTIN14(n)}(17)261231(10)A{n}",
    "element string of a scanner": lambda n: f"]d201{_GTIN14(n)}10A{n}\x1d21S{n}",
    "digital link": lambda n: f"https://id.gs1.org/01/{_GTIN14(n)}/10/A{n}",
    "digital link of a brand": lambda n: f"https://brand.example/p/01/{_GTIN14(n)}/21/S{n}?17=261231",
    "digital link, compressed": lambda n: compress(f"https://x.cn/01/{_GTIN14(n)}/21/S{n}"),
    "epc uri": lambda n: f"urn:epc:id:sgtin:6901234.056789.{n}",
    "epc class": lambda n: f"urn:epc:class:lgtin:6901234.056789.A{n}",
    "commodity code": lambda n: f"https://2dcode.org/A{n}",
    "drug trace code": lambda n: f"8385793{n % 10**13:013}",
    "drug trace code with hyphen": lambda n: f"8385793-{n % 10**13:013}",
    "drug trace code in an address": lambda n: f"https://x.cn/q?code=8385793{n % 10**13:013}",
    "drug standard code": _key("869", 14),
    "drug approval number": lambda n: f"国药准字H{n % 10**8:08}",
    "pesticide unit code": lambda n: f"10929272001{n % 10**21:021}",
    "pesticide in an address": lambda n: f"https://maker.example/t?id=10929272001{n % 10**21:021}",
    "pesticide registration": lambda n: f"PD2009{n % 10**4:04}",
    "veterinary drug": lambda n: f"{_day(n)}{n % 10**16:016}",
    "farm produce, long": lambda n: f"1.0.{_credit_code(n)}.01060123.{_day(n)}101530.001",
    "farm produce, short": lambda n: f"1{n % 10**19:019}",
    "farm produce, subject": lambda n: f"0.{_credit_code(n)}.00000",
    "farm produce, oid": lambda n: f"1.2.156.326.8.1.0.0.0.{_credit_code(n)}",
    "market batch": lambda n: f"130102{n % 10**10:010}",
    "market trace code": lambda n: f"45{n % 10**18:018}",
    "ear tag": lambda n: f"1130123{n % 10**8:08}",
    "organic code": lambda n: f"00126{n % 10**12:012}",
    "green food enterprise": lambda n: f"GF13012326{n % 10**4:04}",
    "green food product": lambda n: f"LB-15-190127{n % 10**5:05}A",
    "food licence": _licence,
    "seed label": lambda n: f"冀谷39\r\n甲公司\r\n{n:020}\r\nhttps://x.cn/s?id={n}",
    "fertiliser registration": lambda n: f"农肥(2018)准字{n % 10**5:05}号",
    "credit code": _credit_code,
    "organisation code": _org_code,
    "id number": _id_number,
    "region": lambda n: _COUNTIES[n % len(_COUNTIES)],
    "ma code": lambda n: f"MA.156.1301.{n % 10**4:04}/10.20.30/SN{n}",
    "oid": lambda n: f"2.16.156.{n}",
    "suxin serial": serial_of_number,
    "full-width digits": lambda n: "".join(chr(ord(c) + 0xFEE0) for c in _key("690", 13)(n)),
    "no code": lambda n: f"hello {n}",
}  # fmt: skip


def mixed() -> Iterator[str]:
    """Yield codes for ever, each kind in turn."""
    makers = cycle(MAKERS.values())
    return (next(makers)(number) for number in count(1))


def of_gs1() -> Iterator[str]:
    """Yield what biip reads as well: bar code numbers, scanned element strings, links."""
    names = ("gtin13", "gtin14", "element string of a scanner", "digital link")
    makers = cycle([MAKERS[name] for name in names])
    return (next(makers)(number) for number in count(1))


# What python-stdnum validates as well, by the name of the scheme here.
OF_STDNUM: Final[Mapping[str, Maker]] = {
    "gtin13": MAKERS["gtin13"],
    "cn_uscc": _credit_code,
}
