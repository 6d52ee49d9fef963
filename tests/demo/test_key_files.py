"""Keys in the data folder."""

from pathlib import Path

import pytest

from base.errors import ConfigurationError
from jobs.key_files import demo_key_file, read_key_file, write_key_file


def test_a_written_key_is_read_again_and_only_its_owner_may(tmp_path: Path) -> None:
    path = demo_key_file(tmp_path, "dairy")

    write_key_file(path, "sx_one")
    write_key_file(path, "sx_two")

    assert read_key_file(path) == "sx_two"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o077 == 0
    assert [entry.name for entry in path.parent.iterdir()] == ["dairy.key"]


def test_a_key_that_is_not_there_is_none(tmp_path: Path) -> None:
    assert read_key_file(tmp_path / "none.key") is None


def test_an_empty_key_file_holds_no_key(tmp_path: Path) -> None:
    path = tmp_path / "empty.key"
    path.write_text("\n", encoding="ascii")

    assert read_key_file(path) is None


def test_a_key_file_that_cannot_be_read_is_refused_by_its_path(tmp_path: Path) -> None:
    path = tmp_path / "wrong.key"
    path.write_bytes("密钥".encode())

    with pytest.raises(ConfigurationError, match=r"wrong\.key"):
        read_key_file(path)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        read_key_file(tmp_path)


def test_a_key_that_cannot_be_kept_is_refused(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file where a folder should be", encoding="ascii")

    with pytest.raises(ConfigurationError, match="cannot be written"):
        write_key_file(demo_key_file(tmp_path, "dairy"), "sx_one")
