"""The rules of early warning, read from `rules.yaml`.

The rule that must stay true: a rule counts by its row alone; one that lacks what its kind asks for
is refused with its line.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from trace.findings.rule_table import RULES as FINDING_RULES
from types import MappingProxyType
from typing import Final

from credit.feeds.model import FactKind
from credit.rulebook.lists import credit_lists
from credit.warning.model import Detail
from schemas.profiles.yaml_rows import Faults, Rows, read_rows

_FILE: Final = Path(__file__).with_name("rules.yaml")
# A number in a sentence, and the word behind it that goes by it.
_NUMBERED: Final = re.compile(r"\{(\w+)\}([^\[{]*)\[([^|\]]*)\|([^\]]*)\]")
SEVERITIES: Final = ("alarm", "warn", "note")
"""How much a warning weighs, the gravest first."""


class Watch(StrEnum):
    """What a rule looks at."""

    FACTS = "facts"
    FINDINGS = "findings"
    SILENCE = "silence"
    ACTIVITY = "activity"
    SUPPLIER = "supplier"
    BUYER = "buyer"
    HOLDER = "holder"
    DEPENDENCE = "dependence"
    CONCENTRATION = "concentration"


OF_SUPPLY: Final = frozenset(
    {Watch.SUPPLIER, Watch.BUYER, Watch.HOLDER, Watch.DEPENDENCE, Watch.CONCENTRATION}
)
_COMPARING: Final = frozenset({Watch.SILENCE, Watch.ACTIVITY})


@dataclass(frozen=True, slots=True, kw_only=True)
class WarningRule:
    """One row; numbers that a kind does not ask for are 0."""

    id: str
    zh: str
    en: str
    says_zh: str
    says_en: str
    watch: Watch
    severity: str
    subject: str
    norm: str
    article: str
    from_on: date
    to_on: date | None
    facts: tuple[str, ...]
    grades: tuple[str, ...]
    severities: tuple[str, ...]
    lists: tuple[str, ...]
    codes: tuple[str, ...]
    is_current: bool
    window_days: int
    before_days: int
    factor: int
    count_min: int
    least: int
    share_percent: int
    items_max: int
    depth_max: int

    def is_in_force(self, day: date) -> bool:
        """Return whether the rule holds on a day."""
        return self.from_on <= day and (self.to_on is None or day <= self.to_on)

    def title(self, lang: str) -> str:
        """Return what it is called."""
        return self.zh if lang == "zh" else self.en

    def says(self, lang: str, details: Mapping[str, Detail]) -> str:
        """Return the sentence about what was found; what is not told is left as a dash.

        `{count} [entry|entries]` is one of the two by the number before it.
        """
        told = {"days": self.window_days, "before_days": self.before_days, **details}
        template = self.says_zh if lang == "zh" else self.says_en

        def by_number(found: re.Match[str]) -> str:
            number, between, one, many = found.groups()
            return f"{{{number}}}{between}{one if told.get(number) == 1 else many}"

        return _NUMBERED.sub(by_number, template).format_map(_Told(told))

    def is_jump(self, count: int, before: int) -> bool:
        """Return whether so many in the window are enough, and many against those before it."""
        if count < self.count_min:
            return False
        if not self.before_days:
            return True
        # Rates compared without a fraction.
        return count * self.before_days >= self.factor * before * self.window_days


class _Told(dict[str, Detail]):
    def __missing__(self, key: str) -> str:
        return "—"


@cache
def warning_rules() -> Mapping[str, WarningRule]:
    """Return the rules by id; raises `InvalidInput` with the line of what is wrong."""
    return read_warning_rules(_FILE)


def rules_on(day: date) -> list[WarningRule]:
    """Return the rules that hold on a day."""
    return [one for one in warning_rules().values() if one.is_in_force(day)]


def read_warning_rules(path: Path) -> Mapping[str, WarningRule]:
    """Read the rules of a file; raises `InvalidInput` with every fault."""
    faults = Faults()
    file = read_rows(path, faults)
    found: dict[str, WarningRule] = {}
    for rows in file.each("rules"):
        rule = _rule(rows)
        if rule.id in found:
            rows.fault("id", "duplicate", "is there already")
        found[rule.id] = rule
    file.done()
    faults.refuse()
    return MappingProxyType(found)


def _rule(rows: Rows) -> WarningRule:
    watch, severity = rows.text("watch"), rows.text("severity")
    for key, word, words in (("watch", watch, list(Watch)), ("severity", severity, SEVERITIES)):
        if word not in words:
            rows.fault(key, "word", f"{word} is none of {', '.join(words)}")
    rule = WarningRule(
        id=rows.text("id"),
        zh=rows.text("zh"),
        en=rows.text("en"),
        says_zh=rows.text("says_zh"),
        says_en=rows.text("says_en"),
        watch=Watch(watch) if watch in set(Watch) else Watch.FACTS,
        severity=severity,
        subject=rows.text("subject"),
        norm=rows.text("norm", default=""),
        article=rows.text("article", default=""),
        from_on=rows.day("from") or date.min,
        to_on=rows.day("to"),
        facts=rows.texts("facts"),
        grades=rows.texts("grades"),
        severities=rows.texts("severities"),
        lists=rows.texts("lists"),
        codes=rows.texts("codes"),
        is_current=rows.flag("current"),
        **{name: rows.whole(name, default=0) or 0 for name in _NUMBERS},
    )
    rows.done()
    _require(rows, rule)
    return rule


_NUMBERS: Final = (
    "window_days",
    "before_days",
    "factor",
    "count_min",
    "least",
    "share_percent",
    "items_max",
    "depth_max",
)


def _require(rows: Rows, rule: WarningRule) -> None:
    """Refuse a row without what its kind asks for, or with words that nothing knows."""
    if not rule.is_current and rule.window_days < 1:
        rows.fault("window_days", "required", "says how many days are looked at")
    if rule.count_min < 1:
        rows.fault("count_min", "required", "says from how many on it warns")
    if rule.watch in _COMPARING and rule.before_days < 1:
        rows.fault("before_days", "required", "says with which days it compares")
    if rule.before_days and rule.watch is not Watch.SILENCE and rule.factor < 1:
        rows.fault("factor", "required", "says how many times as many it takes")
    if rule.watch is Watch.FACTS and not (rule.facts or rule.lists):
        rows.fault("facts", "required", "says which facts or lists are counted")
    shared = rule.watch in (Watch.DEPENDENCE, Watch.CONCENTRATION)
    if shared and not 1 <= rule.share_percent <= 100:
        rows.fault("share_percent", "range", "is a part of a hundred")
    if rule.watch is Watch.HOLDER and not (rule.items_max and rule.depth_max):
        rows.fault("items_max", "required", "says how far goods are followed")
    known: dict[str, set[str]] = {
        "facts": {str(one) for one in FactKind},
        "lists": set(credit_lists()),
        "codes": {one.code for one in FINDING_RULES},
    }
    for key, words in known.items():
        for word in sorted(set(getattr(rule, key)) - words):
            rows.fault(key, "unknown", f"{word} is not known")
