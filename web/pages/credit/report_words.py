"""What reports are called on pages, in both languages.

One rule: a table has one row for each word that the ledger or an entry of the log of looks holds.
"""

from collections.abc import Callable, Mapping
from typing import Final

from credit.reporting.making import Edition
from web.pages.languages import say as _

EDITIONS: Final[Mapping[Edition, Callable[[], str]]] = {
    Edition.PUBLIC: lambda: _("Public report: what everybody may know"),
    Edition.FULL: lambda: _("Full report: for the party itself or an authority"),
    Edition.PERSONAL: lambda: _("Personal report: under the person's authorisation"),
}
