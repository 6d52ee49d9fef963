"""The installation's secret, from which keys for single purposes are derived.

The rule that must stay true: the secret itself is used for nothing and leaves this module only as a
derived key, so that one key that gets out tells nothing about another. Derived by HKDF (RFC 5869)
with SHA-256; the purpose is its `info`.
"""

import os
import secrets
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from base.errors import ConfigurationError
from base.folders import make_private_folder, sync_folder

SECRET_BYTES: Final = 32
FILE_NAME: Final = "installation.secret"


class InstallationSecret:
    """Gives keys for purposes; shows nothing of itself in a log or a traceback."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        if len(secret) != SECRET_BYTES:
            raise ConfigurationError(f"the installation's secret has {SECRET_BYTES} bytes")
        self._secret = secret

    def key_for(self, purpose: str, *, length: int = 32) -> bytes:
        """Return the key of `length` bytes for one purpose; always the same one."""
        derivation = HKDF(algorithm=SHA256(), length=length, salt=None, info=purpose.encode())
        return derivation.derive(self._secret)

    def __repr__(self) -> str:
        """Show the name of the type alone."""
        return "InstallationSecret()"


def load_secret(folder: Path, *, may_create: bool) -> InstallationSecret:
    """Read the secret from its file in `folder`, which its owner alone may read.

    Raises `ConfigurationError` where the file is missing and may not be made, or holds no secret.
    """
    path = folder / FILE_NAME
    if may_create:
        if not path.exists():
            _create(path)
        # Also of a file that another process made a moment ago: a name that is not on the disk is
        # taken back by a loss of power, and codes that were made from the secret are not.
        sync_folder(folder)
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except FileNotFoundError:
        raise ConfigurationError(
            f"{FILE_NAME} is missing in keys/ of the shared folder (SUXIN_SHARED_DIR), and codes"
            " were issued, persons keyed or papers numbered with it already: restore it from its"
            " backup."
        ) from None
    except (OSError, ValueError):
        raise ConfigurationError(f"{FILE_NAME} cannot be read or holds no secret") from None
    return InstallationSecret(secret)


def _create(path: Path) -> None:
    """Write a fresh secret whole or not at all; whoever comes second keeps the first one's."""
    make_private_folder(path.parent)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(secrets.token_bytes(SECRET_BYTES).hex() + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        return
    finally:
        fresh.unlink()
