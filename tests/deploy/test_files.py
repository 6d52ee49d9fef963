import re
import shutil
import subprocess
from configparser import ConfigParser
from pathlib import Path

import pytest

from base.config import Settings, load_settings
from jobs.commands import COMMANDS
from tests.deploy.plain_yaml import NotPlain, Value, read_yaml

DEPLOY = Path(__file__).resolve().parents[2] / "deploy"
UNITS = sorted(DEPLOY.glob("systemd/*.service"))
ENV_FILES = sorted(DEPLOY.glob("systemd/*.env"))
HARDENING = {
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "PrivateTmp": "yes",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "UMask": "0077",
}


def _unit(path: Path) -> ConfigParser:
    unit = ConfigParser(interpolation=None, strict=False)
    unit.optionxform = str  # type: ignore[assignment, method-assign] # The documented way to keep the case of names.
    unit.read(path, encoding="utf-8")
    return unit


def _variables(path: Path) -> dict[str, str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


def _shown(settings: Settings, variable: str) -> str:
    return str(getattr(settings, variable.removeprefix("SUXIN_").lower()))


def _mapping(value: Value) -> dict[str, Value]:
    assert isinstance(value, dict)
    return value


def _services() -> dict[str, dict[str, Value]]:
    compose = read_yaml((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    return {name: _mapping(service) for name, service in _mapping(compose["services"]).items()}


def _ours() -> dict[str, dict[str, Value]]:
    return {name: one for name, one in _services().items() if one.get("image") == "suxin"}


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_a_unit_runs_one_of_our_commands_hardened(path: Path) -> None:
    service = _unit(path)["Service"]

    assert service["ExecStart"].split()[-1] in COMMANDS
    assert {name: service[name] for name in HARDENING} == HARDENING


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.stem)
def test_systemd_accepts_a_unit(path: Path, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze on this machine")
    # The checkout is not where the unit will find it, so it is pointed at what is here.
    text = path.read_text(encoding="utf-8")
    here = tmp_path / path.name
    here.write_text(text.replace("/opt/suxin/.venv/bin/python", "/bin/true"), encoding="utf-8")

    done = subprocess.run(
        [analyze, "verify", str(here)], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_only_the_sealer_has_the_folder_of_the_signing_key() -> None:
    users = {path.stem: _unit(path)["Service"]["User"] for path in UNITS}
    hidden = {path.stem: _unit(path)["Service"].get("InaccessiblePaths") for path in UNITS}

    assert users == {
        "suxin-sealer": "suxin-sealer",
        "suxin-web": "suxin-app",
        "suxin-worker": "suxin-app",
    }
    assert hidden["suxin-web"] == hidden["suxin-worker"] == "-/var/lib/suxin-sealer"
    mounted = {
        name: [volume.partition(":")[0] for volume in one["volumes"] or ()]
        for name, one in _ours().items()
        if "volumes" in one
    }
    assert mounted == {"init": ["sealer"], "web": ["app"], "worker": ["app"], "sealer": ["sealer"]}


@pytest.mark.parametrize("path", ENV_FILES, ids=lambda path: path.stem)
def test_the_settings_of_a_unit_are_settings(path: Path) -> None:
    given = _variables(path)

    settings = load_settings(given)

    assert {name: _shown(settings, name) for name in given} == given


def test_every_file_of_settings_is_read_by_a_unit() -> None:
    read = "\n".join(path.read_text(encoding="utf-8") for path in UNITS)

    for path in ENV_FILES:
        assert f"EnvironmentFile=/etc/suxin/{path.name}" in read


def test_the_containers_run_our_commands_with_settings_that_exist() -> None:
    for name, service in _ours().items():
        assert service["command"] in COMMANDS, name
        values = _mapping(service["environment"])
        filled = {key: re.sub(r"\$\{\w+:\?\}", "x1", str(value)) for key, value in values.items()}
        settings = load_settings(filled)
        assert {key: _shown(settings, key) for key in filled} == filled, name


def test_whatever_a_container_needs_is_declared() -> None:
    compose = read_yaml((DEPLOY / "compose.yaml").read_text(encoding="utf-8"))
    services, volumes = _services(), _mapping(compose["volumes"])

    for name, service in services.items():
        assert set(_mapping(service.get("depends_on") or {})) <= set(services), name
        for volume in service.get("volumes") or ():
            source = volume.split(":")[0]
            known = (DEPLOY / source).is_file() if source.startswith("./") else source in volumes
            assert known, f"{name}: {source}"


def test_every_password_of_the_compose_file_is_in_the_example() -> None:
    asked = set(re.findall(r"\$\{(\w+):\?\}", (DEPLOY / "compose.yaml").read_text("utf-8")))

    assert asked == set(_variables(DEPLOY / "compose.env.example"))


def test_the_site_lets_documents_through_and_closes_its_braces() -> None:
    site = (DEPLOY / "nginx/suxin.conf").read_text(encoding="utf-8")
    code = re.sub(r"#.*", "", site)
    code = re.sub(r"\n\s*(?=')", " ", code)  # Texts that follow each other are one value.

    assert code.count("{") == code.count("}")
    assert all(re.search(r"[;{}]\s*$", line) for line in code.splitlines() if line.strip())
    sizes = re.search(r"location /epcis/ \{[^}]*client_max_body_size (\d+)m;", site)
    assert sizes
    assert int(sizes[1]) << 20 == load_settings({}).capture_bytes_max


@pytest.mark.parametrize(
    "text",
    ["a: b: c", "a:\n    b: c", "a: yes", "a: [b]", "a: &x b", "a: b\na: c", "- a", "a:\n  - b: c"],
)
def test_what_is_not_plain_yaml_is_refused(text: str) -> None:
    with pytest.raises(NotPlain):
        read_yaml(text)
