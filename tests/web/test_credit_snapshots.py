"""Signed snapshots of lists: taken, proven line by line, verified, and public only where law is."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from base.errors import AppError, InvalidInput
from credit.reporting.papers import check_row
from credit.reporting.snapshot_checking import check_snapshot_file
from jobs.commands import run_command_line
from ledger.proof import VerificationError
from tests.codes.labels.samples import raster, read_all, text_of_pdf
from tests.credit.samples import serious, uscc
from tests.web.credit_world import hand_in
from tests.web.epcis_world import seal_now, vkey_of
from tests.web.house import House
from tests.web.issuing_world import errors_of, made, send
from tests.web.signed_in import visitor
from tests.web.work_world import text_of

LISTS = "/api/v1/credit/lists"
SNAPSHOTS = "/api/v1/credit/snapshots"
SERIOUS = f"{LISTS}/serious_violation/snapshots"


@pytest.fixture
def world(sqlite_house: House) -> House:
    sqlite_house.clock.instant = datetime(2026, 6, 1, 2, tzinfo=UTC)
    hand_in(sqlite_house, "serious_listing", serious(1), serious(2), serious(3))
    return sqlite_house


def take(house: House, path: str = SERIOUS, **body: Any) -> dict[str, Any]:
    found: dict[str, Any] = made(send(house, "POST", path, body, role="authority"))
    return found


def file_of(house: House, snapshot: dict[str, Any], kind: str) -> bytes:
    path = f"{SNAPSHOTS}/{snapshot['number']}/list.{kind}"
    answer = send(house, "GET", path, role="auditor")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return bytes(answer.data)


def look(house: House, link: str) -> dict[str, Any]:
    parts = urlsplit(link)
    path = parts.path.replace("/credit/snapshots/", f"{SNAPSHOTS}/")
    found: dict[str, Any] = json.loads(house.ask("GET", f"{path}/verification?{parts.query}").data)
    return found


def path_of(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


def compare(house: House, link: str, data: bytes) -> str:
    parts = urlsplit(link)
    path = parts.path.replace("/credit/snapshots/", f"{SNAPSHOTS}/")
    answer = house.ask("POST", f"{path}/comparison?{parts.query}", data=data)
    return str(json.loads(answer.data)["same_as"])


def test_each_line_of_a_snapshot_is_proven_down_to_its_row(world: House) -> None:
    snapshot = take(world)
    seal_now(world)

    checked = check_snapshot_file(file_of(world, snapshot, "json"), [vkey_of(world)])

    assert sorted(line["uscc"] for line in checked.lines) == sorted(map(uscc, (1, 2, 3)))
    assert (checked.lines_proven, checked.head["number"]) == (3, snapshot["number"])
    assert {line["authority"] for line in checked.lines} == {"青岛市市场监督管理局"}
    assert snapshot["rows"] == 3


def test_a_line_that_is_no_row_of_its_batch_is_not_proven(world: House) -> None:
    snapshot = take(world)
    seal_now(world)
    checked = check_snapshot_file(file_of(world, snapshot, "json"), [vkey_of(world)])
    batches = {one.seq: one for one in checked.proven.entries}
    proof = checked.lines[0]["proof"]

    check_row("lines[0]", proof, batches)
    # A snapshot of before names that place of the tree in `row`, and has no other number.
    former = {name: value for name, value in proof.items() if name != "position"}
    check_row("lines[0]", {**former, "row": proof["position"]}, batches)

    elsewhere = {"position": (proof["position"] + 1) % 3}
    for wrong in ({"leaf": "00" * 32}, elsewhere, {"batch_seq": 99}):
        with pytest.raises(InvalidInput):
            check_row("lines[0]", {**proof, **wrong}, batches)


def test_a_file_is_checked_at_the_console_without_a_server(
    world: House, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    snapshot, key = take(world), vkey_of(world).text()
    body = {"uscc": uscc(1), "issued_to": "政务服务中心", "purpose": "资质审查"}
    report = made(send(world, "POST", "/api/v1/credit/reports", body, role="authority"))
    seal_now(world)
    path, paper = tmp_path / "list.json", tmp_path / "report.json"
    path.write_bytes(file_of(world, snapshot, "json"))
    link = f"/api/v1/credit/reports/{report['number']}/report.json"
    paper.write_bytes(send(world, "GET", link, role="authority").data)

    right = [
        run_command_line(["credit", command, str(file), "--key", key], {})
        for command, file in (("check-snapshot", path), ("check-report", paper))
    ]
    path.write_bytes(path.read_bytes().replace("青岛第1".encode(), "青岛第9".encode()))
    wrong = run_command_line(["credit", "check-snapshot", str(path), "--key", key], {})

    said = capsys.readouterr().out
    assert (right, wrong) == ([0, 0], 1)
    assert "3 of 3 lines are proven" in said
    assert "1 of 1 facts are proven" in said


def test_one_changed_byte_anywhere_in_the_file_is_found_out(world: House) -> None:
    snapshot = take(world)
    seal_now(world)
    data = file_of(world, snapshot, "json")
    vkeys = [vkey_of(world)]
    # One place of each kind: in the head, in the lines, in their proofs, in the bundle.
    places = [data.index(word.encode()) for word in ("青岛第1", '"path":["', '"root":"', '"day":"')]
    places += range(101, len(data), len(data) // 40)

    for place in places:
        changed = bytearray(data)
        changed[place + 9] ^= 1
        with pytest.raises((AppError, VerificationError)):
            check_snapshot_file(bytes(changed), vkeys)


def test_the_table_cites_entry_row_and_hash_of_each_line(world: House) -> None:
    snapshot = take(world)

    text = file_of(world, snapshot, "csv").decode().removeprefix("\ufeff")
    head, *rows = list(csv.reader(io.StringIO(text)))

    assert head[-5:] == ["账本条目", "批次", "文件中的行", "本行哈希", "名单快照"]
    assert sorted(row[-3] for row in rows) == ["2", "3", "4"]
    assert {row[-1] for row in rows} == {snapshot["number"]}
    assert {len(row[-2]) for row in rows} == {64}


def test_the_code_on_the_paper_leads_to_what_the_snapshot_is_worth(
    world: House, tmp_path: Path
) -> None:
    snapshot = take(world)
    pdf = file_of(world, snapshot, "pdf")

    (symbol,) = read_all(raster(pdf, tmp_path, dpi=150)[0])
    found, page = look(world, symbol.text), visitor(world).get(path_of(symbol.text))

    text = text_of_pdf(pdf)
    assert "真实，且仍为最新" in text_of(page)
    assert symbol.text == snapshot["link"]
    assert (found["standing"], found["list"]) == ("current", "serious_violation")
    assert "青岛第2食品有限公司" in text
    assert "1 / 1" in text
    assert snapshot["number"] in text


def test_a_snapshot_is_superseded_once_its_list_says_something_else(world: House) -> None:
    snapshot = take(world)
    world.clock.instant += timedelta(days=1)

    hand_in(world, "serious_listing", serious(2, removed_on="2026-06-02", removed_no="移2号"))

    assert look(world, snapshot["link"])["standing"] == "changed"


def test_files_are_compared_with_what_was_taken(world: House) -> None:
    snapshot = take(world)
    seal_now(world)
    data, table, paper = (file_of(world, snapshot, kind) for kind in ("json", "csv", "pdf"))
    written_anew = json.dumps(json.loads(data), indent=1).encode()
    one_less = json.dumps({**json.loads(data), "lines": json.loads(data)["lines"][:2]}).encode()

    answers = [
        compare(world, snapshot["link"], body)
        for body in (data, written_anew, table, paper, one_less, table + b" ", paper + b" ")
    ]

    assert answers == ["json", "json", "csv", "pdf", "", "", ""]


def test_a_snapshot_tells_a_day_as_it_was_known_on_another(world: House) -> None:
    world.clock.instant += timedelta(days=3)
    hand_in(world, "serious_listing", serious(4), serious(1, ground="虚假标签"))

    then = take(world, day="2026-06-01", known="2026-06-01")
    now = take(world)

    assert (then["rows"], now["rows"]) == (3, 4)
    assert "虚假标签" not in file_of(world, then, "csv").decode()
    assert "虚假标签" in file_of(world, now, "csv").decode()
    assert look(world, then["link"])["standing"] == "changed"


def test_who_may_take_and_who_may_read_a_snapshot(world: House) -> None:
    snapshot = take(world, f"{LISTS}/key_attention/snapshots")
    path = f"{SNAPSHOTS}/{snapshot['number']}/list.json"

    codes = [
        send(world, "POST", SERIOUS, {}, role="producer").status_code,
        send(world, "POST", SERIOUS, {}, role="auditor").status_code,
        send(world, "GET", path, role="producer").status_code,
        world.ask("GET", path).status_code,
        world.ask("GET", f"{SNAPSHOTS}/{snapshot['number']}/verification?code=0").status_code,
        send(world, "POST", f"{LISTS}/nobodys/snapshots", {}, role="authority").status_code,
    ]
    future = send(world, "POST", SERIOUS, {"day": "2026-06-02"}, role="authority")

    assert codes == [403, 403, 403, 401, 404, 404]
    assert (future.status_code, errors_of(future)) == (400, ["day"])


def test_the_same_request_is_one_snapshot(world: House) -> None:
    first, again = (
        made(send(world, "POST", SERIOUS, {}, role="authority", once="one")) for _ in range(2)
    )

    listed = json.loads(send(world, "GET", SERIOUS, role="auditor").data)["snapshots"]
    assert first["number"] == again["number"]
    assert [one["number"] for one in listed] == [first["number"]]
