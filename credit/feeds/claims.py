"""The subject block that the two publicities share: whom a penalty or a permit is about.

The rule that must stay true: a code that says somebody else than its kind does is a fault, and a
masked one names a candidate at most.
"""

from typing import Final

from credit.feeds.model import Claim, CodeScheme, SubjectKind, Values
from credit.feeds.values import is_masked

_CODES: Final = (
    ("shxym", CodeScheme.USCC),
    ("zzjg", CodeScheme.ORG_CODE),
    ("gszc", CodeScheme.REGISTRATION),
    ("swdj", CodeScheme.TAX),
)

# GB 32100-2015: of the market regulators (9), individual businesses (2).
_SOLE_TRADERS: Final = "92"


def is_own_code(uscc: str, org_code: str) -> bool:
    """Return whether an organisation code is the one inside a social credit code (GB 32100-2015).

    Of a masked one that cannot be said.
    """
    return is_masked(uscc + org_code) or org_code.replace("-", "") == uscc[8:17]


def claim_of(values: Values, prefix: str) -> Claim:
    """Take the subject block with these first letters (`cf_xdr_`, `xk_xdr_`)."""
    kind = SubjectKind(values.text(f"{prefix}lb") or SubjectKind.ENTERPRISE)
    codes = {scheme: values.text(f"{prefix}{name}") for name, scheme in _CODES}
    number = values.text(f"{prefix}zjhm")
    values.drop(f"{prefix}sydw", f"{prefix}shzz", f"{prefix}zjlx")
    found = {scheme: code for scheme, code in codes.items() if code}
    if kind is SubjectKind.PERSON and found:
        message = "a natural person has no such code; an organisation is of kind 02, 03 or 04"
        values.fault(f"{prefix}lb", "wrong_kind", message)
    if kind is not SubjectKind.PERSON and number and not found:
        message = "has only a person's number; kind 01 is for natural persons"
        values.fault(f"{prefix}lb", "wrong_kind", message)
    if kind is SubjectKind.ENTERPRISE and codes[CodeScheme.USCC].startswith(_SOLE_TRADERS):
        message = "is 04 where the code begins with 92: a sole trader's"
        values.fault(f"{prefix}lb", "sole_trader_as_legal_person", message)
    uscc, org_code = codes[CodeScheme.USCC], codes[CodeScheme.ORG_CODE]
    if uscc and org_code and not is_own_code(uscc, org_code):
        message = "is not the code inside the social credit code"
        values.fault(f"{prefix}zzjg", "other_party", message)
    return Claim(
        kind=kind,
        name=values.text(f"{prefix}mc"),
        codes=found,
        person_number=number or None if kind is SubjectKind.PERSON else None,
        is_masked=is_masked(number) or any(is_masked(code) for code in found.values()),
    )
