"""The data folder: private, and a sentence where it cannot be used or holds nothing yet."""

import os
import stat
from dataclasses import replace
from pathlib import Path

import pytest

from base.config import Settings
from base.data_folder import make_data_folder
from base.errors import ConfigurationError
from jobs.initialised import require_initialised
from tests.live import clean_environment, manage


def test_what_init_makes_is_for_its_own_account_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"

    done = manage(clean_environment(folder), "init")

    assert done.returncode == 0, done.stderr
    made = [folder, *folder.rglob("*")]
    assert folder / "suxin.db" in made
    assert {path: oct(path.stat().st_mode) for path in made if path.stat().st_mode & 0o077} == {}


def test_the_folder_is_made_private_whatever_the_mask(tmp_path: Path) -> None:
    before = os.umask(0o002)
    try:
        make_data_folder(tmp_path / "data")
    finally:
        os.umask(before)

    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


@pytest.mark.parametrize("below", ["", "deeper"])
def test_a_file_in_its_place_is_told_in_a_sentence(tmp_path: Path, below: str) -> None:
    file = tmp_path / "data"
    file.write_text("not a folder")

    done = manage(clean_environment(file / below, port="0"), "run", "--no-demo")

    assert done.returncode == 1
    assert "refused (configuration): SUXIN_DATA_DIR" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("words", [("serve",), ("key", "list")])
def test_a_folder_without_a_ledger_asks_for_init(tmp_path: Path, words: tuple[str, ...]) -> None:
    done = manage(clean_environment(tmp_path / "data", port="0"), *words)

    assert done.returncode == 1
    assert "run `manage.py init` first" in done.stderr
    assert not (tmp_path / "data").exists()


def test_an_empty_database_asks_for_init_too(bare_database_url: str, tmp_path: Path) -> None:
    settings = replace(Settings(), data_dir=tmp_path, database_url=bare_database_url)

    with pytest.raises(ConfigurationError, match="init` first"):
        require_initialised(settings)
