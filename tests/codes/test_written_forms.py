"""Every way in which one thing is written leads to its one canonical URI, that of its events."""

from collections.abc import Iterator

import pytest

from codes.canonical import canonical_uri, uri_of_text
from codes.gs1 import digital_link
from codes.gs1.compression import compress
from codes.model import Category, CodeError

GS1 = "https://id.gs1.org"
FNC1 = "\x1d"
DRUG = "83857930000879766660"
PESTICIDE = "10929272001483920175566201948371"
VETERINARY = "202611010012345678901234"
UNIT = "13010200120261122001"

Form = str | tuple[str, Category]


def links(path: str, query: str = "") -> tuple[str, ...]:
    """Return the ways to write one link: hosts, stems, cases, fragment, compressed or half so."""
    whole = f"{GS1}{path}"
    elsewhere = f"https://brand.example/some/stem{path}"
    written = [
        whole,
        f"http://x.cn{path}{query}",
        f"HTTPS://ID.GS1.ORG{path}",
        f"https://shop.example:8443{path}{query}#top",
        f"{elsewhere}{query}{'&' if query else '?'}utm=wx",
        compress(whole),
        compress(whole, optimise=False),
        compress(elsewhere + query),
    ]
    if len(digital_link.parse(whole).path) > 1:
        written.append(compress(whole, keep_key=True))
    return tuple(written)


FORMS: dict[str, tuple[Form, ...]] = {
    f"{GS1}/01/06901234567892": (
        "6901234567892",
        "06901234567892",
        " ６９０１２３４５６７８９２\t",
        "(01)06901234567892",
        "（01）06901234567892",
        f"{FNC1}0106901234567892",
        "]d20106901234567892",
        f"]Q3{FNC1}0106901234567892",
        f"]C10106901234567892{FNC1}",
        "0106901234567892",
        "(01)06901234567892(17)261231",
        "urn:epc:idpat:sgtin:6901234.056789.*",
        "http://www.example.com/gtin/06901234567892",
        "https://www.example.com/p?gtin=6901234567892",
        *links("/01/06901234567892", "?17=261231&3103=000500"),
    ),
    f"{GS1}/01/00000096385074": (
        "96385074",
        "00000096385074",
        "(01)00000096385074",
        *links("/01/00000096385074"),
    ),
    f"{GS1}/01/00614141000739": (
        "614141000739",
        "0614141000739",
        "00614141000739",
        "urn:epc:idpat:sgtin:0614141.000073.*",
        *links("/01/00614141000739"),
    ),
    f"{GS1}/01/06901234567892/10/L2026-11": (
        "(01)06901234567892(10)L2026-11",
        "(10)L2026-11(01)06901234567892",
        "(01)06901234567892(17)261231(10)L2026-11",
        "]d2010690123456789210L2026-11",
        f"{FNC1}010690123456789210L2026-11{FNC1}17261231",
        "urn:epc:class:lgtin:6901234.056789.L2026-11",
        "http://www.example.com/gtin/06901234567892/bat/L2026-11",
        *links("/01/06901234567892/10/L2026-11", "?17=261231"),
        f"{GS1}/01/06901234567892/22/V1/10/L2026-11",
    ),
    f"{GS1}/01/06901234567892/21/A%2F1%2B2": (
        "(01)06901234567892(21)A/1+2",
        "(01)06901234567892(10)LOT(21)A/1+2",
        f"{FNC1}010690123456789210LOT{FNC1}21A/1+2",
        "urn:epc:id:sgtin:6901234.056789.A%2F1+2",
        "urn:epc:id:sgtin:6901234.056789.A%2f1%2B2",
        f"{GS1}/01/06901234567892/21/A%2f1+2",
        *links("/01/06901234567892/10/LOT/21/A%2F1%2B2", "?17=261231"),
    ),
    f"{GS1}/01/04012345123456/235/AB12": (
        "(01)04012345123456(235)AB12",
        "(01)04012345123456(10)LOT(235)AB12",
        "urn:epc:id:upui:4012345.012345.AB12",
        *links("/01/04012345123456/235/AB12", "?10=LOT"),
    ),
    f"{GS1}/00/106141412345678908": (
        "106141412345678908",
        "(00)106141412345678908",
        f"{FNC1}00106141412345678908",
        "(00)106141412345678908(3302)001250",
        "urn:epc:id:sscc:0614141.1234567890",
        *links("/00/106141412345678908", "?3302=001250"),
    ),
    f"{GS1}/414/6901234000016": (
        ("6901234000016", Category.PLACE),
        "(414)6901234000016",
        "(414)6901234000016(254)0",
        "urn:epc:id:sgln:6901234.00001.0",
        *links("/414/6901234000016"),
        f"{GS1}/414/6901234000016/254/0",
    ),
    f"{GS1}/414/0614141123452/254/400": (
        "(414)0614141123452(254)400",
        "urn:epc:id:sgln:0614141.12345.400",
        *links("/414/0614141123452/254/400"),
    ),
    f"{GS1}/417/4012345002256": (
        "(417)4012345002256",
        "urn:epc:id:pgln:4012345.00225",
        *links("/417/4012345002256"),
    ),
    f"{GS1}/8003/04012345555554987": (
        "(8003)04012345555554987",
        "urn:epc:id:grai:4012345.55555.987",
        *links("/8003/04012345555554987"),
    ),
    f"{GS1}/8003/04012345666663": (
        "(8003)04012345666663",
        "urn:epc:idpat:grai:4012345.66666.*",
        *links("/8003/04012345666663"),
    ),
    f"{GS1}/8004/4012345ABC": (
        "(8004)4012345ABC",
        "urn:epc:id:giai:4012345.ABC",
        *links("/8004/4012345ABC"),
    ),
    f"{GS1}/253/0614141123452400": (
        "(253)0614141123452400",
        "urn:epc:id:gdti:0614141.12345.400",
        *links("/253/0614141123452400"),
    ),
    f"{GS1}/255/401234599999044": (
        "(255)401234599999044",
        "urn:epc:id:sgcn:4012345.99999.44",
        *links("/255/401234599999044"),
    ),
    f"{GS1}/401/4012345333": (
        "(401)4012345333",
        "urn:epc:id:ginc:4012345.333",
        *links("/401/4012345333"),
    ),
    f"{GS1}/402/40123459999876541": (
        "(402)40123459999876541",
        "urn:epc:id:gsin:4012345.999987654",
        *links("/402/40123459999876541"),
    ),
    f"{GS1}/8018/061414100000102534": (
        "(8018)061414100000102534",
        "urn:epc:id:gsrn:0614141.0000010253",
        *links("/8018/061414100000102534"),
    ),
    f"{GS1}/8017/061414100000102534": (
        "(8017)061414100000102534",
        "urn:epc:id:gsrnp:0614141.0000010253",
        *links("/8017/061414100000102534"),
    ),
    f"{GS1}/8006/040123451234560102/21/999": (
        "(8006)040123451234560102(21)999",
        "urn:epc:id:itip:4012345.012345.01.02.999",
        *links("/8006/040123451234560102/10/L/21/999"),
    ),
    f"{GS1}/8010/4012345ABC/8011/123": (
        "(8010)4012345ABC(8011)123",
        "urn:epc:id:cpi:4012345.ABC.123",
        *links("/8010/4012345ABC/8011/123"),
    ),
    f"{GS1}/8013/1987654Ad4X4bL5ttr2310c2K": (
        "(8013)1987654Ad4X4bL5ttr2310c2K",
        *links("/8013/1987654Ad4X4bL5ttr2310c2K"),
    ),
    f"urn:suxin:drug-trace:{DRUG}": (
        DRUG,
        "8385793-0000879766660",
        "8385 7930 0008 7976 6660",
        "８３８５７９３００００８７９７６６６６０",
        f"https://trace.example/q?code={DRUG}&from=wx",
        f"http://trace.example/{DRUG}#top",
        f"urn:suxin:drug-trace:{DRUG}",
    ),
    "urn:suxin:drug-approval:H20013028": (
        "国药准字H20013028",
        "国药准字h20013028",
        "国药准字 H20013028",
        "urn:suxin:drug-approval:H20013028",
    ),
    f"urn:suxin:pesticide:{PESTICIDE}": (
        PESTICIDE,
        f"https://maker.example/t?id={PESTICIDE}",
        f"https://maker.example/t?x=1&traceCode={PESTICIDE}",
        f"https://maker.example/{PESTICIDE}",
        f"HTTP://MAKER.EXAMPLE/A{PESTICIDE}B",
        f"urn:suxin:pesticide:{PESTICIDE}",
    ),
    f"urn:suxin:veterinary-drug:{VETERINARY}": (
        VETERINARY,
        f"http://vet.example/q?sn={VETERINARY}",
        f"urn:suxin:veterinary-drug:{VETERINARY}",
    ),
    f"urn:suxin:seed-unit:{UNIT}": (
        (UNIT, Category.AGRI_INPUT),
        f"品种名称：冀谷39\r\n生产经营者名称：甲公司\r\n单元识别代码：{UNIT}\r\n追溯网址：https://x.cn/s",
        f"冀谷39\n甲公司\n{UNIT}\nhttps://x.cn/s?id=1",
        f"urn:suxin:seed-unit:{UNIT}",
    ),
    "https://2dcode.org/AbC123xYz": (
        "https://2dcode.org/AbC123xYz",
        "http://www.2dcode.org/AbC123xYz",
        "HTTPS://2DCODE.ORG/AbC123xYz",
    ),
    "urn:suxin:uscc:91350100M000100Y43": (
        "91350100M000100Y43",
        "91350100m000100y43",
        "９１３５０１００Ｍ０００１００Ｙ４３",
        "urn:suxin:uscc:91350100M000100Y43",
    ),
    "urn:suxin:ma:MA.156.1301.0001/10.20.30/SN0001": (
        "MA.156.1301.0001/10.20.30/SN0001",
        "MA.156.1301.0001.10.20.30.SN0001",
        "https://s.x.cn/MA.156.1301.0001/10.20.30/SN0001?x=1",
    ),
    "urn:suxin:organic:00126123456789012": (
        "00126123456789012",
        "有机码00126123456789012",
        "有机码：00126123456789012",
    ),
}  # fmt: skip


def written() -> Iterator[tuple[str, Form]]:
    for uri, forms in FORMS.items():
        for form in forms:
            yield uri, form


@pytest.mark.parametrize(("uri", "form"), list(written()), ids=lambda one: ascii(one)[:60])
def test_every_written_form_leads_to_the_one_uri(uri: str, form: Form) -> None:
    text, category = (form, None) if isinstance(form, str) else form

    assert uri_of_text(text, category) == uri


def test_the_one_uri_leads_to_itself_and_stays_in_events() -> None:
    for uri in FORMS:
        assert uri_of_text(uri) == uri
        assert canonical_uri(uri) == uri


def test_forms_of_different_things_never_meet() -> None:
    seen: dict[str, str] = {}

    for uri, form in written():
        if isinstance(form, str):
            assert seen.setdefault(uri_of_text(form), uri) == uri


def test_a_wrong_key_is_refused_in_every_written_form() -> None:
    for form in (
        "6901234567893",
        "06901234567893",
        "(01)06901234567893",
        "]d20106901234567893",
        "https://x.cn/01/06901234567893",
        "https://x.cn/gtin/06901234567893",
    ):
        with pytest.raises(CodeError) as refusal:
            uri_of_text(form)

        assert refusal.value.rule == "check_digit"
