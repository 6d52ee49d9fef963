"""The data folder: made private, and refused with a sentence where it cannot be made.

The rule that must stay true: nothing in it is for another account of the machine. It holds the
signing key, keys of the interface and parts of events that are not public.
"""

from pathlib import Path

from base.errors import ConfigurationError

FOLDER_MODE = 0o700


def make_data_folder(path: Path) -> None:
    """Make the folder where it is missing; raises `ConfigurationError` naming what is in the way.

    A folder that exists keeps the rights that somebody gave it.
    """
    try:
        path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    except FileExistsError:
        raise ConfigurationError(f"SUXIN_DATA_DIR: {path} is a file and no folder") from None
    except OSError as error:
        raise ConfigurationError(
            f"SUXIN_DATA_DIR: the folder {path} cannot be made ({error.strerror})"
        ) from None
