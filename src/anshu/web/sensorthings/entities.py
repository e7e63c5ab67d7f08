# SPDX-License-Identifier: Apache-2.0
"""The eight kinds of the Sensing profile, each over one relation of the sensing context.

An attribute's SQL names its relation `{a}`; `given` is what a client said that our registers have no place for.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attribute:
    """A property of an entity: `kind` is text, number, moment, json, geo or period; `sure` is never null."""

    name: str
    sql: str
    kind: str = "text"
    sure: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A way from one kind to another: where these columns are equal, (own, other's)."""

    name: str
    target: str
    many: bool
    pairs: tuple[tuple[str, str], ...]
    # What the other's row must be besides.
    besides: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """One kind."""

    plural: str
    singular: str
    relation: str
    attributes: tuple[Attribute, ...]
    links: tuple[Link, ...]
    keys: tuple[str, ...] = ("id",)
    # Columns that links start from.
    columns: tuple[str, ...] = ("id",)

    def attribute(self, name: str) -> Attribute | None:
        """This will find an attribute by its name."""
        return next((each for each in self.attributes if each.name == name), None)

    def link(self, name: str) -> Link | None:
        """This will find a link by its name."""
        return next((each for each in self.links if each.name == name), None)


def _said(name: str, fallback: str) -> str:
    return f"coalesce({{a}}.given->>'{name}', {fallback})"


def _more(own: str) -> str:
    return f"coalesce({{a}}.given->'properties', '{{{{}}}}'::jsonb) || jsonb_strip_nulls(jsonb_build_object({own}))"


def _span() -> str:
    return """(select jsonb_build_array(
        (select at from sensing_observation where datastream_id = {a}.id order by at limit 1),
        (select at from sensing_observation where datastream_id = {a}.id order by at desc limit 1)))"""


_ID = Attribute("id", "{a}.id", "number", sure=True)
_NAME = Attribute("name", "{a}.name", sure=True)
_GEOJSON = "application/geo+json"
_UNIT = """jsonb_build_object(
    'name', coalesce({a}.given->'unitOfMeasurement'->>'name', nullif({a}.unit, ''), '1'),
    'symbol', coalesce(nullif({a}.unit, ''), '1'),
    'definition', coalesce({a}.given->'unitOfMeasurement'->>'definition',
                           'https://ucum.org/ucum#' || coalesce(nullif({a}.unit, ''), '1')))"""
_QUALITY = """jsonb_build_object('code', (array['good', 'suspect', 'bad', 'missing', 'corrected'])[{a}.quality + 1],
    'checks', {a}.checks)"""

_THINGS = Entity(
    "Things",
    "Thing",
    "things",
    (
        _ID,
        _NAME,
        Attribute("description", _said("description", "{a}.name || ' ' || {a}.code"), sure=True),
        Attribute(
            "properties",
            _more(
                "'code', {a}.code, 'kind', {a}.kind, 'division', {a}.division_code, 'sector', {a}.sector_code,"
                " 'park', nullif({a}.park_code, ''), 'reportInterval', {a}.report_interval_s"
            ),
            "json",
        ),
    ),
    (
        Link("Locations", "Locations", True, (("id", "thing_id"),), "{a}.current"),
        Link("HistoricalLocations", "HistoricalLocations", True, (("id", "thing_id"),)),
        Link("Datastreams", "Datastreams", True, (("id", "thing_id"),)),
    ),
)
_LOCATIONS = Entity(
    "Locations",
    "Location",
    "stays",
    (
        _ID,
        Attribute("name", _said("name", "{a}.name"), sure=True),
        Attribute("description", _said("description", "{a}.name"), sure=True),
        Attribute("encodingType", _said("encodingType", f"'{_GEOJSON}'"), sure=True),
        Attribute("location", "{a}.point", "geo", sure=True),
        Attribute("properties", _more("'since', {a}.since, 'current', {a}.current"), "json"),
    ),
    (
        Link("Things", "Things", True, (("current_thing_id", "id"),)),
        Link("HistoricalLocations", "HistoricalLocations", True, (("id", "id"), ("thing_id", "thing_id"))),
    ),
    columns=("id", "thing_id", "current_thing_id"),
)
_HISTORICAL = Entity(
    "HistoricalLocations",
    "HistoricalLocation",
    "stays",
    (_ID, Attribute("time", "{a}.since", "moment", sure=True)),
    (
        Link("Thing", "Things", False, (("thing_id", "id"),)),
        Link("Locations", "Locations", True, (("id", "id"), ("thing_id", "thing_id"))),
    ),
    columns=("id", "thing_id"),
)
_DATASTREAMS = Entity(
    "Datastreams",
    "Datastream",
    "datastreams",
    (
        _ID,
        _NAME,
        Attribute("description", _said("description", "{a}.name || ' ' || {a}.property_code"), sure=True),
        Attribute("observationType", "'http://www.opengis.net/def/observationType/OGC-OM/2.0/OM_Measurement'"),
        Attribute("unitOfMeasurement", _UNIT, "json"),
        Attribute("observedArea", "{a}.point", "geo"),
        Attribute("phenomenonTime", _span(), "period"),
        Attribute("resultTime", _span(), "period"),
        Attribute("properties", _more("'property', {a}.property_code, 'decimals', {a}.decimals"), "json"),
    ),
    (
        Link("Thing", "Things", False, (("thing_id", "id"),)),
        Link("Sensor", "Sensors", False, (("thing_id", "thing_id"), ("sensor_id", "id"))),
        Link("ObservedProperty", "ObservedProperties", False, (("observed_property_id", "id"),)),
        Link("Observations", "Observations", True, (("id", "datastream_id"),)),
    ),
    columns=("id", "thing_id", "sensor_id", "observed_property_id"),
)
_SENSORS = Entity(
    "Sensors",
    "Sensor",
    "sensors",
    (
        _ID,
        _NAME,
        Attribute(
            "description", _said("description", "trim({a}.name || ' ' || {a}.maker || ' ' || {a}.model)"), sure=True
        ),
        Attribute("encodingType", _said("encodingType", "'text/plain'"), sure=True),
        Attribute("metadata", _said("metadata", "trim({a}.maker || ' ' || {a}.model)"), sure=True),
        Attribute("properties", _more("'maker', nullif({a}.maker, ''), 'model', nullif({a}.model, '')"), "json"),
    ),
    (Link("Datastreams", "Datastreams", True, (("thing_id", "thing_id"), ("id", "sensor_id"))),),
    columns=("id", "thing_id"),
)
_PROPERTIES = Entity(
    "ObservedProperties",
    "ObservedProperty",
    "properties",
    (
        _ID,
        _NAME,
        Attribute("definition", _said("definition", "'urn:anshu:property:' || {a}.code"), sure=True),
        Attribute("description", _said("description", "coalesce(nullif({a}.source, ''), {a}.name)"), sure=True),
        Attribute(
            "properties",
            _more("'code', {a}.code, 'unit', {a}.unit, 'minimum', {a}.minimum, 'maximum', {a}.maximum"),
            "json",
        ),
    ),
    (Link("Datastreams", "Datastreams", True, (("id", "observed_property_id"),)),),
)
_OBSERVATIONS = Entity(
    "Observations",
    "Observation",
    "observations",
    (
        Attribute("id", "{a}.datastream_id || '-' || (extract(epoch from {a}.at) * 1000000)::bigint"),
        Attribute("phenomenonTime", "{a}.at", "moment", sure=True),
        Attribute("resultTime", "{a}.at", "moment", sure=True),
        Attribute("result", "{a}.value", "number"),
        Attribute("resultQuality", _QUALITY, "json"),
        Attribute("parameters", "jsonb_build_object('receivedAt', {a}.received_at)", "json"),
    ),
    (
        Link("Datastream", "Datastreams", False, (("datastream_id", "id"),)),
        Link("FeatureOfInterest", "FeaturesOfInterest", False, (("thing_id", "id"),)),
    ),
    keys=("datastream_id", "at"),
    columns=("datastream_id", "thing_id"),
)
_FEATURES = Entity(
    "FeaturesOfInterest",
    "FeatureOfInterest",
    "things",
    (
        _ID,
        _NAME,
        Attribute("description", _said("description", "{a}.name"), sure=True),
        Attribute("encodingType", f"'{_GEOJSON}'", sure=True),
        Attribute("feature", "{a}.point", "geo", sure=True),
        Attribute("properties", _more("'thing', {a}.code"), "json"),
    ),
    (Link("Observations", "Observations", True, (("id", "thing_id"),)),),
)
ENTITIES = {
    each.plural: each
    for each in (
        _THINGS, _LOCATIONS, _HISTORICAL, _DATASTREAMS, _SENSORS, _PROPERTIES, _OBSERVATIONS, _FEATURES,
    )
}  # fmt: skip
# Kinds that have no row for what clients say besides.
UNDESCRIBED = frozenset({"Observations", "HistoricalLocations"})
