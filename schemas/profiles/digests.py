"""The digest of a profile as it was published: what keeps a version from changing silently.

The rule that must stay true: the digest covers everything that a check depends on, the shared rows
and terms included, so that a change in a shared table cannot alter an old version unseen.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from schemas.profiles.standing import Profile
from schemas.profiles.yaml_rows import Faults, read_rows

PUBLISHED: Final = "published.yaml"


def digest_of(profile: Profile) -> str:
    """Return the digest of everything a profile says, resolved: SHA-256, hexadecimal."""
    return sha256(_written(profile).encode()).hexdigest()


def _written(value: object) -> str:
    """Return a value as a text that two values share only if they are the same."""
    if is_dataclass(value) and not isinstance(value, type):
        parts = (f"{one.name}={_written(getattr(value, one.name))}" for one in fields(value))
        return f"{type(value).__name__}({','.join(parts)})"
    if isinstance(value, tuple):
        return f"({','.join(map(_written, value))})"
    if isinstance(value, Mapping):
        return f"{{{','.join(f'{_written(k)}:{_written(v)}' for k, v in value.items())}}}"
    return repr(str(value))


def read_published(folder: Path) -> Mapping[str, str]:
    """Return the digests of the published versions by their id; raises `InvalidInput`."""
    path = folder / PUBLISHED
    if not path.exists():
        return {}
    faults = Faults()
    rows = read_rows(path, faults)
    found = {name: rows.text(name) for name in rows.names()}
    faults.refuse()
    return found
