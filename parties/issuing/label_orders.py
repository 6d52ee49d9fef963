"""Label orders as tasks: the order in a task's arguments and back, the desk, what came of it."""

import re
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Engine

from base.config import Settings
from base.db import reading
from base.installation_secret import InstallationSecret
from base.strict_json import JsonObject
from codes.labels.model import SymbolKind
from parties.directory import parties_by_id, products_by_id
from parties.issuing.blocks import Block
from parties.issuing.labels import LabelDesk, LabelOrder, Written
from parties.tasks import TaskRequest

LABELS: Final = "labels"

_SHORTENED: Final = re.compile(r"The text of ([0-9]{1,9}) labels was shortened\.")
_LEFT_OUT: Final = re.compile(r"([0-9]{1,9}) void codes were left out\.")


def desk_of(
    engine: Engine, settings: Settings, secret: InstallationSecret, block: Block
) -> LabelDesk:
    """Return what the labels of a block are made with."""
    product_id = block.product_id
    with reading(engine) as connection:
        products = products_by_id(connection, [] if product_id is None else [product_id])
        party = parties_by_id(connection, [block.party_id]).get(block.party_id)
    return LabelDesk(
        engine=engine,
        base=settings.effective_public_url,
        secret=secret,
        font=settings.effective_label_font,
        file_bytes_max=settings.label_file_bytes_max,
        party=party,
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


def message_of(written: Written) -> str:
    """Return what a finished task says of its file, "" for nothing."""
    said = []
    if written.shortened:
        said.append(f"The text of {written.shortened} labels was shortened.")
    if written.left_out:
        said.append(f"{written.left_out} void codes were left out.")
    return " ".join(said)


def shortened_in(message: str) -> int:
    """Return on how many labels text was shortened, as `message_of` says it; else 0."""
    return _count_in(_SHORTENED, message)


def left_out_in(message: str) -> int:
    """Return how many void codes were left out, as `message_of` says it; else 0."""
    return _count_in(_LEFT_OUT, message)


def _count_in(words: re.Pattern[str], message: str) -> int:
    found = words.search(message)
    return int(found[1]) if found else 0
