"""API keys and a password kept in the data folder, for commands run on the machine itself.

The rule that must stay true: such a file is readable by its owner alone, from its first byte on.
"""

import os
from pathlib import Path
from typing import Final

from base.errors import ConfigurationError

_CHARS_MAX: Final = 1000


def operator_key_file(data_dir: Path) -> Path:
    """Return where the first operator's key is kept."""
    return data_dir / "keys" / "operator.key"


def demo_key_file(data_dir: Path, party: str) -> Path:
    """Return where the key of a party of the demonstration is kept."""
    return data_dir / "keys" / "demo" / f"{party}.key"


def demo_password_file(data_dir: Path) -> Path:
    """Return where the password of the demonstration's account is kept."""
    return data_dir / "keys" / "demo" / "account.password"


def demo_authority_password_file(data_dir: Path) -> Path:
    """Return where the password of the demonstration's authority is kept."""
    return data_dir / "keys" / "demo" / "authority.password"


def read_key_file(path: Path) -> str | None:
    """Return the key in a file, None where there is no file; raises `ConfigurationError`."""
    try:
        with path.open(encoding="ascii") as file:
            return file.read(_CHARS_MAX).strip() or None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        message = f"the key file {path} cannot be read ({type(error).__name__})"
        raise ConfigurationError(message) from None


def write_key_file(path: Path, key: str) -> None:
    """Write a key whole or not at all; raises `ConfigurationError`."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(f"{key}\n")
        fresh.replace(path)
    except OSError as error:
        message = f"the key file {path} cannot be written ({error.strerror})"
        raise ConfigurationError(message) from None
