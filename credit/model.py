"""Facts about parties as rules look at them, and reasons as they are told.

The rule that must stay true: what is not known is None and never a default: a record that nobody
has read is no clean record.
"""

from dataclasses import dataclass
from datetime import date

from credit.rulebook.model import Regime, Rule, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Penalty:
    """An administrative penalty. Codes are those of `rulebook/code_lists.yaml`.

    `stated` is the severity that the authority itself gave. `published_on` and `fulfilled_on` are
    None as long as it is not known that it was published or its duty fulfilled.
    """

    decided_on: date
    regime: Regime
    kinds: frozenset[str]
    fields: frozenset[str] = frozenset()
    procedure: str | None = None
    stated: Severity | None = None
    published_on: date | None = None
    fulfilled_on: date | None = None
    restricted_until_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Because:
    """The rows that something was computed by, in the order they were asked."""

    rules: tuple[Rule, ...] = ()

    def and_(self, *more: Rule | None) -> "Because":
        """Return the reasons with more rows; a row that is there already is not told twice."""
        added = dict.fromkeys(rule.id for rule in self.rules)
        found = [rule for rule in more if rule is not None and rule.id not in added]
        return Because(rules=(*self.rules, *found))

    @property
    def is_certain(self) -> bool:
        """Return whether no row stands on memory alone."""
        return all(rule.is_certain for rule in self.rules)
