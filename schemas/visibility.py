"""Who may see which field of an event: the default visibility table, version 2.

One rule: a field that no row names is for chain partners, never public. The words are those of the
ledger's parts: public, chain, authority, personal. A published table never changes: another split
is another version, and every entry names the version it was split by. Version 2 adds the terms of
the profiles to those of version 1 (`schemas.visible_terms`).
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias

from base.strict_json import JsonValue
from schemas.cbv import VOC

Rule: TypeAlias = "str | Mapping[str, Rule] | Callable[[Mapping[str, JsonValue]], Rule]"
"""A part's name for a whole subtree (public: for plain values and lists of them alone); or a rule
for each member, `*` for the others and `.` for a plain value in its place; or a choice by the
object's own content. Lists apply it to each element.
"""

DEFAULT_TABLE: Final = "default@2"

PUBLIC, CHAIN, AUTHORITY, PERSONAL = "public", "chain", "authority", "personal"

SUXIN_NAMESPACE: Final = "urn:suxin:epcis"
CBVMDA_NAMESPACE: Final = "urn:epcglobal:cbv:mda"

# Conditions of the goods and of the air around them say whether a cold chain held. What a scale or
# a flow meter reports is a commercial quantity and stays with the chain.
_PUBLIC_MEASUREMENTS: Final = frozenset(
    {
        "Temperature",
        "RelativeHumidity",
        "AbsoluteHumidity",
        "Illuminance",
        "Irradiance",
        "Pressure",
        "AtmosphericPressure",
        "MicrobialCount",
        "PH",
    }
)


def _sensor_report(report: Mapping[str, JsonValue]) -> Rule:
    kind = report.get("type")
    word = kind.removeprefix("gs1:").removeprefix(VOC) if isinstance(kind, str) else "alarm"
    # A report without a type is an alarm alone (CBV 2.0 7.9).
    is_alarm = kind is None and "exception" in report
    return _CONDITION if is_alarm or word in _PUBLIC_MEASUREMENTS else CHAIN


_CONDITION: Final[Rule] = {
    "*": CHAIN,
    "type": PUBLIC,
    "value": PUBLIC,
    "minValue": PUBLIC,
    "maxValue": PUBLIC,
    "meanValue": PUBLIC,
    "uom": PUBLIC,
    "time": PUBLIC,
    "component": PUBLIC,
    "exception": PUBLIC,
    "booleanValue": PUBLIC,
}
_PLACE: Final[Rule] = {"*": CHAIN, "id": PUBLIC}
_CLASSES: Final[Rule] = {"*": CHAIN, "epcClass": PUBLIC}

EVENT_RULE: Final[Mapping[str, Rule]] = {
    "*": CHAIN,
    "type": PUBLIC,
    "eventTime": PUBLIC,
    "eventTimeZoneOffset": PUBLIC,
    "action": PUBLIC,
    "bizStep": PUBLIC,
    "disposition": PUBLIC,
    "persistentDisposition": {"*": CHAIN, "set": PUBLIC, "unset": PUBLIC},
    "readPoint": _PLACE,
    "bizLocation": _PLACE,
    "quantityList": _CLASSES,
    "childQuantityList": _CLASSES,
    "inputQuantityList": _CLASSES,
    "outputQuantityList": _CLASSES,
    "certificationInfo": {"*": CHAIN, ".": PUBLIC},
    "errorDeclaration": {"*": CHAIN, "declarationTime": PUBLIC, "reason": PUBLIC},
    "sensorElementList": {
        "*": CHAIN,
        "sensorMetadata": {"*": CHAIN, "time": PUBLIC, "startTime": PUBLIC, "endTime": PUBLIC},
        "sensorReport": _sensor_report,
    },
}

# Extension terms by their full name, with and without a colon after the namespace: documents bind
# their prefixes either way. They count wherever they stand. A public term is public as a plain
# value; what an object below it holds is not, unless it is named itself. Below any other term
# everything takes its part, except for stricter terms.
FIRST_TERM_PARTS: Final[Mapping[str, str]] = {
    namespace + colon + name: part
    for namespace, part, names in (
        (
            CBVMDA_NAMESPACE,
            PUBLIC,
            "lotNumber itemExpirationDate bestBeforeDate sellByDate countryOfOrigin",
        ),
        (
            SUXIN_NAMESPACE,
            PUBLIC,
            (
                "productionDate harvestDate variety storageCondition executiveStandard testItem"
                " testResult testMethod testReportNumber testedAt registrationNumber"
                " activeIngredient preHarvestIntervalDays"
            ),
        ),
        (SUXIN_NAMESPACE, CHAIN, "unitPrice amount currency"),
        (SUXIN_NAMESPACE, AUTHORITY, "vehiclePlate inspectionNote"),
        (SUXIN_NAMESPACE, PERSONAL, "operatorName driverName inspectorName phone idNumber"),
    )
    for name in names.split()
    for colon in ("", ":")
}
