"""Whether the signature on a label is right (AI 98), as pages, the resolver and the interface tell.

One rule: nothing here says that goods are false. A label that was copied has a right signature, and
one whose key was withdrawn may be on the maker's own goods.
"""

from collections.abc import Mapping

from base.db import reading
from parties.issuing.tags import Signature, judge_tag
from web.services import services


def signature_of(elements: Mapping[str, str]) -> Signature:
    """Return what is found of the signature among the elements of a label."""
    if not elements.get("98"):
        return Signature.ABSENT
    parts = services()
    with reading(parts.engine) as connection:
        return judge_tag(connection, parts.secret, parts.log, elements)
