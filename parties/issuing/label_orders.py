"""Label orders as tasks: the order in a task's arguments and back, the desk, what came of it."""

import re
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection

from base.config import Settings
from base.installation_secret import InstallationSecret
from base.strict_json import JsonObject
from codes.labels.batch import Printed
from codes.labels.model import SymbolKind
from parties.directory import parties_by_id, products_by_id
from parties.issuing.blocks import Block
from parties.issuing.labels import LabelDesk, LabelOrder
from parties.tasks import TaskRequest

LABELS: Final = "labels"

_SHORTENED: Final = re.compile(r"The text of ([0-9]{1,9}) labels was shortened\.")


def desk_of(
    connection: Connection, settings: Settings, secret: InstallationSecret, block: Block
) -> LabelDesk:
    """Return what the labels of a block are made with."""
    product_id = block.product_id
    products = products_by_id(connection, [] if product_id is None else [product_id])
    return LabelDesk(
        base=settings.effective_public_url,
        secret=secret,
        font=settings.effective_label_font,
        file_bytes_max=settings.label_file_bytes_max,
        party=parties_by_id(connection, [block.party_id]).get(block.party_id),
        product=next(iter(products.values()), None),
    )


def task_of(block: Block, order: LabelOrder, *, task_id: UUID | None = None) -> TaskRequest:
    """Return the task that makes a checked order."""
    arguments: JsonObject = {**asdict(order), "symbol": order.symbol.value, "lines": [*order.lines]}
    return TaskRequest(
        kind=LABELS, subject=str(block.id), arguments=arguments, total=order.count, id=task_id
    )


def order_of(arguments: JsonObject) -> LabelOrder:
    """Return the order in a task's arguments."""
    values: dict[str, Any] = dict(arguments)
    values["symbol"] = SymbolKind(values["symbol"])
    values["lines"] = tuple(values["lines"])
    return LabelOrder(**values)


def message_of(printed: Printed) -> str:
    """Return what a finished task says of its file, "" for nothing."""
    return f"The text of {printed.shortened} labels was shortened." if printed.shortened else ""


def shortened_in(message: str) -> int:
    """Return on how many labels text was shortened, as `message_of` says it; else 0."""
    found = _SHORTENED.fullmatch(message)
    return int(found[1]) if found else 0
