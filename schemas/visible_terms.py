"""Who may see each extension term: the terms of the visibility table in force.

The rule that must stay true: the terms of version 1, and those of the profiles over them. Prices
and amounts, which version 1 showed to the chain, are the authority's, and names of persons are
personal under every name that a profile has for them.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from schemas.profiles.registry import term_parts as profile_term_parts
from schemas.visibility import FIRST_TERM_PARTS


@cache
def term_parts() -> Mapping[str, str]:
    """Return the part of each term, by its full name with and without a colon before the name."""
    found = dict(FIRST_TERM_PARTS)
    for name, part in profile_term_parts().items():
        namespace, _, local = name.rpartition(":")
        found[name] = found[namespace + local] = part
    return MappingProxyType(found)
