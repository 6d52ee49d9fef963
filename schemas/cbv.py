"""The word lists of the Core Business Vocabulary 2.0 (ISO/IEC 19988) as data, and their spellings.

The rule that must stay true: a standard word has one bare form, and every spelling of it maps to
that form; a text that is in no list maps to nothing, never to something near.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from types import MappingProxyType
from typing import Final

CBV: Final = "https://ref.gs1.org/cbv/"
VOC: Final = "https://ref.gs1.org/voc/"

STANDARD_PREFIXES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "epcis": "https://ref.gs1.org/epcis/",
        "cbv": CBV,
        # The master data attributes have no separator after their namespace in XML, and the event
        # hash must come out the same from XML and from JSON.
        "cbvmda": "urn:epcglobal:cbv:mda",
        "gs1": VOC,
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "xsd": "http://www.w3.org/2001/XMLSchema#",
        "dcterms": "http://purl.org/dc/terms/",
    }
)
"""Prefixes that the EPCIS JSON-LD context declares for everybody."""

PROTECTED_PREFIXES: Final = frozenset({"epcis", "cbv", "gs1"})
"""Prefixes that a document cannot bind to another namespace (JSON-LD 1.1 4.1.11)."""


_MISTYPED_CHARS_MAX = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """One list of standard words.

    `uri_prefix` and a bare word make the word's URI. `by_json` maps each spelling that a JSON
    document may use to the bare word, `by_any` also those of XML and of earlier versions. What
    starts with one of `reserved` is no word of anybody's own.
    """

    label: str
    uri_prefix: str
    words: frozenset[str]
    by_json: Mapping[str, str]
    by_any: Mapping[str, str]
    reserved: tuple[str, ...]

    def uri(self, word: str) -> str:
        """Return the full URI of a bare standard word."""
        return self.uri_prefix + word

    def bare(self, text: str) -> str | None:
        """Return the bare word of a text in any standard spelling; nothing for any other text."""
        return self.by_any.get(text)

    def nearest(self, text: str) -> str | None:
        """Return the standard word that looks most like the text, if one does."""
        tail = text.rsplit(":", 1)[-1].rsplit("/", 1)[-1].rsplit("-", 1)[-1]
        if len(tail) > _MISTYPED_CHARS_MAX:
            return None  # No slip of a finger, and comparing takes time.
        close = get_close_matches(tail, sorted(self.words), n=1, cutoff=0.6)
        return close[0] if close else None


def _vocabulary(
    label: str, words: str, *, json: tuple[str, ...], others: tuple[str, ...], is_closed: bool
) -> Vocabulary:
    """Build a list from its words; `json` and `others` are what may stand before a word.

    The first of `json` makes the URI; where the list is closed, nothing but its words may stand
    behind any of them. Raises `ValueError` where a word is written twice.
    """
    listed = words.split()
    if len(set(listed)) != len(listed):
        message = f"a {label} is listed twice"
        raise ValueError(message)
    fronts = ("", *json)
    by_json = {front + word: word for front in fronts for word in listed}
    by_any = {front + word: word for front in others for word in listed} | by_json
    return Vocabulary(
        label=label,
        uri_prefix=fronts[1],
        words=frozenset(listed),
        by_json=MappingProxyType(by_json),
        by_any=MappingProxyType(by_any),
        reserved=(json + others) if is_closed else others,
    )


def _core(label: str, name: str, urn: str, words: str) -> Vocabulary:
    """Build a list of CBV 7: `https://ref.gs1.org/cbv/<name>-<word>`."""
    return _vocabulary(
        label,
        words,
        json=(f"{CBV}{name}-", f"cbv:{name}-"),
        others=(f"urn:epcglobal:cbv:{urn}:", f"https://ns.gs1.org/cbv/{name}-"),
        is_closed=True,
    )


def _web(label: str, words: str) -> Vocabulary:
    """Build a list whose words stand in the GS1 Web Vocabulary, which grows between releases."""
    hosts = ("https://gs1.org", "http://gs1.org", "https://www.gs1.org", "http://www.gs1.org")
    old = tuple(f"{host}/voc/" for host in hosts)
    return _vocabulary(label, words, json=(VOC, "gs1:"), others=old, is_closed=False)


BIZ_STEP: Final = _core(
    "business step",
    "BizStep",
    "bizstep",
    """accepting arriving assembling collecting commissioning consigning creating_class_instance
    cycle_counting decommissioning departing destroying disassembling dispensing encoding
    entering_exiting holding inspecting installing killing loading other packing picking receiving
    removing repackaging repairing replacing reserving retail_selling sampling sensor_reporting
    shipping staging_outbound stock_taking stocking storing transporting unloading unpacking
    void_shipping""",
)
DISPOSITION: Final = _core(
    "disposition",
    "Disp",
    "disp",
    """active available completeness_inferred completeness_verified conformant container_closed
    container_open damaged destroyed dispensed disposed encoded expired in_progress in_transit
    inactive mismatch_class mismatch_instance mismatch_quantity needs_replacement no_pedigree_match
    non_conformant non_sellable_other partially_dispensed recalled reserved retail_sold returned
    sellable_accessible sellable_not_accessible stolen unavailable unknown""",
)
BIZ_TRANSACTION_TYPE: Final = _core(
    "business transaction type",
    "BTT",
    "btt",
    "bol cert desadv inv pedigree po poc prodorder recadv rma testprd testres upevt",
)
SOURCE_DEST_TYPE: Final = _core(
    "source or destination type", "SDT", "sdt", "owning_party possessing_party location"
)
ERROR_REASON: Final = _core("error reason", "ER", "er", "did_not_occur incorrect_data")
COMPONENT: Final = _core(
    "sensor component",
    "Comp",
    "comp",
    """x y z axial_distance azimuth height spherical_radius polar_angle elevation_angle easting
    northing latitude longitude altitude""",
)
MEASUREMENT_TYPE: Final = _web(
    "measurement type",
    """AbsoluteHumidity AbsorbedDose AbsorbedDoseRate Acceleration Altitude AmountOfSubstance
    AmountOfSubstancePerUnitVolume Angle AngularAcceleration AngularMomentum AngularVelocity Area
    Capacitance Conductance Conductivity Count Density Dimensionless DoseEquivalent
    DoseEquivalentRate DynamicViscosity ElectricCharge ElectricCurrent ElectricCurrentDensity
    ElectricFieldStrength Energy Exposure Force Frequency Illuminance Inductance Irradiance
    KinematicViscosity Length LinearMomentum Luminance LuminousFlux LuminousIntensity MagneticFlux
    MagneticFluxDensity MagneticVectorPotential Mass MassConcentration MassFlowRate MassPerAreaTime
    MemoryCapacity MolalityOfSolute MolarEnergy MolarMass MolarVolume Power Pressure RadiantFlux
    RadiantIntensity Radioactivity RelativeHumidity Resistance Resistivity SolidAngle SpecificVolume
    Speed SurfaceDensity SurfaceTension Temperature Time Torque Voltage Volume VolumeFlowRate
    VolumeFraction VolumetricFlux Wavenumber""",
)
ALERT_TYPE: Final = _web("sensor alert type", "ALARM_CONDITION ERROR_CONDITION")

VOCABULARIES: Final = (
    BIZ_STEP,
    DISPOSITION,
    BIZ_TRANSACTION_TYPE,
    SOURCE_DEST_TYPE,
    ERROR_REASON,
    COMPONENT,
    MEASUREMENT_TYPE,
    ALERT_TYPE,
)

SCHEMES: Final = frozenset({"http", "https", "urn", "tag", "did", "info", "ni", "doi"})
"""URI schemes that are never taken for a prefix declared in `@context`."""


def expand(text: str, namespaces: Mapping[str, str]) -> str:
    """Return a compact URI (`prefix:local`) in full; any other text as it is."""
    prefix, colon, local = text.partition(":")
    if colon and prefix not in SCHEMES and not local.startswith("//"):
        namespace = namespaces.get(prefix)
        if namespace is not None:
            return namespace + local
    return text


def full_uri(vocabulary: Vocabulary, text: str, namespaces: Mapping[str, str]) -> str:
    """Return the URI of a standard word in any spelling, or of a word of the sender's own."""
    word = vocabulary.by_any.get(text)
    return expand(text, namespaces) if word is None else vocabulary.uri_prefix + word


def canonical_word(vocabulary: Vocabulary, text: str, namespaces: Mapping[str, str]) -> str:
    """Return the bare word of a standard word in any spelling, else the full URI."""
    return vocabulary.by_any.get(text) or expand(text, namespaces)
