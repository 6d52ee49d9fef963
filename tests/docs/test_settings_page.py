from pathlib import Path

import pytest

from base.config import Settings, describe_settings
from tests.docs.settings_page import write_page

PAGE = Path(__file__).resolve().parents[2] / "docs/settings.md"


def test_the_page_of_settings_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == write_page(), (
        "write it again: python -m tests.docs.settings_page"
    )


@pytest.mark.parametrize("setting", describe_settings(), ids=lambda setting: setting[0])
def test_every_setting_is_on_the_page(setting: tuple[str, str, str]) -> None:
    variable, _, about = setting

    assert f"| `{variable}` |" in PAGE.read_text(encoding="utf-8")
    assert about in PAGE.read_text(encoding="utf-8")


def test_no_default_on_the_page_is_a_folder_of_one_machine() -> None:
    assert str(Settings().data_dir) not in PAGE.read_text(encoding="utf-8")
