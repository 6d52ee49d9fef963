"""The addresses of an application, compiled once in a process and not for each house.

The rule that must stay true: what finds an address is werkzeug's own, made of the very rules that
an application was given; two applications share it only where all of their rules agree.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any, ClassVar

from flask import Flask
from werkzeug.routing import Map, Rule, RuleFactory

_OPTIONS = "provide_automatic_options"  # Flask's, beside what werkzeug knows of a rule.


class KnownMap(Map):
    """Takes rules as they come; at the first question it looks for others who were given them."""

    _known: ClassVar[dict[tuple[object, ...], Map]] = {}

    def __init__(self, *words: Any, **options: Any) -> None:
        self._taken: list[Rule] = []
        super().__init__(*words, **options)

    def add(self, rulefactory: RuleFactory) -> None:
        """Keep the rules until somebody asks for an address."""
        self._taken += rulefactory.get_rules(self)
        self._remap = True

    def update(self) -> None:
        """Have every rule that was taken found."""
        if not self._remap:
            return
        kinds = tuple(sorted((name, id(kind)) for name, kind in self.converters.items()))
        key = (self.host_matching, kinds, *(_told(rule) for rule in self._taken))
        if key not in self._known:
            self._known[key] = self._bound()
        known = self._known[key]
        self._matcher, self._rules_by_endpoint = known._matcher, known._rules_by_endpoint
        self._remap = False

    def _bound(self) -> Map:
        """Return a plain map of the same rules."""
        plain = Map(host_matching=self.host_matching, converters=self.converters)
        for rule in self._taken:
            copy = rule.empty()
            copy.defaults = rule.defaults  # An empty one would have become None.
            setattr(copy, _OPTIONS, getattr(rule, _OPTIONS, None))
            plain.add(copy)
        plain.update()
        return plain


def _told(rule: Rule) -> tuple[object, ...]:
    """Return all that a rule says."""
    said = dict(rule.get_empty_kwargs())
    said["methods"] = tuple(sorted(rule.methods or ()))
    said["defaults"] = tuple(sorted((rule.defaults or {}).items()))
    return (type(rule), rule.rule, getattr(rule, _OPTIONS, None), *said.values())


_applications = count()


@contextmanager
def known_rules() -> Iterator[None]:
    """Give the application that is made in the block the addresses that are known already."""
    plain = Flask.url_map_class
    # The first of a process describes its operations, and asks for each as it is registered.
    if next(_applications) > 0:
        Flask.url_map_class = KnownMap
    try:
        yield
    finally:
        Flask.url_map_class = plain
