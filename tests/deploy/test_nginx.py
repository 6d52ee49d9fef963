"""The site in front: what the service believes of it, and what it writes down of a visitor.

What nginx itself makes of the file is tested where there is an nginx.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from base.config import load_settings
from tests import asking
from tests.deploy.plain_yaml import Value, read_yaml
from tests.ports import find_free_port
from tests.waiting import PATIENCE_S, wait_until

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
SITE = (DEPLOY / "nginx/suxin.conf").read_text(encoding="utf-8")
CODE = re.sub(r"#.*", "", SITE)
PERSON = "130102199003077774"

# What the access log may hold: nothing of a query, a referrer or a header of the sender's, but
# what its browser is called.
LOGGED = {
    "time_iso8601",
    "remote_addr",
    "request_method",
    "suxin_path",
    "status",
    "body_bytes_sent",
    "request_time",
    "upstream_status",
    "upstream_response_time",
    "request_id",
    "http_user_agent",
}


def _blocks(name: str) -> list[str]:
    """Return the bodies of the blocks that begin with `name`, blocks inside them included."""
    bodies = []
    for found in re.finditer(rf"^[ \t]*{name}[^;{{}}]*\{{", CODE, re.MULTILINE):
        depth, end = 1, found.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(CODE[end], 0)
            end += 1
        bodies.append(CODE[found.end() : end - 1])
    return bodies


def _variables(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _mapping(value: Value) -> dict[str, Value]:
    assert isinstance(value, dict)
    return value


def _web() -> dict[str, Value]:
    """Return the container of the web server."""
    compose = read_yaml((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return _mapping(_mapping(compose["services"])["web"])


def test_the_one_address_that_is_believed_is_the_one_that_nginx_writes() -> None:
    written = re.findall(r"proxy_set_header\s+X-Forwarded-For\s+([^;]+);", CODE)
    settings = load_settings(_variables(DEPLOY / "systemd/app.env"))

    # Written anew and not added to, so a visitor's own header is gone.
    assert written == ["$remote_addr"]
    assert settings.trusted_proxies == len(written)
    # A location with a header of its own inherits none of the server's.
    assert [body for body in _blocks("location") if "proxy_set_header" in body] == []
    assert len(re.findall(r"\bproxy_pass\b", CODE)) == len(
        [body for body in _blocks("location") if "proxy_pass http://suxin;" in body]
    )


def test_containers_believe_the_same_proxy_as_units() -> None:
    believed = _mapping(_web()["environment"])["SUXIN_TRUSTED_PROXIES"]

    assert believed == _variables(DEPLOY / "systemd/app.env")["SUXIN_TRUSTED_PROXIES"]


def test_nobody_but_the_proxy_reaches_a_service_that_believes_it() -> None:
    (upstream,) = _blocks("upstream")

    host = load_settings(_variables(DEPLOY / "systemd/common.env")).host

    assert host == "127.0.0.1"
    assert _web()["ports"] == ["127.0.0.1:8000:8000"]
    assert "server 127.0.0.1:8000;" in upstream


def test_every_server_writes_its_log_without_query_and_referrer() -> None:
    (log_format,) = re.findall(r"log_format suxin escape=json([^;]+);", CODE)

    assert set(re.findall(r"\$(\w+)", log_format)) == LOGGED
    servers = _blocks("server")
    assert len(servers) == 2
    for body in servers:
        assert re.findall(r"access_log ([^;]+);", body) == ["/var/log/nginx/suxin.log suxin"]
        # A line of the error log quotes the whole address; only `emerg` is never about a request.
        assert re.findall(r"error_log \S+ (\w+);", body) == ["emerg"]
    assert len(re.findall(r"\b(?:access|error)_log\b", CODE)) == 4


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        (f"/t/{PERSON}", "/t/"),
        (f"/T/{PERSON}", "/t/"),
        (f"/page/t/{PERSON}", "/t/"),
        (f"/t/SX{PERSON[6:]}", "/t/"),
        ("/t/", "/t/"),
        (f"/{PERSON}", "-"),
        ("/13010219900307777x", "-"),
        (f"/01/06901234567892/10/{PERSON}", "-"),
        ("/epcis/events", "/epcis/events"),
        ("/01/06901234567892/21/A1", "/01/06901234567892/21/A1"),
        ("/00/106901234567890124", "/00/106901234567890124"),
        ("/static/t/x.css", "/static/t/x.css"),
        ("/api/v1/codes/identify", "/api/v1/codes/identify"),
    ],
)
def test_a_path_that_may_be_the_number_of_a_person_is_cut(path: str, logged: str) -> None:
    (rows,) = _blocks(r"map \$uri \$suxin_path")

    cut = next(
        (
            value
            for pattern, value in re.findall(r'"~\*(.+?)"\s+"(.+?)";', rows)
            if re.search(pattern, path, re.IGNORECASE)
        ),
        path,
    )

    assert "default $uri;" in rows
    assert cut == logged


@dataclass(slots=True, kw_only=True)
class Front:
    """A running nginx with the site of the project: what it sent on, and what it wrote down."""

    url: str
    folder: Path
    upstream: ThreadingHTTPServer
    forwarded: list[str | None] = field(default_factory=list)

    def stop_upstream(self) -> None:
        """Let nobody answer behind nginx any more; a second time changes nothing."""
        self.upstream.shutdown()
        self.upstream.server_close()

    def log(self) -> list[dict[str, str]]:
        """Return the lines of the access log."""
        text = (self.folder / "suxin.log").read_text(encoding="utf-8")
        return [json.loads(line) for line in text.splitlines()]

    def written(self) -> str:
        """Return everything that was written to files of logs."""
        return "".join(path.read_text(encoding="utf-8") for path in self.folder.glob("*.log"))


@pytest.fixture
def front(tmp_path: Path) -> Iterator[Front]:
    """Run the site with an upstream that answers 200; without TLS, since it has no certificate."""
    nginx = shutil.which("nginx")
    if nginx is None:
        pytest.skip("no nginx on this machine")
    forwarded: list[str | None] = []

    class Upstream(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            forwarded.append(self.headers["X-Forwarded-For"])
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    running = Front(
        url=f"http://127.0.0.1:{find_free_port()}",
        folder=tmp_path,
        upstream=ThreadingHTTPServer(("127.0.0.1", 0), Upstream),
        forwarded=forwarded,
    )
    Thread(target=running.upstream.serve_forever, daemon=True).start()
    (tmp_path / "nginx.conf").write_text(
        _main_file(tmp_path, running.url, running.upstream.server_port)
    )
    process = subprocess.Popen([nginx, "-c", str(tmp_path / "nginx.conf"), "-p", str(tmp_path)])
    wait_until(lambda: _answers(running.url), PATIENCE_S, "nginx")
    yield running
    process.terminate()
    process.wait(PATIENCE_S)
    running.stop_upstream()


def _answers(url: str) -> bool:
    try:
        return asking.get(f"{url}/healthz").status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def _main_file(folder: Path, url: str, upstream_port: int) -> str:
    """Return a whole configuration around the site, which is changed where it meets the machine."""
    site = re.sub(r"(?m)^\s*(?:ssl_|http2 |listen \[).*$", "", SITE)
    site = site.replace("listen 443 ssl;", f"listen {url.removeprefix('http://')};")
    site = site.replace("listen 80;", f"listen unix:{folder}/http.socket;")
    site = site.replace("127.0.0.1:8000", f"127.0.0.1:{upstream_port}")
    site = site.replace("/var/log/nginx", str(folder))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
    return (
        f"daemon off;\nmaster_process off;\npid {folder}/nginx.pid;\n"
        f"error_log {folder}/main-error.log;\nevents {{}}\nhttp {{\n{temporary}{site}\n}}\n"
    )


def test_nginx_passes_the_visitors_address_on_and_nothing_that_the_visitor_claims(
    front: Front,
) -> None:
    claimed = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}

    for path in ("/", "/epcis/events", "/t/6901234567892"):
        asking.get(front.url + path, headers=claimed)

    assert set(front.forwarded) == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        (f"/t/{PERSON}?as=cn_id_number", "/t/"),
        (f"/%74/{PERSON}", "/t/"),
        (f"//t//{PERSON}", "/t/"),
        (f"/x/../t/{PERSON}", "/t/"),
        (f"/t/?code={PERSON}", "/t/"),
        (f"/api/v1/codes/identify?text={PERSON}", "/api/v1/codes/identify"),
        (f"/{PERSON}", "-"),
        ("/01/06901234567892/10/A%22B", '/01/06901234567892/10/A"B'),
    ],
)
def test_nginx_writes_down_no_number_of_a_person(front: Front, path: str, logged: str) -> None:
    asking.get(front.url + path, headers={"Referer": f"{front.url}/t/{PERSON}"})
    # A file that is not there is an error, of which nginx tells its error log.
    asking.get(f"{front.url}/static/none.css", headers={"Referer": f"{front.url}/t/{PERSON}"})
    wait_until(lambda: len(front.log()) >= 3, PATIENCE_S, "the log")

    _, line, missed = front.log()

    assert (line["path"], line["status"], line["upstream_status"]) == (logged, "200", "200")
    assert (missed["path"], missed["status"]) == ("/static/none.css", "404")
    assert PERSON not in front.written()


def test_a_refused_crowd_and_a_service_that_is_away_write_no_number_either(front: Front) -> None:
    with asking.client(front.url) as client:
        crowd = {client.get(f"/scan/photo?x={PERSON}").status_code for _ in range(60)}
        front.stop_upstream()
        alone = client.get(f"/t/{PERSON}").status_code
    wait_until(lambda: front.log()[-1]["path"] == "/t/", PATIENCE_S, "the log")

    assert crowd == {200, 429}
    assert (alone, front.log()[-1]["upstream_status"]) == (502, "502")
    assert PERSON not in front.written()
