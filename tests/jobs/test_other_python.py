"""The command line under a Python that the service was not installed for."""

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_another_python_is_told_which_one_to_use() -> None:
    # Without its site this Python has nothing but its own library.
    done = subprocess.run(
        [sys.executable, "-S", str(ROOT / "manage.py"), "credit", "--help"],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr.endswith("use .venv/bin/python manage.py\n")
    assert "Traceback" not in done.stderr


def test_documents_name_the_python_of_the_service_in_every_command() -> None:
    pages = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]

    commands = [
        line
        for page in pages
        for line in page.read_text().splitlines()
        if re.search(r"(?<!\.venv/bin/)python manage\.py", line)
    ]

    assert commands == []
