"""What of the demonstration's story is for nobody but authorities and its own parties."""

import re

import orjson

from jobs.demo.story import Story

_RESTRICTED = frozenset(
    {"operatorName", "driverName", "inspectorName", "phone", "vehiclePlate", "inspectionNote"}
    | {"unitPrice", "amount", "recipeNumber", "bizTransaction", "deviceID", "quantity"}
)
"""Members that no consumer may read (schemas.visibility), by their local names."""


def restricted_values(story: Story) -> tuple[set[str], set[str]]:
    """Return every value of the story that is not for everybody: words, and decimal numbers."""
    waiting = [orjson.loads(post.body)["epcisBody"] for post in story.posts]
    values = set()
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting.extend(node)
        elif isinstance(node, dict):
            waiting.extend(node.values())
            # A whole number is a count, and other counts may well be equal to it.
            values |= {
                str(value)
                for name, value in node.items()
                if name.rpartition(":")[2] in _RESTRICTED and not isinstance(value, int)
            }
    numbers = {value for value in values if re.fullmatch(r"[0-9]+\.[0-9]+", value)}
    assert len(numbers) > 25
    assert len(values - numbers) > 40
    return values - numbers, numbers
