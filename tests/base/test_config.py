"""Settings are read once, strictly, and refused by the name of their variable."""

from pathlib import Path

import pytest

from base.config import Settings, describe_settings, load_settings
from base.errors import ConfigurationError


def test_without_any_variable_the_defaults_hold() -> None:
    assert load_settings({"PATH": "/bin"}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SUXIN_PORT", ""),
        ("SUXIN_PORT", "08000"),
        ("SUXIN_PORT", "65536"),
        ("SUXIN_PORT", "+1"),
        ("SUXIN_PORT", "８０００"),
        ("SUXIN_DATA_DIR", ""),
        ("SUXIN_DATA_DIR", "data\n"),
        ("SUXIN_DATABASE_URL", "mysql://x"),
        ("SUXIN_REDIS_URL", "http://x"),
        ("SUXIN_PUBLIC_URL", "https://x/"),
        ("SUXIN_PUBLIC_URL", "ftp://x"),
        ("SUXIN_HOST", "a b"),
        ("SUXIN_ORIGIN", "Upper.Case"),
        ("SUXIN_LOG_LEVEL", "INFO"),
        ("SUXIN_PROT", "8000"),
    ],
)
def test_a_wrong_or_unknown_setting_is_refused_by_its_name(name: str, value: str) -> None:
    with pytest.raises(ConfigurationError, match=f"^{name} "):
        load_settings({name: value})


def test_a_data_folder_is_made_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    settings = load_settings({"SUXIN_DATA_DIR": "here"})

    assert settings.data_dir == tmp_path / "here"
    assert settings.effective_database_url == f"sqlite:///{tmp_path}/here/suxin.db"


def test_every_setting_can_be_set_to_its_own_default() -> None:
    environ = {variable: default for variable, default, _ in describe_settings()}

    assert load_settings(environ) == Settings()
