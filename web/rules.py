"""Rules of addresses that cost little to register.

The rule that must stay true: what an address is and how it is written are werkzeug's own; here is
decided only when the program that writes it is made.
"""

from collections.abc import Callable
from typing import TypeAlias

from werkzeug.routing import Rule

Builder: TypeAlias = Callable[..., tuple[str, str]]


class LateRule(Rule):
    """A rule that compiles its address writer when an address is first asked for.

    Werkzeug compiles two for each rule as it is registered, which is most of what it costs to
    start; most are never asked for, since a program reads many more addresses than it writes.
    """

    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        made: list[Builder] = []
        compiled = super()._compile_builder

        def build(rule: LateRule, /, **values: object) -> tuple[str, str]:
            if not made:
                made.append(compiled(append_unknown))
            return made[0](rule, **values)

        return build
