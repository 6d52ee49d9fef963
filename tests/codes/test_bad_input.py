"""What people mistype and attackers send: each refusal has its rule, its clause and its place.

The place is an index in the text as it was given; where something is missing at the end it is the
length of the text, and None only where no single place is at fault.
"""

import pytest

from codes import registry
from codes.canonical import uri_of_text
from codes.model import Category, CodeError
from codes.text import TEXT_CHARS_MAX

GTIN = "6901234567892"
USCC = "91350100M000100Y43"
READING = "Suxin code reading, version 1"
GTIN_NORM = "GS1 General Specifications 2.1, GB 12904-2008"
AI_NORM = "GS1 General Specifications 3"
KEY_NORM = "GS1 General Specifications 7.9"
STRING_NORM = "GS1 General Specifications 7.8"
LINK_NORM = "GS1 Digital Link URI Syntax 1.6"
EPC_NORM = "EPC Tag Data Standard 1.13 6.3"
PLATFORM = "国家农产品质量安全追溯管理信息平台"
SEED_NORM = "农作物种子标签二维码编码规则"

REFUSED: tuple[tuple[str, str, int | None, str], ...] = (
    # Too much, nothing, and what nobody can see.
    ("9" * 1_000_000, "too_long", TEXT_CHARS_MAX, "ISO/IEC 18004 7.4.1"),
    ("（" * 1_000_000, "too_long", TEXT_CHARS_MAX, "ISO/IEC 18004 7.4.1"),
    ("", "empty", 0, READING),
    (" \t\r\n\u3000\u00a0\u200b\ufeff", "empty", 0, READING),
    ("6901234\x00567892", "control_character", 7, READING),
    (f"\x1b[31m{GTIN}", "control_character", 0, READING),
    (f"{GTIN}\x7f", "control_character", 13, READING),
    (f" {GTIN[:5]}\u0085{GTIN[5:]}", "charset", 6, GTIN_NORM),
    ("690123\u200b4567892", "invisible", 6, READING),
    ("  69\ufeff01234567892", "invisible", 4, READING),
    ("69012\u202e34567892", "invisible", 5, READING),
    ("6901\u00ad234567892", "invisible", 4, READING),
    ("69\ud800", "control_character", 2, READING),
    # Digits of other scripts, and what only looks like a digit.
    ("٦٩٠١٢٣٤٥٦٧٨٩٢", "charset", 0, GTIN_NORM),
    ("6901234५67892", "charset", 7, GTIN_NORM),
    ("690123456789²", "charset", 12, GTIN_NORM),
    ("六901234567892", "charset", 0, GTIN_NORM),
    ("69O1234567892", "charset", 2, GTIN_NORM),
    ("69012 34567892", "charset", 5, GTIN_NORM),
    # One place wrong.
    ("6901234567893", "check_digit", 12, GTIN_NORM),
    (" \t6901234567893\r\n", "check_digit", 14, GTIN_NORM),
    ("６９０１２３４５６７８９３", "check_digit", 12, GTIN_NORM),
    ("069012340000000017", "check_digit", 17, "GS1 General Specifications 2.2, GB/T 18127-2009"),
    # Social credit codes: the letters that are not used, whatever their case.
    ("9135010OM000100Y43", "look_alike", 7, "GB 32100-2015 4"),
    ("9135010om000100y43", "look_alike", 7, "GB 32100-2015 4"),
    ("9I350100M000100Y43", "look_alike", 1, "GB 32100-2015 4"),
    ("91350100M000100Y4Z", "look_alike", 17, "GB 32100-2015 4"),
    ("9135010SM000100Y43", "look_alike", 7, "GB 32100-2015 4"),
    ("９１３５０１０OM000100Y43", "look_alike", 7, "GB 32100-2015 4"),
    ("91350100M000100YÜ3", "charset", 16, "GB 32100-2015 4"),
    ("91350100M000100Y44", "check_digit", 17, "GB 32100-2015 4"),
    # Drugs, pesticides, veterinary drugs, seeds, fertiliser.
    ("8385793-000087976666", "length", 20, "NMPAB/T 1002-2019 5.2"),
    ("1092927200148392017556620194837", "length", 31, "农业部公告第2579号 三"),
    ("2026110100123456789012345", "length", 24, "农业部公告第2210号"),
    ("8385793-000087976666O", "charset", 20, "NMPAB/T 1002-2019 5.2"),
    ("8385793-0000879766660-1", "length", 22, "NMPAB/T 1002-2019 5.2"),
    ("国药准字A20013028", "letter", 4, "药品注册管理办法 123"),
    ("国药准字H2001302", "length", 12, "药品注册管理办法 123"),
    ("国药准字H2001X028", "charset", 9, "药品注册管理办法 123"),
    ("10929274001483920175566201948371", "production", 7, "农业部公告第2579号 三"),
    ("PD2009292", "format", 9, "农药登记管理办法"),
    ("202613010012345678901234", "date", 4, "农业部公告第2210号"),
    ("202602300012345678901234", "date", 6, "农业部公告第2210号"),
    ("冀谷39\n甲公司\n2026-1\nhttps://x.cn", "charset", 13, f"{SEED_NORM} 6"),
    ("冀谷39\n甲公司\n20261", "lines", 14, f"{SEED_NORM} 4"),
    ("冀谷39\n甲公司\n20261\nhttps://x.cn/ü", "url", 28, f"{SEED_NORM} 4"),
    ("农肥(2018)准字号", "format", 10, "肥料登记管理办法"),
    # Farm produce, livestock, certificates, food.
    ("1.0.91130102MA0ABCDE6C.01060123.20261322101530.001", "date", 36, PLATFORM),
    ("1.0.91130102MA0ABCDE6C.01060123.20261122256530.001", "time", 40, PLATFORM),
    ("0.91130102MA0ABCDE6C.0000X", "user", 25, PLATFORM),
    ("GF999999260001", "region", 2, "绿色食品标志管理办法"),
    ("GF13012326001", "length", 13, "绿色食品标志管理办法"),
    ("LB-15-19132700330A", "date", 8, "绿色食品标志管理办法"),
    ("LB15-19012700330A", "prefix", 2, "绿色食品标志管理办法"),
    ("有机码0012612345678901X", "charset", 19, "有机产品认证实施规则 annex 5"),
    ("SC1151304280006", "length", 15, "食品生产许可管理办法 29"),
    ("SC31513042800065", "kind", 2, "食品生产许可管理办法 29"),
    ("sc1151304280006o", "charset", 15, "食品生产许可管理办法 29"),
    ("130103", "former_region", 0, "GB/T 2260"),
    # Identifiers of others.
    ("MA.156..0001", "empty", 7, "ISO/IEC 15459-2 MA"),
    ("MA.156.13 01.1", "charset", 9, "ISO/IEC 15459-2 MA"),
    ("1.40.1", "arc", 2, "ITU-T X.660 7.6"),
    ("1.2.15a.1", "arc", 6, "ITU-T X.660 7.6"),
    # Element strings, bracketed and scanned.
    ("(01)06901234567893", "check_digit", 17, KEY_NORM),
    ("(01)06901234567892(17)261332", "date", 24, AI_NORM),
    ("(01)06901234567892(10)批次", "charset", 22, AI_NORM),
    ("(01)06901234567892(10)A\\(\\(批", "charset", 27, AI_NORM),
    ("(01)06901234567892(21)123456789012345678901", "length", 42, AI_NORM),
    ("(01)0690123456789", "length", 17, AI_NORM),
    ("(01)06901234567892(79)A", "unknown_ai", 19, STRING_NORM),
    ("(01)06901234567892(10)A(10)B", "repeated_ai", 24, STRING_NORM),
    ("(01)06901234567892(02)06901234567892(37)1", "excluded_ai", 37, STRING_NORM),
    ("(01)06901234567892(3922)0299", "missing_ai", 19, STRING_NORM),
    ("(01)06901234567892(10", "brackets", 18, STRING_NORM),
    ("(01) 06901234567892 (17) 261332", "date", 27, AI_NORM),
    ("(01) 06901234567892 (10) A B", "charset", 26, AI_NORM),
    ("\x1d0106901234567893", "check_digit", 16, KEY_NORM),
    ("]d20106901234567893", "check_digit", 18, KEY_NORM),
    ("]Q3\x1d010690123456789217261332", "date", 24, AI_NORM),
    # Links and EPC URIs.
    ("https://id.gs1.org/01/06901234567893", "check_digit", 35, KEY_NORM),
    ("\u3000https://id.gs1.org/01/06901234567893", "check_digit", 36, KEY_NORM),
    ("https://id.gs1.org/01/6901234567892", "length", 35, AI_NORM),
    ("https://id.gs1.org/01/06901234567892/", "trailing_slash", 36, LINK_NORM),
    ("https://id.gs1.org/01/06901234567892/21/X/10/Y", "qualifiers", 42, LINK_NORM),
    ("https://id.gs1.org/01/06901234567892/10/A%2FB%5BC", "charset", 45, AI_NORM),
    ("https://id.gs1.org/01/06901234567892/10/A%2", "percent_encoding", 41, LINK_NORM),
    ("https://id.gs1.org/sscc/106141412345678977", "alpha_key", 19, LINK_NORM),
    ("https://id.gs1.org/10/ABC", "no_key", None, LINK_NORM),
    ("hTTps://x.cn/01/06901234567892", "uri_scheme", 0, LINK_NORM),
    ("urn:epc:id:sgtin:6901234.05678.1", "length", 30, EPC_NORM),
    ("urn:epc:id:sgtin:6901234.056789.A/1", "charset", 33, EPC_NORM),
    ("urn:epc:id:sgtin:6901234.056789.", "empty", 32, EPC_NORM),
    ("urn:epc:id:giai:40123.ABC", "company_prefix", 21, EPC_NORM),
    ("urn:EPC:id:sgtin:6901234.056789.1", "urn_case", 4, EPC_NORM),
    # Nothing in particular.
    ("hello", "unknown_code", None, READING),
    ("MB.156.1301.0001", "unknown_code", None, READING),
)  # fmt: skip


def shown(text: str) -> str:
    return ascii(text[:40])


@pytest.mark.parametrize(
    ("text", "rule", "position", "norm"), REFUSED, ids=lambda one: shown(str(one))
)
def test_a_refusal_has_rule_place_and_clause_by_every_door(
    text: str, rule: str, position: int | None, norm: str
) -> None:
    assert registry.detect(text) == ()

    with pytest.raises(CodeError) as refusal:
        uri_of_text(text)

    for found in (registry.why_refused(text), refusal.value):
        assert (found.rule, found.position, found.norm) == (rule, position, norm)
        assert [problem.code for problem in found.problems] == [rule]


LINK_ATTRIBUTES: tuple[tuple[str, str, int], ...] = (
    ("https://x.cn/01/06901234567892?17=261332", "date", 36),
    ("https://x.cn/01/06901234567892?99=A&99=A", "repeated_ai", 36),
    ("https://x.cn/01/06901234567892?a=b&89=A", "unknown_ai", 35),
    ("https://x.cn/01/06901234567892?10=A", "attribute", 31),
    ("https://x.cn/01/06901234567892?99=", "empty", 34),
    ("https://x.cn/01/06901234567892?99=%2FA%5B", "charset", 38),
    ("https://x.cn/01/06901234567892?98=A+B", "charset", 35),
    ("https://x.cn/01/06901234567892?250=A", "missing_ai", 31),
    ("https://x.cn/255/9521234543213?17=261231&01=06901234567892", "excluded_ai", 41),
    ("https://x_y.cn/01/06901234567892", "domain", 8),
    ("https://x.cn/01/06901234567892/10/A[B]^", "charset", 38),
)


@pytest.mark.parametrize(("text", "rule", "position"), LINK_ATTRIBUTES)
def test_a_link_is_refused_where_its_fault_stands(text: str, rule: str, position: int) -> None:
    refusal = registry.why_refused(text)

    assert (refusal.rule, refusal.position) == (rule, position)
    assert refusal.norm


@pytest.mark.parametrize("scheme", sorted(registry.SCHEMES))
def test_every_scheme_refuses_what_cannot_be_seen_where_it_stands(scheme: str) -> None:
    for text, rule, position in (
        ("9" * 1_000_000, "too_long", TEXT_CHARS_MAX),
        ("69\x00", "control_character", 2),
        (" 6\u200b9", "invisible", 2),
        ("\ufeff", "empty", 0),
    ):
        with pytest.raises(CodeError) as refusal:
            registry.parse(scheme, text)

        assert (refusal.value.rule, refusal.value.position) == (rule, position)
        assert refusal.value.norm


ACCEPTED: tuple[tuple[str, str, set[str]], ...] = (
    (
        "(01) 06901234567892  (10) A1 ",
        "https://id.gs1.org/01/06901234567892/10/A1",
        {"separators"},
    ),
    ("６９０１２３４５６７８９２", "https://id.gs1.org/01/06901234567892", {"full_width"}),
    ("（01）06901234567892（10）Ａ1", "https://id.gs1.org/01/06901234567892/10/A1", {"full_width"}),
    (f"\u3000\u00a0 {GTIN}\t\r\n", "https://id.gs1.org/01/06901234567892", set()),
    (f"\ufeff{GTIN}\u200b", "https://id.gs1.org/01/06901234567892", set()),
    (f"\u202d{GTIN}\u202c", "https://id.gs1.org/01/06901234567892", set()),
    (USCC.lower(), f"urn:suxin:uscc:{USCC}", {"lower_case"}),
    ("９１３５０１００Ｍ０００１００Ｙ４３", f"urn:suxin:uscc:{USCC}", {"full_width"}),
    ("pd20092927", "urn:suxin:pesticide-registration:PD20092927", {"lower_case"}),
    ("lb-15-19012700330a", "urn:suxin:green-food-product:LB-15-19012700330A", {"lower_case"}),
    ("国药准字h20013028", "urn:suxin:drug-approval:H20013028", {"lower_case"}),
    ("有机码：00126123456789012", "urn:suxin:organic:00126123456789012", {"full_width"}),
    (
        "https://any.example/q?code=83857930000879766660&from=wx",
        "urn:suxin:drug-trace:83857930000879766660",
        {"from_address"},
    ),
    (
        "HTTPS://ANY.EXAMPLE/10929272001483920175566201948371",
        "urn:suxin:pesticide:10929272001483920175566201948371",
        {"from_address"},
    ),
    (
        "https://any.example/p?gtin=6901234567892&sn=A1",
        "https://id.gs1.org/01/06901234567892/21/A1",
        {"maker_address", "padded_gtin"},
    ),
    ("http://any.example/01/06901234567892", "https://id.gs1.org/01/06901234567892", {"http"}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "uri", "notes"),
    ACCEPTED,
    ids=lambda one: shown(one if isinstance(one, str) else ",".join(sorted(one))),
)
def test_what_people_type_is_read_and_noted(text: str, uri: str, notes: set[str]) -> None:
    reading = registry.detect(text)[0]

    assert uri_of_text(text) == uri
    assert {warning.code for warning in reading.code.warnings} == notes
    for warning in reading.code.warnings:
        assert warning.position is None or 0 <= warning.position < len(text)


@pytest.mark.parametrize(
    ("wrong", "meant"), [("O", "0"), ("I", "1"), ("S", "5"), ("Z", "2"), ("V", "U")]
)
def test_a_letter_that_is_not_used_is_named_with_the_one_meant(wrong: str, meant: str) -> None:
    for letter in (wrong, wrong.lower(), chr(ord(wrong) + 0xFEE0)):
        refusal = registry.why_refused(f"9135010{letter}M000100Y43")

        assert (refusal.rule, refusal.position) == ("look_alike", 7)
        assert f"letter {wrong}" in refusal.message
        assert f"probably {meant}" in refusal.message
        assert ("check character fits" in refusal.message) == (wrong == "O")


def test_a_character_of_another_script_is_named() -> None:
    assert "ARABIC-INDIC DIGIT SIX" in registry.why_refused("٦901234567892").message
    assert "GREEK CAPITAL LETTER OMICRON" in registry.why_refused("9135010ΟM000100Y43").message


def test_the_category_says_whose_rule_was_broken() -> None:
    digits = "83857930000879766660"

    assert registry.why_refused(digits[:-1] + "X", Category.DRUG).norm == "NMPAB/T 1002-2019 5.2"
    assert registry.why_refused("13010200120261122-01", Category.AGRI_INPUT).rule == "charset"
    assert registry.why_refused(USCC, Category.DRUG).rule == "other_category"
    with pytest.raises(CodeError) as refusal:
        uri_of_text(USCC, Category.DRUG)
    assert refusal.value.rule == "other_category"
