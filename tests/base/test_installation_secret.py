"""The installation's secret: made once, whole, and on the disk before anything is made from it."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from base.errors import ConfigurationError
from base.folders import make_private_folder
from base.installation_secret import FILE_NAME, load_secret
from ledger.opening import load_signer


@dataclass(slots=True)
class Disk:
    """What was put on the disk, in order: each file or folder with the names it then had inside."""

    synced: list[tuple[Path, tuple[str, ...]]] = field(default_factory=list)

    def names_on_disk(self, folder: Path) -> tuple[str, ...]:
        """Return the names of a folder that outlive a loss of power; none before it was synced."""
        return next((names for path, names in reversed(self.synced) if path == folder), ())


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    seen, fsync = Disk(), os.fsync

    def watched(descriptor: int) -> None:
        fsync(descriptor)
        path = Path(f"/proc/self/fd/{descriptor}").readlink()
        names = tuple(inner.name for inner in path.iterdir()) if path.is_dir() else ()
        seen.synced.append((path, names))

    monkeypatch.setattr(os, "fsync", watched)
    return seen


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda folder: load_secret(folder, may_create=True), FILE_NAME),
        (lambda folder: load_signer(folder, "suxin.local", 1, may_create=True), "log-1.seed"),
    ],
    ids=["installation", "log"],
)
def test_a_fresh_secret_is_on_the_disk_with_its_name_and_its_folder(
    disk: Disk, tmp_path: Path, make: Callable[[Path], object], name: str
) -> None:
    folder = tmp_path / "keys"

    make(folder)

    assert name in disk.names_on_disk(folder)
    assert "keys" in disk.names_on_disk(tmp_path)
    assert (folder / name).stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_a_secret_that_another_process_made_a_moment_ago_is_put_on_the_disk_too(
    disk: Disk, tmp_path: Path
) -> None:
    tmp_path.joinpath(FILE_NAME).write_text("ab" * 32 + "\n", encoding="ascii")

    load_secret(tmp_path, may_create=True)

    assert FILE_NAME in disk.names_on_disk(tmp_path)


def test_a_secret_is_made_once(tmp_path: Path) -> None:
    made = load_secret(tmp_path / "keys", may_create=True)

    again = load_secret(tmp_path / "keys", may_create=True)

    assert made.key_for("x") == again.key_for("x")
    assert made.key_for("x") != made.key_for("y")
    assert [path.name for path in (tmp_path / "keys").iterdir()] == [FILE_NAME]


def test_a_missing_secret_is_not_replaced_once_codes_were_issued(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="restore it from its backup"):
        load_secret(tmp_path, may_create=False)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["", "ab" * 31, "ab" * 33, "zz" * 32, "é"])
def test_a_file_that_holds_no_secret_is_refused(tmp_path: Path, text: str) -> None:
    tmp_path.joinpath(FILE_NAME).write_text(text, encoding="utf-8")

    with pytest.raises(ConfigurationError):
        load_secret(tmp_path, may_create=True)


def test_a_folder_that_is_there_is_left_as_it_is(disk: Disk, tmp_path: Path) -> None:
    tmp_path.chmod(0o750)

    make_private_folder(tmp_path)

    assert tmp_path.stat().st_mode & 0o777 == 0o750
    assert disk.synced == []
