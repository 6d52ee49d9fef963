"""Changes to an event that says everything: a condition made to hold, a datum taken out."""

from collections.abc import Callable

from base.strict_json import JsonObject, JsonValue
from schemas.profiles.model import CLASS_CODE, Kde, Test, Way
from schemas.profiles.paths import Path, Place, parse_path
from schemas.profiles.reading import objects

BARE_CLASS = "https://id.gs1.org/01/06979990971017"


def hold(kde: Kde, event: JsonObject, known: dict[str, JsonValue], way: Way) -> str:
    """Make the condition of a datum hold in an event; return the class code it needs."""
    when = kde.when
    if when is None or when.test is Test.GIVEN:
        return ""
    if when.test is Test.ABSENT:
        remove(event, known, when.path)
        return ""
    value = when.values[0]
    if when.path == CLASS_CODE:
        return value
    if when.path == "bizStep":
        step = next(step for step in way.steps if step.rpartition(":")[2] == value)
        event["bizStep"] = step.replace("sx:", "urn:suxin:epcis:")
        return ""
    path = parse_path(when.path)
    place = _ilmd(event) if path.place is Place.ILMD else event
    place[path.name] = {"true": True, "false": False}.get(value, value)
    return ""


def remove(event: JsonObject, known: dict[str, JsonValue], text: str) -> None:
    """Take a datum out of an event, and make it known to be missing elsewhere."""
    path = parse_path(text)
    if path.place in (Place.LOT, Place.REGISTER, Place.SYSTEM):
        known[text] = None
    _REMOVERS.get(path.place, _field)(event, path)


def _ilmd(event: JsonObject) -> JsonObject:
    ilmd = event.setdefault("ilmd", {})
    assert isinstance(ilmd, dict)
    return ilmd


def _field(event: JsonObject, path: Path) -> None:
    event.pop(path.name, None)


def _lot_data(event: JsonObject, path: Path) -> None:
    _ilmd(event).pop(path.name, None)


def _things(event: JsonObject, path: Path) -> None:
    for name in path.name.split("|"):
        event.pop(name, None)


def _listed(event: JsonObject, path: Path) -> None:
    event[path.name] = [
        element for element in objects(event.get(path.name)) if element["type"] != path.part
    ]


def _sensors(event: JsonObject, path: Path) -> None:
    event.pop("sensorElementList", None)


def _quantities(event: JsonObject, path: Path) -> None:
    for element in objects(event.get(path.name)):
        element.pop("quantity", None)
        element.pop("uom", None)


def _lots(event: JsonObject, path: Path) -> None:
    for element in objects(event.get(path.name)):
        element["epcClass"] = BARE_CLASS


_REMOVERS: dict[Place, Callable[[JsonObject, Path], None]] = {
    Place.ILMD: _lot_data,
    Place.THINGS: _things,
    Place.LISTED: _listed,
    Place.READING: _sensors,
    Place.DEVICE: _sensors,
    Place.QUANTITIES: _quantities,
    Place.LOTS: _lots,
}
