"""The description of this resolver, by which a client knows one (`/.well-known/gs1resolver`).

GS1-Conformant Resolver Standard 3. The rule that must stay true: what it says is read from the
tables that the resolver itself works by.
"""

from typing import Any, Final

from codes.gs1.digital_link import KEYS
from codes.gs1.link_types import PREFIX, VOCABULARY
from web.resolver.linkset import CONTEXT

PATH: Final = "/.well-known/gs1resolver"


def describe_resolver(root: str, *, operator: str) -> dict[str, Any]:
    """Return the document; `root` is the address of this resolver, `operator` who runs it."""
    return {
        "name": "Suxin 溯信",
        "resolverRoot": root,
        "supportedPrimaryKeys": sorted(KEYS),
        "supportedLinkType": [{"namespace": VOCABULARY, "prefix": PREFIX}],
        "linkTypeDefaultCanBeLinkset": False,
        "supportedContextValuesEnumerated": [],
        "jsonLdContextLocation": CONTEXT,
        "contact": {"fn": operator},
    }
