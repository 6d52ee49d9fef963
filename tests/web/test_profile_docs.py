"""The pages that say what is recorded of a class: everybody's, whole, in both languages."""

import re

import pytest

from schemas.profiles.docs_words import say
from schemas.profiles.registry import catalogue
from tests.web.house import House
from web.pages.profile_picture import NARROW_COLUMNS, WIDE_COLUMNS, StepBox, draw_profile


def page(house: House, path: str) -> str:
    answer = house.client.get(path)
    assert answer.status_code == 200, path
    return answer.text


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_each_class_says_all_its_steps_data_and_norms(sqlite_house: House, lang: str) -> None:
    is_zh = lang == "zh"
    listed = page(sqlite_house, f"/docs/profiles?lang={lang}")

    for profile in catalogue().newest():
        text = re.sub(
            r"&#?\w+;", "", page(sqlite_house, f"/docs/profiles/{profile.name}?lang={lang}")
        )
        assert f'href="/docs/profiles/{profile.name}"' in listed
        for cte in profile.ctes:
            assert text.count(f'id="{cte.id}"') == 1, (profile.name, cte.id)
            for kde in (kde for way in cte.ways for kde in way.kdes):
                label = say(kde.label, "zh" if is_zh else "en")
                assert re.sub(r"[&'\"<>]", "", label) in text, kde.code
                assert kde.norms[0].clause in text, kde.code
        boxes = text.count('class="profile-box"')
        assert boxes == 2 * len(profile.ctes), profile.name


def test_a_class_code_leads_to_the_page_of_its_profile(sqlite_house: House) -> None:
    assert "dairy/1" in page(sqlite_house, "/docs/profiles/raw_milk")
    assert sqlite_house.client.get("/docs/profiles/toys").status_code == 404


@pytest.mark.parametrize("columns", [WIDE_COLUMNS, NARROW_COLUMNS])
def test_the_picture_has_every_link_and_keeps_inside_its_frame(columns: int) -> None:
    for profile in catalogue().newest():
        steps = [
            StepBox(id=cte.id, name=cte.label.en, counted="", after=cte.after)
            for cte in profile.ctes
        ]

        picture = draw_profile(steps, columns=columns)

        assert len(picture.links) == sum(len(step.after) for step in steps), profile.name
        spots = {(box.x, box.y) for box in picture.boxes}
        assert len(spots) == len(steps)
        assert all(box.x + picture.box_width < picture.width for box in picture.boxes)
        assert all(box.y + picture.box_height < picture.height for box in picture.boxes)
        numbers = [int(one) for link in picture.links for one in re.findall(r"\d+", link)]
        assert max(numbers) < max(picture.width, picture.height)
