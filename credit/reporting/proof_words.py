"""Where a fact is proven, in the words of a paper.

The rule that must stay true: a row is named beside the entry that has it in its tree, never beside
one that only changed the record since.
"""

from collections.abc import Mapping
from typing import Any


def proof_words(proof: Mapping[str, Any]) -> str:
    """Return the entries that a proof names, the batch's with the row of its file."""
    if "row" not in proof:
        return f"账本条目 {proof['seq']}"
    # A proof without a path, of a list too long for a paper, does not name the batch's entry.
    told_by = proof.get("batch_seq", proof["seq"])
    changed = "" if told_by == proof["seq"] else f"；后经账本条目 {proof['seq']} 变更"
    return f"账本条目 {told_by}，文件第 {proof['row']} 行{changed}"
