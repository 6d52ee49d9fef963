"""Tells one story: the events of one production run, from its origins to the last sale.

The rule that must stay true: whoever records an event does so at its own place, of goods that it
holds or was named for, and never gives away more than it has; only a planted fault breaks that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Final
from uuid import UUID

from base.strict_json import JsonObject, JsonValue
from benchmarks.city.faults import Fault
from benchmarks.city.goods import Batch, Pallet, Pools
from benchmarks.city.lines import Line
from benchmarks.city.people import City, Person
from benchmarks.city.templates import Template, instant_text, likely, templates

HOUR: Final = 3_600
DAY: Final = 24 * HOUR
_HUMIDITY: Final[JsonObject] = {
    "sensorReport": [{"type": "RelativeHumidity", "value": 50, "uom": "P1"}]
}


@dataclass(frozen=True, slots=True)
class Told:
    """An event with who records it, when it happened and when that was reported."""

    reported_at: int
    order: int
    author: Person
    event: JsonObject


@dataclass(slots=True, kw_only=True)
class Story:
    """A story as it is told; `codes` are those of its goods, `roots` its lots by what they are."""

    city: City
    line: Line
    number: int
    random: Random
    pools: Pools
    fault: str = ""
    now: int
    told: list[Told] = field(default_factory=list)
    goods: list[Batch] = field(default_factory=list)
    pallets: list[Pallet] = field(default_factory=list)
    lots: list[str] = field(default_factory=list)
    subjects: list[str] = field(default_factory=list)
    event_ids: list[str] = field(default_factory=list)
    made: int = 0

    def template(self, cte: str, step: str, disposition: str, action: str = "OBSERVE") -> Template:
        """Return the template of a step of the profile, or of one like it."""
        if cte:
            return templates()[f"{self.line.profile}/{cte}"]
        return likely(self.line.profile, step, disposition, action=action)

    def tell(
        self,
        at: int,
        person: Person,
        template: Template,
        given: Mapping[str, JsonValue],
        *,
        since: int | None = None,
    ) -> JsonObject:
        """Add an event; `given` are its fields that the template leaves out.

        Where temperatures are asked for, they are those since a moment.
        """
        event = template.fill(at, person, given)
        if template.has_sensors and "sensorElementList" not in given:
            humidity = [_HUMIDITY] if template.has_humidity else []
            # What leaves is measured when it is on board, which is the first reading of its way.
            read = at + 60 if template.is_under_way else at
            event["sensorElementList"] = [
                *self.readings(read if since is None else since, read, person),
                *humidity,
            ]
        self.told.append(Told(at, len(self.told), person, event))
        return event

    def plant(self, event: JsonObject, *subjects: str) -> None:
        """Write down that an event shows the story's fault."""
        if "eventID" not in event:
            uuid = UUID(int=self.random.getrandbits(128), version=4)
            event["eventID"] = f"urn:uuid:{uuid}"
        self.event_ids.append(str(event["eventID"]))
        self.subjects += [one for one in subjects if one not in self.subjects]

    def truth(self) -> Fault | None:
        """Return the planted fault; None where there is none."""
        if not self.subjects:
            return None
        return Fault(
            code=self.fault, subjects=tuple(self.subjects), event_ids=tuple(self.event_ids)
        )

    def label(self, template: Template, at: int, lot: str, days: int) -> JsonObject:
        """Return the master data of a lot, with how it is to be stored where its line says so."""
        label = template.label(at, lot, days)
        return label | {"sx:storageCondition": self.line.storage} if self.line.storage else label

    def new_lot(self, person: Person, what: str) -> str:
        """Return a lot of a person's product that was not named before."""
        self.made += 1
        lot = f"{person.products[what]}/10/{self.number:05X}{self.made:02X}"
        self.lots.append(lot)
        return lot

    def some(self, low: int, high: int) -> int:
        """Return a number between two, both included."""
        return self.random.randint(low, high)

    def hours(self, low: int, high: int) -> int:
        """Let some hours pass, and return when they have."""
        self.now += self.some(low * 60, high * 60) * 60
        return self.now

    def readings(self, since: int, until: int, person: Person) -> list[JsonValue]:
        """Return what a thermometer read from one moment to another, in the goods' range."""
        celsius = 18.0 if self.line.celsius is None else self.line.celsius
        return sensor_series(person, since, until, celsius, 300 if self.line.is_serial else 600)


def sensor_series(
    person: Person, since: int, until: int, celsius: float, every: int
) -> list[JsonValue]:
    """Return readings of a logger, one in every so many seconds."""
    # As most programs write a number that happens to be whole.
    told = int(celsius) if celsius.is_integer() else celsius
    device = {"deviceID": f"urn:epc:id:giai:{person.prefix}.LOGGER1"}
    return [
        {
            "sensorMetadata": {"time": instant_text(at), **device},
            "sensorReport": [
                {
                    "type": "Temperature",
                    "value": told,
                    "minValue": told,
                    "maxValue": told,
                    "uom": "CEL",
                }
            ],
        }
        for at in (*range(since, until, every), until)
    ]
