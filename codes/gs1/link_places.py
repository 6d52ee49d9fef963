"""Where the parts of a Digital Link stand in its text, so that a refusal can point at them.

Nothing here decides whether a link is right: positions are counted once something was refused.
"""

from dataclasses import dataclass

from codes.gs1.charset import place_in_encoded


@dataclass(frozen=True, slots=True, kw_only=True)
class PathPlaces:
    """Where the pairs of a path stand in the text: it begins at `start` with `segments`."""

    start: int
    segments: tuple[str, ...]

    def of_name(self, index: int) -> int:
        """Return where the identifier of pair `index` stands."""
        return self.start + sum(len(segment) + 1 for segment in self.segments[: 2 * index])

    def of_value(self, index: int, character: int | None) -> int:
        """Return where a character of the value of pair `index` stands."""
        start = self.of_name(index) + len(self.segments[2 * index]) + 1
        return start + place_in_encoded(self.segments[2 * index + 1], character or 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AttributePlace:
    """Where one attribute stands: its name at `start`, then `=` and the value as it is written."""

    start: int
    name: str
    text: str

    def of_value(self, character: int | None) -> int:
        """Return where a character of the value stands, the name where none is at fault."""
        if character is None:
            return self.start
        return self.start + len(self.name) + 1 + place_in_encoded(self.text, character)
