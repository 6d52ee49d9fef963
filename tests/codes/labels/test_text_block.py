import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from codes.labels.fonts import load_font, system_width
from codes.labels.model import Label
from codes.labels.text_block import MM_PER_POINT, Block, fit, natural_height
from tests.codes.labels.samples import FONT, GTIN

MEASURE = load_font(FONT).width
LEAST_MM = 1.79


def fitted(label: Label, width_mm: float, height_mm: float) -> Block:
    block = fit(label, width_mm, height_mm, MEASURE)
    assert block is not None
    return block


def texts_of(block: Block) -> list[str]:
    return [row.text for row in block.rows]


def label_of(title: str = "", *lines: str, caption: tuple[str, ...] = ()) -> Label:
    return Label(payload="x", title=title, lines=lines, caption=caption)


def test_text_that_has_room_is_set_in_one_row_each_and_larger() -> None:
    block = fitted(label_of("大米", "批次 L1"), 60, 40)

    assert texts_of(block) == ["大米", "批次 L1"]
    assert block.rows[1].size_mm == pytest.approx(13 * MM_PER_POINT, rel=0.01)
    assert block.rows[0].is_bold
    assert not block.rows[1].is_bold


def test_a_long_title_breaks_at_its_blank() -> None:
    block = fitted(label_of("五常大米 稻花香2号有机"), 28, 20)

    assert texts_of(block) == ["五常大米", "稻花香2号有机"]


def test_a_wide_blank_is_the_better_place_to_break() -> None:
    block = fitted(label_of("", "净含量 5 kg  执行标准 GB/T 19266"), 22, 20)

    assert texts_of(block) == ["净含量 5 kg", "执行标准 GB/T 19266"]


def test_no_row_begins_with_a_closing_mark() -> None:
    for width in range(8, 40):
        block = fitted(label_of("大米、小米、玉米，高粱；（有机）。"), width, 30)

        assert not any(row.text[0] in "、，；）。" for row in block.rows)


def test_latin_words_are_not_broken_where_a_row_holds_them() -> None:
    block = fitted(label_of("", "Organic fragrant rice from Wuchang"), 26, 10)

    assert " ".join(texts_of(block)) == "Organic fragrant rice from Wuchang"


def test_what_does_not_fit_is_cut_with_an_ellipsis_and_said_so() -> None:
    block = fitted(label_of("非常非常长的品名" * 5, "批次 " * 20), 20, 9)

    assert block.is_shortened
    assert [text.endswith("…") for text in texts_of(block)] == [True, False, True]


def test_a_text_that_ends_in_an_ellipsis_itself_is_whole() -> None:
    assert not fitted(label_of("未完…"), 30, 10).is_shortened


def test_a_caption_is_broken_but_never_cut() -> None:
    caption = f"(01){GTIN}(21)ABCDEFGHIJKLMNOPQRST"

    block = fitted(label_of(caption=(caption,)), 20, 10)

    assert "".join(texts_of(block)) == caption
    assert fit(label_of(caption=(caption,)), 20, 3, MEASURE) is None
    assert fit(label_of(caption=(caption * 3,)), 20, 50, MEASURE) is None


def test_the_least_size_is_that_of_the_norm_for_food_labels() -> None:
    block = fitted(label_of("", "净含量" * 12), 12, 5)

    assert block.rows[0].size_mm >= LEAST_MM


def test_no_box_holds_nothing() -> None:
    assert fit(label_of("大米"), 0, 10, MEASURE) is None
    assert fit(label_of("大米"), 10, 0, MEASURE) is None


@settings(deadline=None)
@given(
    title=st.text(st.sampled_from("米，A b0"), max_size=50),
    line=st.text(st.sampled_from("批次：12 -x"), min_size=1, max_size=80),
    width=st.floats(4, 80),
    height=st.floats(2, 60),
    measure=st.sampled_from([MEASURE, system_width]),
)
@example(title="米", line="1", width=4.0, height=13.0, measure=MEASURE)
@example(title="00b00", line="1", width=4.0, height=10.0, measure=MEASURE)
def test_no_row_leaves_its_box(
    title: str, line: str, width: float, height: float, measure: object
) -> None:
    assert callable(measure)

    block = fit(label_of(title, line), width, height, measure)

    if block is not None:
        assert block.height_mm <= height + 1e-6
        assert all(row.width_mm <= width + 1e-6 for row in block.rows)
        assert all(row.size_mm >= LEAST_MM for row in block.rows)


@settings(deadline=None)
@given(title=st.text(st.sampled_from("米 A"), min_size=1, max_size=20), width=st.floats(20, 80))
def test_the_natural_height_is_enough_for_the_whole_text(title: str, width: float) -> None:
    label = label_of(title.strip() or "米", "批次")

    block = fit(label, width, natural_height(label, width, MEASURE), MEASURE)
    in_any_height = fit(label, width, 1000, MEASURE)

    assert block is not None
    assert in_any_height is not None
    assert block.is_shortened is in_any_height.is_shortened
