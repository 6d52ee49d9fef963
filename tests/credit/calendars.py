"""A notice of holidays that is newer than the program, for tests of what was counted without it."""

from pathlib import Path
from typing import Final

NOTICE: Final = """\
years:
- year: 2027
  norm: 国务院办公厅关于2027年部分节假日安排的通知（试）
  verified: memory
  off:
  - {from: 2027-01-01, to: 2027-01-08}
  worked: [2027-01-09]
"""


def written(folder: Path) -> Path:
    """Write the file of an installation that knows a year that the program does not."""
    file = folder / "holidays.yaml"
    file.write_text(NOTICE, encoding="utf-8")
    return file
