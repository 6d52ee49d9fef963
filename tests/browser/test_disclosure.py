"""What a consumer, a partner and an auditor can find out about the demonstration, and what not.

The hidden values are taken from the demonstration's own documents, not from what the service
says is hidden.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

import httpx
import pytest

from base.strict_json import JsonObject, JsonValue, loads
from jobs.demo.post import DAIRY, story_at
from jobs.demo.register import PARTIES
from jobs.demo.story import Story, path_of
from jobs.key_files import demo_key_file, operator_key_file, read_key_file
from ledger.bundle import Bundle, VisiblePart, parse
from ledger.note import VerifierKey
from ledger.parts import Part
from ledger.verify import verify_bundle
from tests import asking
from tests.live import LiveServer, start_live_server
from tests.ports import find_free_port
from tests.waiting import wait_until

pytestmark = pytest.mark.browser

# Members of an event whose whole content is none of a consumer's business.
_SECRET_MEMBERS = ("bizTransactionList",)
_SECRET_TERMS = ("unitPrice", "amount", "vehiclePlate", "inspectionNote")
_PEOPLE = ("driverName", "operatorName", "inspectorName", "phone", "idNumber")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The running demonstration and its story."""

    live: LiveServer
    story: Story
    subject: str

    def get(self, path: str, key: str | None = None) -> httpx.Response:
        headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        return asking.get(f"{self.live.url}{path}", headers=headers)

    def bundle(self, key: str | None = None) -> bytes:
        answer = self.get(f"/ledger/bundle?code={quote(self.subject, safe='')}", key)
        assert answer.status_code == 200, answer.text
        return answer.content

    def key_of(self, party: str) -> str:
        key = read_key_file(demo_key_file(self.live.data_dir, party))
        assert key is not None
        return key


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Told]:
    live = start_live_server(tmp_path_factory.mktemp("disclosure"), find_free_port())
    try:
        live.manage("demo", "--post", live.url)
        operator = read_key_file(operator_key_file(live.data_dir))
        rows = asking.get(
            f"{live.url}/api/v1/parties",
            headers={"Authorization": f"Bearer {operator}"},
            timeout=30,
        ).json()["items"]
        dairy = next(row for row in rows if row["uscc"] == PARTIES[DAIRY].uscc)
        story = story_at(1, datetime.fromisoformat(dairy["created_at"]))
        found = Told(live=live, story=story, subject=story.sold_cup)
        wait_until(
            lambda: found.get(f"/ledger/bundle?code={quote(found.subject, safe='')}").is_success,
            20,
            "the sealed bundle",
        )
        yield found
    finally:
        live.stop()


def test_a_consumer_finds_no_hidden_value_on_the_page(told: Told) -> None:
    page = told.get(path_of(told.subject)).text

    found = [value for value in _secrets(told) if _stands_in(value, page)]

    assert len(_secrets(told)) > 60
    assert found == []


def test_a_consumer_finds_no_hidden_value_in_the_proof(told: Told) -> None:
    data = told.bundle()
    bundle = parse(data)
    texts = [data.decode(), *(part.body.decode() for part in _parts(bundle))]

    found = [value for value in _secrets(told) if any(_stands_in(value, text) for text in texts)]

    assert found == []
    assert {part.part for part in _parts(bundle)} == {Part.PUBLIC}
    paths = re.findall(r'"(/[^"]*)":', "".join(texts))
    # A thermometer's unit is public, a quantity's is not.
    assert not [path for path in paths if re.search(r"uantityList#[0-9]+/(quantity|uom)", path)]


def test_the_consumers_proof_holds_and_names_the_very_cup(told: Told) -> None:
    report = verify_bundle(told.bundle(), [_verifier(told)])

    assert report.subject == told.subject
    assert sum(told.subject in entry.items for entry in report.entries) >= 5
    assert all(Part.CHAIN in entry.hidden for entry in report.entries)


def test_right_guesses_cannot_be_tested_against_the_hidden_parts_hashes(told: Told) -> None:
    consumer = parse(told.bundle())
    bodies = {
        (entry.proof.index, part.part): part.body
        for entry in parse(told.bundle(_auditor(told))).entries
        for part in entry.parts
    }
    shown_salts = {part.salt for part in _parts(consumer)} | {b"", bytes(16)}

    confirmed = [
        (entry.proof.index, hidden)
        for entry in consumer.entries
        for hidden, digest in entry.part_hashes.items()
        if hidden is not Part.PUBLIC and (entry.proof.index, hidden) in bodies
        for salt in shown_salts
        if sha256(salt + bodies[entry.proof.index, hidden]).digest() == digest
    ]

    assert len(bodies) > 40
    assert confirmed == []


def test_a_partners_proof_holds_its_own_chain_parts_and_those_it_was_named_in(told: Told) -> None:
    data = told.bundle(told.key_of(DAIRY))
    report = verify_bundle(data, [_verifier(told)])
    recorders = {entry.actor for entry in report.entries if Part.CHAIN in entry.visible}
    hidden = [entry for entry in report.entries if Part.CHAIN not in entry.visible]

    # The dairy sees what it recorded and what its suppliers, hauler and store told it.
    assert len(recorders) >= 5
    # The shop's sale is two steps away: nobody named the dairy there.
    assert hidden
    text = _texts_of(parse(data))
    assert "bizTransactionList" in text
    assert not any(_stands_in(name, text) for name in _names_of_people(told))


def test_an_auditors_proof_holds_all_but_personal_parts(told: Told) -> None:
    data = told.bundle(_auditor(told))
    report = verify_bundle(data, [_verifier(told)])

    assert all(Part.CHAIN in entry.visible for entry in report.entries)
    assert {part for entry in report.entries for part in entry.hidden} == {Part.PERSONAL}
    text = _texts_of(parse(data))
    assert sum(_stands_in(value, text) for value in _secrets(told)) > 40
    assert not any(_stands_in(name, text) for name in _names_of_people(told))


def _auditor(told: Told) -> str:
    printed = told.live.manage("key", "grant", "--role", "auditor", "--label", "test")
    found = re.search(r"sx_[0-9a-f]{32}_[0-9a-f]{64}", printed)
    assert found is not None, printed
    return found[0]


def _verifier(told: Told) -> VerifierKey:
    return VerifierKey.parse(told.get("/ledger/key").text.strip())


def _parts(bundle: Bundle) -> list[VisiblePart]:
    return [part for entry in bundle.entries for part in entry.parts]


def _texts_of(bundle: Bundle) -> str:
    return "\n".join(part.body.decode() for part in _parts(bundle))


def _secrets(told: Told) -> set[str]:
    """Return every hidden value of the cup's whole story, as text."""
    return {value for event in _events(told.story) for value in _secrets_in(event)}


def _names_of_people(told: Told) -> set[str]:
    return {
        value
        for event in _events(told.story)
        for name in _PEOPLE
        for value in _values_of(event, name)
    }


def _secrets_in(event: JsonObject) -> Iterator[str]:
    for name in _SECRET_MEMBERS:
        yield from _values_of(event, name)
    for name in _SECRET_TERMS + _PEOPLE:
        yield from _values_of(event, name)
    for value in _values_of(event, "quantity"):
        # A short number stands in times and measurements too; a long one is a quantity.
        if len(value.replace(".", "")) >= 4:
            yield value


def _values_of(value: JsonValue, name: str) -> Iterator[str]:
    """Yield every plain value below each member of this name, whatever its prefix."""
    if isinstance(value, list):
        for child in value:
            yield from _values_of(child, name)
    elif isinstance(value, dict):
        for member, child in value.items():
            if member.rpartition(":")[2] == name:
                yield from _plain(child)
            else:
                yield from _values_of(child, name)


def _plain(value: JsonValue) -> Iterator[str]:
    if isinstance(value, dict):
        # The kind of a document or side is a word of the standard and no secret.
        for member, child in value.items():
            if member != "type":
                yield from _plain(child)
    elif isinstance(value, list):
        for child in value:
            yield from _plain(child)
    elif value is not None:
        yield str(value)


def _events(story: Story) -> Iterator[JsonObject]:
    for post in story.posts:
        document = loads(post.body, bytes_max=len(post.body), depth_max=32)
        assert isinstance(document, dict)
        body = document["epcisBody"]
        assert isinstance(body, dict)
        events = body["eventList"]
        assert isinstance(events, list)
        yield from (event for event in events if isinstance(event, dict))


def _stands_in(value: str, text: str) -> bool:
    return re.search(rf"(?<![0-9A-Za-z.]){re.escape(value)}(?![0-9A-Za-z])", text) is not None
