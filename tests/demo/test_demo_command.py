"""`manage.py demo` and `manage.py capture` against a running installation."""

import html
import re
from base64 import b64decode
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest

from jobs.client import connect
from jobs.demo.credit import LISTED, WARNED
from jobs.demo.plot import Plot
from jobs.demo.post import story_at
from jobs.demo.register import PARTIES
from jobs.demo.story import Story, path_of, tell
from jobs.key_files import demo_key_file, operator_key_file, read_key_file
from tests import asking
from tests.demo.restricted import restricted_values
from tests.live import LiveServer, manage
from tests.waiting import PATIENCE_S, wait_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """A server into which the demonstration was posted, what that said, and the story itself."""

    live: LiveServer
    said: str
    story: Story


@pytest.fixture(scope="module")
def demo(live_server: LiveServer) -> Demo:
    said = live_server.manage("demo", "--post", live_server.url)
    key = read_key_file(operator_key_file(live_server.data_dir))
    with connect(live_server.url, key or "") as operator:
        listed = operator.get(f"/api/v1/parties?uscc={PARTIES['dairy'].uscc}")["items"]
    assert isinstance(listed, list)
    assert isinstance(listed[0], dict)
    registered_at = datetime.fromisoformat(str(listed[0]["created_at"]))
    return Demo(live=live_server, said=said, story=story_at(1, registered_at))


def test_the_demonstration_says_where_to_look_in_both_languages(demo: Demo) -> None:
    assert "演示数据已入账 The demonstration is recorded" in demo.said
    for uri in (demo.story.cup, demo.story.cup_lot, demo.story.bag, demo.story.bag_lot):
        assert f"{demo.live.url}{path_of(uri)}\n" in demo.said
    assert "▄▄▄▄▄" in demo.said


def test_the_key_it_prints_is_the_dairys(demo: Demo) -> None:
    found = re.search(r"sx_[0-9a-f]{32}_[0-9a-f]{64}", demo.said)

    assert found is not None
    with connect(demo.live.url, found[0]) as dairy:
        assert dairy.get("/api/v1/me")["role"] == "producer"
    assert found[0] == read_key_file(demo_key_file(demo.live.data_dir, "dairy"))


def test_the_account_it_prints_signs_in(demo: Demo) -> None:
    found = re.search(r"登录名 name: (\S+)    密码 password: (\S+)", demo.said)
    assert found is not None

    with asking.client(demo.live.url) as browser:
        form = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/sign-in").text)
        assert form is not None
        values = {"csrf_token": form[1], "login": found[1], "password": found[2]}
        led = browser.post("/sign-in", data=values)
        page = browser.get("/work")

    assert (led.status_code, led.headers["Location"]) == (303, "/work")
    assert page.status_code == 200


def test_the_authority_it_prints_finds_a_drill_and_an_ended_recall(demo: Demo) -> None:
    found = re.search(r"登录名 name: (demo-authority)    密码 password: (\S+)", demo.said)
    assert found is not None

    with asking.client(demo.live.url, follow_redirects=True) as browser:
        form = re.search(r'name="csrf_token" value="([^"]+)"', browser.get("/sign-in").text)
        assert form is not None
        values = {"csrf_token": form[1], "login": found[1], "password": found[2]}
        browser.post("/sign-in", data=values)
        desk = browser.get("/work/recalls").text

    assert "Drill: veterinary drug in raw milk" in desk
    assert "Labels suspected to be wrong" in desk


def test_no_page_of_the_demonstration_warns_of_its_recalls(demo: Demo) -> None:
    key = read_key_file(demo_key_file(demo.live.data_dir, "authority"))
    with connect(demo.live.url, key or "") as authority:
        listed = authority.get("/api/v1/recalls")["items"]
    assert isinstance(listed, list)
    states = {(one["is_mock"], one["state"]) for one in listed if isinstance(one, dict)}

    pages = [
        asking.get(f"{demo.live.url}{path_of(uri)}", headers={"Accept": "text/html"}).text
        for uri in (demo.story.cup, demo.story.bag)
    ]

    assert states == {(True, "open"), (False, "withdrawn")}
    assert [page for page in pages if "Labels suspected" in page or "Drill" in page] == []


def test_posting_the_demonstration_again_changes_nothing(demo: Demo) -> None:
    again = demo.live.manage("demo", "--post", demo.live.url)

    assert again == demo.said


def test_what_was_printed_is_shown_again_without_posting(demo: Demo) -> None:
    again = demo.live.manage("demo", "--show", demo.live.url)

    without_place = re.sub(r", log \d+, entries \d+-\d+", "", demo.said)
    assert again == without_place


def test_the_address_that_people_reach_is_the_one_that_is_printed(demo: Demo) -> None:
    env = {**demo.live.env, "SUXIN_PUBLIC_URL": "https://trace.example"}

    done = manage(env, "demo", "--show", demo.live.url)

    assert done.returncode == 0, done.stderr
    assert f"https://trace.example{path_of(demo.story.cup)}\n" in done.stdout
    assert demo.live.url not in done.stdout


def test_one_address_is_given(demo: Demo) -> None:
    assert manage(demo.live.env, "demo").returncode == 2
    both = manage(demo.live.env, "demo", "--post", demo.live.url, "--show", demo.live.url)
    assert both.returncode == 2


def test_another_seed_is_recorded_beside_the_first(demo: Demo) -> None:
    other = demo.live.manage("demo", "--post", demo.live.url, "--seed", "2")

    assert demo.live.url in other
    assert path_of(demo.story.cup) not in other


def test_the_story_can_be_told_again_at_another_instant(demo: Demo) -> None:
    later = demo.live.manage("demo", "--post", demo.live.url, "--seed", "3", "--again")

    assert "The demonstration is recorded" in later


def test_a_lost_key_is_replaced_by_another_that_opens(demo: Demo) -> None:
    path = demo_key_file(demo.live.data_dir, "coop")
    lost = read_key_file(path)
    path.write_text("sx_of_another_server\n", encoding="ascii")

    demo.live.manage("demo", "--post", demo.live.url)

    fresh = read_key_file(path)
    assert fresh not in (lost, None)
    with connect(demo.live.url, fresh or "") as coop:
        assert coop.get("/api/v1/me")["role"] == "producer"


@pytest.mark.parametrize("language", ["zh-CN", "en"])
def test_the_cups_page_tells_its_way_and_nothing_that_is_not_for_everybody(
    demo: Demo, language: str
) -> None:
    address = f"{demo.live.url}{path_of(demo.story.cup)}"
    headers = {"Accept": "text/html", "Accept-Language": language}

    page = asking.get(address, headers=headers, follow_redirects=True)

    assert page.status_code == 200
    dairy = PARTIES["dairy"]
    assert (dairy.name_zh if language == "zh-CN" else dairy.name_en) in page.text
    for farm in ("farm_yunhe", "farm_liuxi", "farm_qingshi"):
        name = PARTIES[farm].name_zh if language == "zh-CN" else PARTIES[farm].name_en
        assert name.replace("'", "&#39;") in page.text
    visible = html.unescape(re.sub(r"<[^>]*>", " ", page.text))
    words, numbers = restricted_values(demo.story)
    assert numbers_in(visible) & numbers == set()
    # Other than a number, a name may not even stand in an attribute.
    assert [word for word in words if word in page.text] == []


def test_what_everybody_may_download_holds_nothing_that_is_not_for_everybody(demo: Demo) -> None:
    told = ""

    def is_all_sealed() -> bool:
        nonlocal told
        answer = asking.get(f"{demo.live.url}/ledger/bundle", params={"code": demo.story.cup})
        entries = answer.json().get("entries", [])
        parts = [part for entry in entries for part in entry["parts"]]
        assert {part["part"] for part in parts} <= {"public"}
        told = "".join(b64decode(part["body"]).decode() for part in parts)
        return "sellable_accessible" in told

    wait_until(is_all_sealed, PATIENCE_S, "the seal over the last event of the cup")

    assert "antibiotics" in told
    words, numbers = restricted_values(demo.story)
    assert numbers_in(told) & numbers == set()
    assert [word for word in words if word in told] == []


def numbers_in(text: str) -> set[str]:
    return set(re.findall(r"[0-9]+(?:\.[0-9]+)?", text))


def documents(folder: Path, seed: int) -> list[Path]:
    """Write the dairy's documents of another telling into a folder."""
    story = tell(Plot(seed=seed, told_at=datetime.now(UTC)))
    paths = []
    for number, post in enumerate(post for post in story.posts if post.author == "dairy"):
        paths.append(folder / f"{number}.json")
        paths[-1].write_bytes(post.body)
    return paths


def capture(demo: Demo, *words: str, stdin: str | None = None) -> tuple[int, str, str]:
    done = manage(demo.live.env, "capture", *words, stdin=stdin)
    return done.returncode, done.stdout, done.stderr


def test_every_document_of_a_folder_is_sent_and_told_in_one_line(
    demo: Demo, tmp_path: Path
) -> None:
    paths = documents(tmp_path, 101)
    (tmp_path / "notes.txt").write_text("not a document", encoding="ascii")

    code, out, err = capture(demo, str(tmp_path))

    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert [line.partition(":")[0] for line in lines] == [str(path) for path in paths]
    assert all(
        re.search(r": (\d+) of \1 events recorded, log 1 from \d+(, \d+ advised)?$", one)
        for one in lines
    )


def test_a_document_sent_again_has_the_same_receipt(demo: Demo, tmp_path: Path) -> None:
    path = str(documents(tmp_path, 102)[0])

    first = capture(demo, path)
    second = capture(demo, path)

    assert first == second
    assert first[0] == 0


def test_events_that_are_known_from_another_document_are_named_and_no_error(
    demo: Demo, tmp_path: Path
) -> None:
    path = documents(tmp_path, 103)[0]
    capture(demo, str(path))
    document = orjson.loads(path.read_bytes())
    path.write_bytes(orjson.dumps({**document, "creationDate": "2026-01-01T00:00:00Z"}))

    code, out, _ = capture(demo, str(path))

    assert code == 0
    assert out.endswith(": 0 of 2 events recorded, 2 recorded already, 1 advised\n")


def test_standard_input_is_a_document_and_json_is_one_object_a_line(
    demo: Demo, tmp_path: Path
) -> None:
    body = documents(tmp_path, 104)[0].read_text(encoding="utf-8")

    code, out, _ = capture(demo, "--json", "-", stdin=body)

    assert code == 0
    line = orjson.loads(out)
    assert line["file"] == "-"
    assert line["capture"]["success"] is True
    assert line["capture"]["receipt"]["count"] == 2


def test_a_refused_document_is_told_with_its_fields_and_the_next_one_is_sent(
    demo: Demo, tmp_path: Path
) -> None:
    wrong, right = documents(tmp_path, 105)[:2]
    document = orjson.loads(wrong.read_bytes())
    document["epcisBody"]["eventList"][1]["bizStep"] = "flying"
    wrong.write_bytes(orjson.dumps(document))

    code, out, err = capture(demo, str(wrong), str(tmp_path / "none.json"), str(right))

    assert code == 1
    assert f"{wrong}: refused (invalid_input)" in err
    assert "  epcisBody.eventList[1].bizStep: " in err
    assert f"{tmp_path / 'none.json'}: refused (invalid_input): cannot be read: No such" in err
    assert out.startswith(f"{right}: 2 of 2 events recorded")


def test_with_proceed_the_right_events_of_a_document_are_recorded(
    demo: Demo, tmp_path: Path
) -> None:
    path = documents(tmp_path, 106)[0]
    document = orjson.loads(path.read_bytes())
    document["epcisBody"]["eventList"][1]["bizStep"] = "flying"
    path.write_bytes(orjson.dumps(document))

    code, out, err = capture(demo, "--proceed", str(path))

    assert code == 1
    assert re.search(
        r": 1 of 2 events recorded, log 1 from \d+, 1 refused, 1 advised$", out.strip()
    )
    assert "  epcisBody.eventList[1].bizStep: " in err


def test_another_partys_events_are_refused_in_json_too(demo: Demo, tmp_path: Path) -> None:
    path = documents(tmp_path, 107)[0]
    key = read_key_file(demo_key_file(demo.live.data_dir, "mill"))

    code, out, _ = capture(demo, "--json", "--key", key or "", str(path))

    assert code == 1
    error = orjson.loads(out)["error"]
    assert error["code"] == "forbidden"
    assert error["errors"][0]["path"] == "epcisBody.eventList[0]"


def test_an_empty_folder_is_refused(demo: Demo, tmp_path: Path) -> None:
    code, _, err = capture(demo, str(tmp_path))

    assert code == 1
    assert "the folder holds no .json or .jsonld file" in err


def test_a_wrong_key_ends_the_command_and_is_not_shown(demo: Demo, tmp_path: Path) -> None:
    paths = documents(tmp_path, 108)

    code, out, err = capture(demo, "--key", "sx_secret", *map(str, paths))

    assert (code, out) == (1, "")
    assert err.startswith("refused (unauthenticated)")
    assert "sx_secret" not in err


def test_a_server_that_is_not_there_is_said_to_be(demo: Demo, tmp_path: Path) -> None:
    path = documents(tmp_path, 109)[0]

    code, _, err = capture(demo, "--url", "http://127.0.0.1:1", str(path))

    assert code == 1
    assert "refused (unreachable): http://127.0.0.1:1 cannot be reached" in err


def test_without_any_key_both_commands_say_where_one_may_come_from(
    demo: Demo, tmp_path: Path
) -> None:
    env = {**demo.live.env, "SUXIN_DATA_DIR": str(tmp_path / "none")}

    for words in (("capture", "-"), ("demo", "--post", demo.live.url)):
        done = manage(env, *words)

        assert done.returncode == 1
        assert "SUXIN_API_KEY" in done.stderr


def test_the_authority_it_prints_finds_lists_a_warning_and_the_credit_of_the_dairy(
    demo: Demo,
) -> None:
    key = read_key_file(demo_key_file(demo.live.data_dir, "authority"))
    with connect(demo.live.url, key or "") as authority:
        listed = authority.get(f"/api/v1/credit/check?uscc={LISTED[1]}")["entries"]
        warnings = authority.get(f"/api/v1/credit/warnings?uscc={WARNED[1]}")["warnings"]
        dairys = authority.get(f"/api/v1/credit/record?uscc={PARTIES['dairy'].uscc}")["facts"]
    page = asking.get(f"{demo.live.url}{path_of(demo.story.cup)}", headers={"Accept": "text/html"})

    assert isinstance(listed, list)
    assert {one["list"] for one in listed if isinstance(one, dict)} == {
        "judgment_defaulter",
        "serious_violation",
    }
    assert isinstance(warnings, list)
    assert {one["rule"] for one in warnings if isinstance(one, dict)} == {
        "failed_inspection",
        "penalty_jump",
    }
    assert isinstance(dairys, list)
    assert len(dairys) == 4
    assert "/credit/lists/tax_a" in page.text
