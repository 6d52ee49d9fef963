"""What reports are called on pages, in both languages.

One rule: a table has one row for each word that the ledger or an entry of the log of looks holds.
"""

from collections.abc import Callable, Mapping
from typing import Final

from credit.reporting.keeping import REPORT_ACCESS
from credit.reporting.making import Edition
from web.pages.languages import say as _

EDITIONS: Final[Mapping[Edition, Callable[[], str]]] = {
    Edition.PUBLIC: lambda: _("Public report: what everybody may know"),
    Edition.FULL: lambda: _("Full report: for the party itself or an authority"),
    Edition.PERSONAL: lambda: _("Personal report: under the person's authorisation"),
}
_LOOKS: Final[Mapping[str, Callable[[], str]]] = {
    f"{REPORT_ACCESS}_{Edition.PUBLIC}": lambda: _("Public report"),
    f"{REPORT_ACCESS}_{Edition.FULL}": lambda: _("Full report"),
    f"{REPORT_ACCESS}_{Edition.PERSONAL}": lambda: _("Personal report"),
}


def looked(what: str) -> str:
    """Return what somebody looked at, in the ledger's own word where no row names it."""
    row = _LOOKS.get(what)
    return what if row is None else row()
