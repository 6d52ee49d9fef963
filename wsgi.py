"""The entry of a web server process: `granian --interface wsgi wsgi:app`."""

import gc
import os
import sys
from pathlib import Path

# The folder `trace` has the name of a standard module, so the checkout comes first on the path.
_ROOT = str(Path(__file__).resolve().parent)
if sys.path[0] != _ROOT:
    sys.path.insert(0, _ROOT)

# What is imported is no garbage: the collector would walk all of it again and again, a fifth of the
# time that a process takes to start.
gc.disable()

from base.config import load_settings  # noqa: E402 -- after the path is set
from base.log import configure_logging  # noqa: E402 -- after the path is set
from base.processes import die_with_parent  # noqa: E402 -- after the path is set
from web.app import create_app  # noqa: E402 -- after the path is set

die_with_parent()
_settings = load_settings(os.environ)
configure_logging(_settings.log_level)
app = create_app(_settings)
# What the application is made of stays until the end: the collector need not walk it each time a
# document of many events makes it look. Nor once before, for the few things that the start let go
# of: that walk is a sixth of what a process takes to start.
gc.freeze()
gc.enable()
