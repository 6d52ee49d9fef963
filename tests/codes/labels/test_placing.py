import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from codes.labels.fonts import load_font
from codes.labels.layout import Area, Placed
from codes.labels.model import Label, LabelError, LabelLimits, SymbolKind
from codes.labels.placing import Plan, place, place_single
from codes.labels.symbols import Encoder
from codes.labels.uses import USES
from tests.codes.labels.samples import FONT, GTIN, LINK, SEED_TEXT, label_of

MEASURE = load_font(FONT).width
WORDS = st.text(
    st.sampled_from("溯信农产品批次日期执行标准、（）。 -/0123456789ABCxyzWiiil"), max_size=60
)


def plan_of(use: str) -> Plan:
    return Plan(use=USES[use], measure=MEASURE, encoder=Encoder.FASTEST)


def area_of(width_mm: float, height_mm: float, dpi: int | None = None) -> Area:
    return Area(width_mm=width_mm, height_mm=height_mm, inset_x_mm=1.5, inset_y_mm=1.5, dpi=dpi)


def overlaps(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def check_drawing(placed: Placed, area: Area, least_mm: float) -> None:
    """Nothing leaves the label, nothing lies on anything else, the symbol keeps its margin."""
    tiny = 0.01 if area.dpi is None else 25.4 / area.dpi
    symbol, module = placed.symbol, placed.module_mm
    white = symbol.quiet * module
    box = (
        placed.x_mm - white,
        placed.y_mm - white,
        placed.x_mm + symbol.width * module + white,
        placed.y_mm + symbol.height * module + white,
    )
    assert module >= least_mm - 1e-6
    assert min(box[0], box[1]) >= -tiny
    assert box[2] <= area.width_mm + tiny
    assert box[3] <= area.height_mm + tiny
    inner = (box[0] + tiny, box[1] + tiny, box[2] - tiny, box[3] - tiny)
    rows = [
        (
            text.left_mm,
            text.baseline_mm - 0.85 * text.size_mm,
            text.left_mm + text.width_mm,
            text.baseline_mm + 0.2 * text.size_mm,
        )
        for text in placed.texts
    ]
    for number, row in enumerate(rows):
        assert row[0] >= area.inset_x_mm - tiny
        assert row[2] <= area.width_mm - area.inset_x_mm + tiny
        assert row[1] >= area.inset_y_mm - tiny
        assert row[3] <= area.height_mm - area.inset_y_mm + tiny
        assert not overlaps(row, inner)
        assert not any(overlaps(row, other) for other in rows[number + 1 :])


@st.composite
def labels(draw: st.DrawFn) -> Label:
    captions = st.text(st.sampled_from("()0123456789ABW"), max_size=48)
    return Label(
        payload=(LINK * 6)[: draw(st.integers(1, 300))],
        title=draw(WORDS),
        lines=tuple(draw(st.lists(WORDS, max_size=4))),
        caption=tuple(draw(st.lists(captions, max_size=3))),
    )


def placed_or_refused(label: Label, area: Area, plan: Plan) -> Placed | LabelError:
    try:
        return place(label, area, plan, path="labels[0]")
    except LabelError as refusal:
        return refusal


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    label=labels(),
    sides=st.tuples(st.floats(12, 210), st.floats(12, 210)),
    use=st.sampled_from([name for name in USES if name != "seed"]),
    dpi=st.sampled_from([None, 203, 300]),
)
def test_a_label_is_drawn_within_its_bounds_or_refused_with_its_field(
    label: Label, sides: tuple[float, float], use: str, dpi: int | None
) -> None:
    area = area_of(*sides, dpi)

    found = placed_or_refused(label, area, plan_of(use))

    if isinstance(found, LabelError):
        assert found.path in {"labels[0]", "labels[0].payload"}
        assert found.rule in {"label_too_small", "text_too_long"}
    else:
        check_drawing(found, area, USES[use].module_least_mm)
        drawn = "".join(text.text for text in found.texts)
        assert all(one in drawn for one in label.caption)


@settings(max_examples=100, deadline=None)
@given(
    title=WORDS,
    lines=st.lists(WORDS, max_size=4),
    size=st.integers(1, 300),
    module=st.floats(0.5, 3),
)
def test_a_single_symbol_is_as_large_as_it_was_asked_to_be(
    title: str, lines: list[str], size: int, module: float
) -> None:
    label = Label(payload=(LINK * 6)[:size], title=title, lines=tuple(lines))

    placed = place_single(label, plan_of("general"), module_mm=module)

    assert placed.module_mm == module
    margin = 4 * module
    area = Area(
        width_mm=placed.width_mm,
        height_mm=placed.height_mm,
        inset_x_mm=margin if placed.texts else 0.0,
        inset_y_mm=margin / 2 if placed.texts else 0.0,
    )
    check_drawing(placed, area, 0.33)


def test_a_wide_label_has_its_text_beside_the_symbol_and_a_high_one_beneath() -> None:
    wide = place(label_of(1), area_of(70, 37), plan_of("retail_item"))
    high = place(label_of(1), area_of(40, 60), plan_of("retail_item"))

    assert all(text.x_mm > wide.x_mm + 33 * wide.module_mm for text in wide.texts)
    assert all(text.baseline_mm > high.y_mm + 33 * high.module_mm for text in high.texts)
    assert not any(text.is_centred for text in wide.texts)
    assert all(text.is_centred for text in high.texts)


def test_a_label_without_text_has_its_symbol_in_the_middle() -> None:
    placed = place(Label(payload=LINK), area_of(50, 30), plan_of("retail_item"))

    side = placed.symbol.width * placed.module_mm
    assert placed.x_mm == pytest.approx((50 - side) / 2)
    assert placed.y_mm == pytest.approx((30 - side) / 2)


def size_in(message: str) -> tuple[float, float]:
    found = re.search(r"one of ([0-9.]+) × ([0-9.]+) mm would do", message)
    assert found is not None
    return float(found[1]), float(found[2])


@pytest.mark.parametrize("use", ["retail_item", "logistic_unit", "bag"])
def test_a_refused_label_is_told_a_size_and_a_length_that_do(use: str) -> None:
    label, area = Label(payload=LINK * 3, title="大米"), area_of(20, 20)

    with pytest.raises(LabelError) as refusal:
        place(label, area, plan_of(use))

    assert refusal.value.rule == "label_too_small"
    assert refusal.value.path == "label.payload"
    assert "modules of at least" in refusal.value.message
    place(label, area_of(*size_in(refusal.value.message)), plan_of(use))
    found = re.search(r"at most ([0-9]+) characters", refusal.value.message)
    if found is not None:
        place(Label(payload=label.payload[: int(found[1])]), area, plan_of(use))


def test_a_caption_that_does_not_fit_is_refused_and_never_cut() -> None:
    label = Label(
        payload="https://e.cn/1", caption=(f"(01){GTIN}", "(21)" + "W" * 20, "(10)" + "W" * 20)
    )

    with pytest.raises(LabelError) as refusal:
        place(label, area_of(24, 18), plan_of("general"))

    assert refusal.value.rule == "text_too_long"
    place(label, area_of(*size_in(refusal.value.message)), plan_of("general"))


def test_an_element_string_that_does_not_fit_is_told_a_size_only() -> None:
    label = Label(payload=f"(01){GTIN}(21)ABC(10)LOT", symbol=SymbolKind.GS1_QR)

    with pytest.raises(LabelError) as refusal:
        place(label, area_of(12, 12), plan_of("logistic_unit"))

    assert "characters" not in refusal.value.message
    place(label, area_of(*size_in(refusal.value.message)), plan_of("logistic_unit"))


def test_long_words_are_shortened_and_counted_and_short_ones_are_not() -> None:
    long = Label(payload=LINK, title="非常长的品名" * 12, lines=("批次 " * 30,))

    assert place(long, area_of(50, 25), plan_of("general")).is_shortened
    assert not place(label_of(1), area_of(70, 37), plan_of("retail_item")).is_shortened


def test_a_seed_label_keeps_two_square_centimetres_and_two_millimetres() -> None:
    placed = place(Label(payload=SEED_TEXT), area_of(20, 20), plan_of("seed"))

    assert (placed.symbol.width * placed.module_mm) ** 2 >= 200
    assert placed.x_mm >= 2.0
    assert placed.y_mm >= 2.0
    with pytest.raises(LabelError):
        place(Label(payload=SEED_TEXT), area_of(18, 18), plan_of("seed"))


def test_modules_are_whole_dots_where_the_printer_is_known() -> None:
    for dpi in (203, 300, 600):
        placed = place(label_of(1), area_of(60, 40, dpi), plan_of("retail_item"))

        for length in (placed.module_mm, placed.x_mm, placed.y_mm):
            assert length * dpi / 25.4 == pytest.approx(round(length * dpi / 25.4), abs=1e-6)


@pytest.mark.parametrize(
    ("label", "path", "rule"),
    [
        (Label(payload=""), "label.payload", "empty"),
        (Label(payload="a\x00b"), "label.payload", "control_character"),
        (Label(payload="a\ud800"), "label.payload", "control_character"),
        (Label(payload="a" * 1001), "label.payload", "too_long"),
        (Label(payload="米" * 334), "label.payload", "too_long"),
        (Label(payload=LINK, title="a\nb"), "label.title", "control_character"),
        (Label(payload=LINK, title="a\u202eb"), "label.title", "control_character"),
        (Label(payload=LINK, title="a" * 201), "label.title", "too_long"),
        (Label(payload=LINK, lines=("a",) * 13), "label.lines", "too_many"),
        (Label(payload=LINK, caption=("a", "\x1b")), "label.caption[1]", "control_character"),
        (Label(payload=LINK, lines=("大米😀",)), "label.lines[0]", "no_glyph"),
    ],
)
def test_a_label_with_a_wrong_field_is_refused(label: Label, path: str, rule: str) -> None:
    with pytest.raises(LabelError) as refusal:
        place(label, area_of(70, 37), plan_of("general"))

    assert (refusal.value.path, refusal.value.rule) == (path, rule)


def test_the_wide_blank_of_chinese_text_is_no_control() -> None:
    label = Label(payload=LINK, title="五常大米\u3000有机\u00a0一级")

    assert place(label, area_of(70, 37), plan_of("general")).texts


def test_limits_are_arguments() -> None:
    plan = Plan(use=USES["general"], measure=MEASURE, limits=LabelLimits(payload_bytes_max=10))

    with pytest.raises(LabelError, match="10 are the most"):
        place(Label(payload=LINK), area_of(70, 37), plan)


@pytest.mark.parametrize("module_mm", [0.0, 0.2, 25.0, float("nan")])
def test_a_single_symbol_finer_than_its_use_or_larger_than_a_page_is_refused(
    module_mm: float,
) -> None:
    with pytest.raises(LabelError) as refusal:
        place_single(Label(payload=LINK), plan_of("retail_item"), module_mm=module_mm)

    assert refusal.value.path == "module_mm"
