"""Goods of every class are shipped, received, sold and inspected from the general forms."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.parties.samples import gtin_uri
from tests.schemas.profiles.samples import cell_of_column, names
from tests.web.house import House, open_house
from tests.web.issuing_world import new_site, register
from tests.web.signed_in import Visitor, sign_in
from web.pages.event_form import inputs_of
from web.pages.event_steps import EventStep, step_of

PAGE = "/work/event/new"
PARTY = "https://id.gs1.org/417/6901234000016"
_CHOICES = re.compile(r'name="act" value="as-([^"]+)"')
_STEP = re.compile(r'name="step" value="([^"]+)"')
_FIELD = re.compile(r'<(?:input|select|textarea) id="event-([^"]+)" [^>]*aria-invalid="true"')
_DUE = re.compile(r'<label for="event-([^"]+)">[^<]* <span class="event-due">')


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[House, Visitor, str]]:
    folder: Path = tmp_path_factory.mktemp("classes")
    house = open_house(f"sqlite:///{folder / 'suxin.db'}", folder)
    for number, name in enumerate(names(), start=1):
        register(house, "products", uri=gtin_uri(number), name_zh=name, name_en="", class_code=name)
    yield house, sign_in(house), new_site(house)
    house.services.engine.dispose()


def cell_for(step: EventStep, name: str) -> str:
    """Return what somebody who knows the answer types into a field of a step."""
    one = next(one for one in inputs_of(step) if one.name == name)
    if one.widget == "choice":
        return one.choices[0][0]
    if one.widget == "partner":
        return PARTY
    column = next(column for column in step.sheet.columns if column.key == name)
    return cell_of_column(column, step.sheet.way)


def filled(page: str, form: dict[str, str]) -> dict[str, str]:
    """Return the form with what the page asks for: a step, what is due, what was wrong."""
    choice = _CHOICES.search(page)
    if choice is not None:
        return {**form, "act": f"as-{choice[1]}"}
    found = _STEP.search(page)
    assert found is not None
    step = step_of(found[1])
    assert step is not None
    asked = dict.fromkeys(map(unescape, _FIELD.findall(page) + _DUE.findall(page)))
    own = {one.name for one in inputs_of(step)}
    cells = {
        name: cell_for(step, name) for name in asked if name in own and not form.get(name)
    }  # fmt: skip
    return {**form, **cells, "step": step.id, "act": "preview"}


def recorded(person: Visitor, form: dict[str, str]) -> TestResponse:
    """Go on as the pages say until the event is recorded, at most six pages long."""
    form = {**form, "act": "preview"}
    for _turn in range(6):
        answer = person.post(PAGE, **form)
        page = answer.get_data(as_text=True)
        if 'name="act" value="send"' in page:
            return person.post(PAGE, **{**form, "act": "send"})
        form = filled(page, form)
    return answer


@pytest.mark.parametrize("name", names())
@pytest.mark.parametrize("step", ["ship", "receive", "sell", "inspect"])
def test_goods_of_a_class_are_recorded_in_the_end(
    shop: tuple[House, Visitor, str], name: str, step: str
) -> None:
    _house, person, site = shop
    form = {
        "step": f"any/{step}/main",
        "eventTime": "2026-03-01T15:00",
        "readPoint.id": site,
        "goods-rows": "1",
        "goods-0-code": f"{gtin_uri(names().index(name) + 1)}/10/L{step}",
        "goods-0-amount": "12",
        "goods-unit": "KGM",
    }

    answer = recorded(person, form)

    said = re.findall(r'class="field-error[^>]*>([^<]*)<', answer.get_data(as_text=True))
    assert (answer.status_code, said) == (303, [])
