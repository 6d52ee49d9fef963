"""The examples of the page about getting codes, run one after the other as a reader would."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from base.strict_json import JsonObject
from jobs.client import connect
from jobs.key_files import operator_key_file, read_key_file
from parties.issuing.kinds import KINDS
from tests.docs.pages import ROOT, blocks_of
from tests.live import LiveServer
from tests.parties.samples import gln_uri, gtin_uri, uscc_of

PAGE = ROOT / "docs/issuing.md"
# Of this file alone: the installation is shared with other tests.
NUMBER = 70_512


def producer_key(live: LiveServer) -> str:
    operator_key = read_key_file(operator_key_file(live.data_dir))
    with connect(live.url, operator_key or "") as operator:
        # The register is everybody's, so that the first product in it is somebody else's.
        earlier: JsonObject = {"uscc": uscc_of(NUMBER + 1), "name_zh": "邻居", "kind": "plant"}
        other = operator.post("/api/v1/parties", earlier)["id"]
        theirs: JsonObject = {"party_id": other, "uri": gtin_uri(NUMBER + 1), "name_zh": "醋"}
        operator.post("/api/v1/products", theirs)
        named: JsonObject = {"uscc": uscc_of(NUMBER), "name_zh": "晴禾乳业", "kind": "plant"}
        party = operator.post("/api/v1/parties", named)["id"]
        site: JsonObject = {"party_id": party, "uri": gln_uri(NUMBER), "name_zh": "工厂"}
        operator.post("/api/v1/sites", site)
        product: JsonObject = {"party_id": party, "uri": gtin_uri(NUMBER), "name_zh": "酸奶"}
        operator.post("/api/v1/products", product)
    words = ("key", "grant", "--role", "producer", "--party", str(party), "--label", "docs")
    return live.manage(*words).split()[0]


def test_the_curl_examples_of_the_page_work(live_server: LiveServer, tmp_path: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("no curl on this machine")
    values = {"URL": live_server.url, "KEY": producer_key(live_server), "SITE": gln_uri(NUMBER)}
    script = "\n".join(blocks_of(PAGE, "sh"))

    said = subprocess.run(
        ["bash", "-euc", script],
        cwd=tmp_path,
        env={**os.environ, **values},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert said.rstrip().endswith("}")
    assert '"counts":{"free":0,"activated":23,"void":1}' in said
    assert (tmp_path / "labels.pdf").read_bytes().startswith(b"%PDF-")
    assert len((tmp_path / "codes.csv").read_text(encoding="utf-8-sig").splitlines()) == 25


def test_every_kind_is_on_the_page() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)

    assert rows == list(KINDS)
