"""The command line: `.venv/bin/python manage.py COMMAND`.

The rule that must stay true: the project's own folder is first on the path, because the room
`trace` has the name of a module of the standard library.
"""

import os
import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parent)
sys.path[:] = [_ROOT, *(entry for entry in sys.path if entry != _ROOT)]

try:
    from jobs.commands import run_command_line
except ModuleNotFoundError as missing:
    # A module of this folder that is missing is a fault; any other stands beside another Python.
    if missing.name is None or Path(_ROOT, missing.name.partition(".")[0]).is_dir():
        raise
    sys.exit(
        f"{missing.name} is not installed for {sys.executable}: use .venv/bin/python manage.py"
    )

if __name__ == "__main__":
    # Whatever a command writes (the database, logs, keys) is for its own account alone.
    os.umask(0o077)
    sys.exit(run_command_line(sys.argv[1:], os.environ))
