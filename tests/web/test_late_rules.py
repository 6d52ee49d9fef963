"""An address is the same whether its writer was made at once or when it was asked for."""

import pytest
from werkzeug.routing import Map, Rule

from web.rules import LateRule


@pytest.mark.parametrize(
    ("rule", "values"),
    [
        ("/work", {}),
        ("/work", {"code": "a b&c", "lang": "zh"}),
        ("/t/<path:code>", {"code": "01/0690/10/批 1"}),
        ("/work/blocks/<uuid:block>/<int:at>", {"block": "0" * 32, "at": 7, "rule": "x"}),
    ],
)
def test_an_address_is_the_one_that_werkzeug_writes(rule: str, values: dict[str, object]) -> None:
    late, early = (
        Map([kind(rule, endpoint="page")]).bind("example.org") for kind in (LateRule, Rule)
    )

    built = [late.build("page", values), late.build("page", values, append_unknown=False)]

    assert built == [
        early.build("page", values),
        early.build("page", values, append_unknown=False),
    ]
    assert late.build("page", values) == built[0]
