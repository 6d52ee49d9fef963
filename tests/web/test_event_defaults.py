"""A form that nobody types into: what the last event said, sent as it stands, gives a receipt."""

from datetime import timedelta
from html.parser import HTMLParser

import pytest

from tests.parties.samples import uscc_of
from tests.web.house import House
from tests.web.signed_in import sign_in
from tests.web.test_event_pages import MILK, PAGE, newest_event, ready, receiving, send
from tests.web.test_partner_picker import partners
from tests.web.work_world import text_of

FROM = "sourceList[owning_party]"


class Filled(HTMLParser):
    """Reads what a browser would send of the form of a page where nobody typed."""

    def __init__(self) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self._select = self._area = ""
        self._is_inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        name = found.get("name", "")
        if tag == "form":
            self._is_inside = found.get("action") == PAGE
        if not self._is_inside:
            return
        if tag == "input" and name:
            self.values[name] = found.get("value", "")
        elif tag == "select":
            self._select = name
            self.values.setdefault(name, "")
        elif tag == "option" and self._select and "selected" in found:
            self.values[self._select] = found.get("value", "")
        elif tag == "textarea":
            self._area = name
            self.values[name] = ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            self._area = ""
        elif tag == "select":
            self._select = ""

    def handle_data(self, data: str) -> None:
        if self._area:
            self.values[self._area] += data


def test_the_last_event_fills_the_next_form_and_its_receipt_says_so(house: House) -> None:
    site, person = ready(house), sign_in(house)
    partners(house)
    send(person, receiving(site, **{FROM: "绿源农场"}))
    house.clock.instant += timedelta(minutes=5)
    form = Filled()

    form.feed(person.get(f"{PAGE}?code={MILK}&step=any/receive/main").get_data(as_text=True))
    answer = send(person, {key: value for key, value in form.values.items() if key != "csrf_token"})

    assert answer.status_code == 303, text_of(answer)
    event = newest_event(house)
    assert event["quantityList"] == [{"epcClass": MILK, "quantity": 120.5, "uom": "KGM"}]
    assert event["sourceList"] == [
        {"type": "owning_party", "source": f"urn:suxin:uscc:{uscc_of(11)}"}
    ]
    assert event["readPoint"] == {"id": site}
    assert "(10)M1" in text_of(person.get(answer.headers["Location"]))


@pytest.mark.parametrize(
    ("steps", "words"),
    [
        (("receive",), "加工"),
        (("receive", "inspect"), "发货"),
        (("receive", "ship"), "收货"),
        (("receive",), "销售"),
    ],
    ids=["make", "ship", "receive", "sell"],
)
def test_the_page_of_steps_begins_with_what_usually_follows(
    sqlite_house: House, steps: tuple[str, ...], words: str
) -> None:
    site, person = ready(sqlite_house), sign_in(sqlite_house)
    for hour, step in enumerate(steps, start=10):
        told = receiving(site, step=f"any/{step}/main", eventTime=f"2026-03-01T{hour}:00")
        if step == "inspect":
            told["disposition"] = "conformant"
        assert send(person, told).status_code == 303

    likely = text_of(person.get(f"{PAGE}?code={MILK}")).partition("其他环节")[0]

    assert words in likely
