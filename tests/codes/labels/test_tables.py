"""The tables of labels: uses, sheets, rolls, human-readable interpretation."""

import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codes.labels import stock, uses
from codes.labels.hri import hri_lines, hri_of
from codes.labels.model import Label, LabelError, SymbolKind
from codes.labels.pdf import write_roll
from codes.labels.stock import SHEETS, Roll, Sheet, get_sheet, places
from codes.labels.uses import USES, Use, check_use, get_use
from codes.model import CodeError
from parties.issuing.labels import FORMATS
from tests.codes.labels.samples import GTIN, LINK, SEED_TEXT, job_of
from tests.live import ROOT

PAGE = ROOT / "docs/labels.md"


@pytest.mark.parametrize("use", USES.values(), ids=lambda use: use.name)
def test_a_use_asks_for_no_less_than_the_symbologies(use: Use) -> None:
    assert use.level in {"M", "Q", "H"}
    assert use.module_least_mm >= 0.25
    assert use.title_zh
    assert use.title_en
    assert (use.norm == "none") == (use.mark == "O")
    assert use.mark in {"V", "P", "M", "O"}


def test_bags_and_the_cold_chain_have_level_q() -> None:
    assert {name for name, use in USES.items() if use.level == "Q"} == {"bag", "cold_chain"}


def test_a_use_that_is_not_in_the_table_is_refused() -> None:
    assert get_use("seed") is USES["seed"]
    with pytest.raises(LabelError, match="retail_item") as refusal:
        get_use("poster")
    assert refusal.value.path == "use"


@pytest.mark.parametrize(
    ("label", "use", "path"),
    [
        (Label(payload=SEED_TEXT, symbol=SymbolKind.DATA_MATRIX), "seed", "label.symbol"),
        (Label(payload=LINK), "seed", "label.payload"),
        (Label(payload=SEED_TEXT.replace("2301", "23-1")), "seed", "label.payload"),
        (Label(payload=LINK, symbol=SymbolKind.GS1_QR), "pesticide_unit", "label.symbol"),
    ],
)
def test_what_a_norm_does_not_allow_is_refused_with_it(label: Label, use: str, path: str) -> None:
    with pytest.raises(LabelError) as refusal:
        check_use(label, USES[use])

    assert refusal.value.path == path
    assert refusal.value.norm


def test_a_seed_label_of_four_lines_is_allowed() -> None:
    check_use(Label(payload=SEED_TEXT), USES["seed"])


def test_tables_refuse_a_name_twice_and_labels_that_leave_the_page() -> None:
    sheet, use = SHEETS["24"], USES["drug"]

    with pytest.raises(ValueError, match="drug"):
        uses.build_table([use, use])
    for wrong in (
        replace(sheet, left_mm=1.0),
        replace(sheet, top_mm=-0.1),
        replace(sheet, pitch_x_mm=69.0),
        replace(sheet, rows=9),
    ):
        with pytest.raises(ValueError, match="24"):
            stock.build_table([wrong])
    with pytest.raises(ValueError, match="24"):
        stock.build_table([sheet, sheet])


@pytest.mark.parametrize("sheet", SHEETS.values(), ids=lambda sheet: sheet.name)
def test_a_sheet_is_named_by_its_count_and_stands_in_the_middle(sheet: Sheet) -> None:
    left, top = sheet.corner(sheet.count - 1)

    assert sheet.name == str(sheet.count)
    assert 210 - (left + sheet.width_mm) == pytest.approx(sheet.left_mm, abs=0.01)
    assert 297 - (top + sheet.height_mm) == pytest.approx(sheet.top_mm, abs=0.01)


def test_the_sheet_of_24_is_three_by_eight_of_70_by_37() -> None:
    sheet = get_sheet("24")

    assert (sheet.columns, sheet.rows, sheet.width_mm, sheet.height_mm) == (3, 8, 70.0, 37.0)
    with pytest.raises(LabelError, match="65") as refusal:
        get_sheet("25")
    assert refusal.value.path == "sheet"


@given(start=st.integers(1, 24), count=st.integers(1, 100))
def test_places_follow_one_another_and_pages_begin_at_the_first(start: int, count: int) -> None:
    sheet = SHEETS["24"]
    given_places = places(sheet, start)

    found = [next(given_places) for _ in range(count)]

    numbers = [(start - 1 + number) % 24 for number in range(count)]
    assert [(x, y) for _, x, y in found] == [sheet.corner(number) for number in numbers]
    assert [is_new for is_new, _, _ in found] == [
        index == 0 or number == 0 for index, number in enumerate(numbers)
    ]


@pytest.mark.parametrize(
    ("width", "height", "dpi", "path"),
    [
        (9, 30, None, "roll.width_mm"),
        (30, 301, None, "roll.height_mm"),
        (float("nan"), 30, None, "roll.width_mm"),
        (30, 30, 50, "roll.dpi"),
    ],
)
def test_a_roll_of_no_size_is_refused(
    width: float, height: float, dpi: int | None, path: str
) -> None:
    with pytest.raises(LabelError) as refusal:
        Roll(width_mm=width, height_mm=height, dpi=dpi)

    assert refusal.value.path == path


@pytest.mark.parametrize(("width", "height"), stock.ROLL_SIZES_MM)
def test_an_address_fits_every_roll_that_is_offered(width: int, height: int) -> None:
    out = io.BytesIO()

    printed = write_roll(
        [Label(payload=LINK, title="大米", lines=("批次 L1",))],
        out,
        roll=Roll(width_mm=width, height_mm=height, dpi=203),
        job=job_of("general"),
    )

    assert printed.shortened == 0


def test_the_interpretation_has_one_line_for_each_element() -> None:
    assert hri_lines((("01", GTIN), ("21", "ABC"))) == (f"(01){GTIN}", "(21)ABC")
    assert hri_of(f"(01){GTIN}(10)L1(21)ABC") == (f"(01){GTIN}", "(10)L1", "(21)ABC")
    assert hri_of(f"\x1d01{GTIN}10L1\x1d21ABC") == (f"(01){GTIN}", "(10)L1", "(21)ABC")
    assert hri_of(LINK) == (f"(01){GTIN}", "(21)7K3M9QXZ2B4T")


@pytest.mark.parametrize("payload", ["https://e.cn/1", "大米", "", "(01)06901234567891"])
def test_what_is_no_gs1_content_has_no_interpretation(payload: str) -> None:
    assert hri_of(payload) == ()


@pytest.mark.parametrize("pair", [("01", "06901234567891"), ("05", "1"), ("21", "")])
def test_a_wrong_element_has_no_interpretation(pair: tuple[str, str]) -> None:
    with pytest.raises(CodeError):
        hri_lines([pair])


def rows_of_page() -> list[list[str]]:
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in lines
        if line.startswith("| `")
    ]


def test_the_page_has_every_use_and_every_sheet_as_they_are() -> None:
    rows = {row[0].strip("`"): row[1:] for row in rows_of_page() if len(row) > 3}

    expected = {
        use.name: [
            use.title_zh,
            use.title_en,
            use.level,
            f"{use.module_least_mm:g}",
            asked_beyond(use),
            use.norm,
            use.mark,
        ]
        for use in USES.values()
    } | {
        sheet.name: [
            f"{sheet.columns} × {sheet.rows}",
            f"{sheet.width_mm:g} × {sheet.height_mm:g}",
            f"{sheet.left_mm:g}, {sheet.top_mm:g}",
            f"{sheet.pitch_x_mm:g} × {sheet.pitch_y_mm:g}",
        ]
        for sheet in SHEETS.values()
    }
    assert rows == expected


def test_the_page_has_every_kind_of_symbol() -> None:
    kinds = [row[0].strip("`") for row in rows_of_page() if len(row) == 3]

    assert sorted(kinds) == sorted(SymbolKind)


def test_the_page_has_every_form_of_file() -> None:
    forms = [row[0].strip("`") for row in rows_of_page() if len(row) == 2]

    assert forms == list(FORMATS)


def asked_beyond(use: Use) -> str:
    asked = []
    if use.symbol_least_mm:
        asked.append(f"symbol ≥ {use.symbol_least_mm:g} mm, margin ≥ {use.margin_least_mm:g} mm")
    if len(use.kinds) < len(SymbolKind):
        asked.append(" or ".join(f"`{kind}`" for kind in SymbolKind if kind in use.kinds))
    if use.check is not None:
        asked.append("four lines")
    return "; ".join(asked)
