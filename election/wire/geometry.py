"""The shapes of a night's areas, out of the bytes of a file: each area has one, and nobody else does.

    rule = night.geometry                                        what night.toml says under [geometry]
    read_geometry("areas.topojson", content, night, rule)        a Geometry, or NightError with every mistake

Know before changing: a map that leaves out a place, or paints one with another's numbers, is worse than none.
So features and areas are matched by id alone, both ways, and nothing is guessed by name or by place.
"""

from collections.abc import Mapping

from election.errors import Mistake, NightError
from election.geometry import Geometry, Shape
from election.night import AreaId, GeometryRule, Night
from election.wire.geojson import Feature, read_features
from election.wire.toml_reader import Table

GEOMETRY_FILES = ("areas.topojson", "areas.geojson")
"""What a night folder's file of shapes is called; it holds one of them, or none."""
NAMED_MAX = 8
"""Most areas named in one mistake."""
ADDRESSES = ("https://", "http://")


def read_rule(root: Table) -> GeometryRule | None:
    """What night.toml says of shapes; None: there is no table [geometry]. A map has to say whose it is."""
    if not root.has("geometry"):
        return None
    table = root.table("geometry")
    attribution, url = table.text("attribution").strip(), table.text("attribution_url", "")
    if table.has("attribution") and not attribution:
        table.wrong("attribution", "attribution is empty; it says whose work the shapes are.")
    if url and not url.startswith(ADDRESSES):
        table.wrong("attribution_url", f"attribution_url is {url[:60]!r}; it begins with https://.")
    without = tuple(AreaId(area) for area in table.texts("without", ()))
    rule = GeometryRule(attribution, url, table.text("key", ""), table.text("layer", ""), without)
    table.finish()
    return rule


def read_geometry(file: str, content: bytes, night: Night, rule: GeometryRule) -> Geometry:
    """The shape of every area that a map shows. Raises NightError with every mistake and its feature."""
    mistakes: list[Mistake] = []
    features = read_features(file, content, rule.layer, mistakes)
    broken = bool(mistakes)
    level = night.shown_levels[-1]
    shapes: dict[AreaId, Shape] = {}
    seen: dict[AreaId, str] = {}
    for feature in features:
        area, wrong = _area(feature, night, rule.key)
        if area in seen:
            wrong = f"{area} stands twice, first as {seen[area]}."
        elif area is not None:
            seen[area] = feature.label
        if wrong:
            mistakes.append(Mistake(file, None, f"{feature.label}: {wrong}"))
        elif area is not None:
            shapes[area] = feature.shape
    mistakes.extend(
        Mistake(file, None, f"without names {area!r}, which is not in areas.csv.")
        for area in rule.without
        if area not in night.areas
    )
    if not broken:
        wanted = night.areas_of_level[level]
        missing = [area for area in wanted if area not in seen and area not in rule.without]
        if missing:
            mistakes.append(Mistake(file, None, _missing(missing, level, len(wanted))))
    if mistakes:
        raise NightError(mistakes)
    ordered = {area: shapes[area] for area in night.areas_of_level[level] if area in shapes}
    left = tuple(area for area in rule.without if area not in shapes)
    return Geometry(ordered, rule.attribution, rule.attribution_url, left)


def _area(feature: Feature, night: Night, key: str) -> tuple[AreaId | None, str]:
    """The area that a feature is of, or what is wrong with its id."""
    named = _named(feature.id, feature.properties, key)
    if named is None:
        where = f"the property {key!r}" if key else "an id, nor a property 'id'"
        return None, f"it does not have {where}: name the property with the area's id under [geometry] key."
    area = night.areas.get(AreaId(named))
    if area is None:
        return None, f"there is no area {named[:60]!r} in areas.csv."
    level = night.shown_levels[-1]
    if area.level != level:
        return None, f"{named} is a {area.level}, and the map shows each {level}."
    return area.id, ""


def _named(own: object, properties: Mapping[str, object], key: str) -> str | None:
    """The id that a feature has: a text, or a whole number as one."""
    value = properties.get(key) if key else properties.get("id") if own is None else own
    known = isinstance(value, str | int) and not isinstance(value, bool) and value != ""
    return str(value) if known else None


def _missing(areas: list[AreaId], level: str, total: int) -> str:
    names = ", ".join(areas[:NAMED_MAX]) + (", …" if len(areas) > NAMED_MAX else "")
    return (
        f"No feature for {names}: {len(areas)} of {total} areas ({level}) have no shape. "
        "An area that can have none is named under [geometry] without."
    )
