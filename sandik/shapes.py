"""The file with the shapes of a night's areas: the night folder's own, or one that the environment names.

    loaded = shapes.load(folder, os.environ)      None: this night has no map
    loaded.geometry, loaded.file

Know before changing: a file of shapes often has a licence of its own, so nothing is shown without the words
that say whose it is. `sandik night check` and `sandik gateway` read it by this one function, so what is
refused is refused before the night.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from election.errors import Mistake, NightError, UsageError
from election.geometry import Geometry
from election.night import GeometryRule
from election.wire.environment import from_variable, given
from election.wire.geojson import BYTES_MAX
from election.wire.geometry import ADDRESSES, GEOMETRY_FILES, read_geometry
from sandik.folders import Folder

FILE, ATTRIBUTION = "SANDIK_GEOMETRY", "SANDIK_GEOMETRY_ATTRIBUTION"
URL, KEY = "SANDIK_GEOMETRY_URL", "SANDIK_GEOMETRY_KEY"
VARIABLES = (FILE, ATTRIBUTION, URL, KEY)


@dataclass(frozen=True, slots=True)
class Given:
    """What the environment says of shapes; it takes the place of the night's own."""

    file: str = from_variable("SANDIK_GEOMETRY", "")
    attribution: str = from_variable("SANDIK_GEOMETRY_ATTRIBUTION", "")
    url: str = from_variable("SANDIK_GEOMETRY_URL", "")
    key: str = from_variable("SANDIK_GEOMETRY_KEY", "")

    def rule(self, own: GeometryRule | None) -> GeometryRule:
        """What is said of the file; the areas without a shape are the night's to name. Raises UsageError."""
        if not self.attribution.strip():
            raise UsageError(
                f"{ATTRIBUTION} is missing: say whose the shapes in {self.file} are; it stands under the map."
            )
        if self.url and not self.url.startswith(ADDRESSES):
            raise UsageError(f"{URL} is {self.url!r}; it begins with https://.")
        without = own.without if own is not None else ()
        return GeometryRule(self.attribution.strip(), self.url, self.key, "", without)


@dataclass(frozen=True, slots=True)
class Loaded:
    """Shapes that were read, and from which file."""

    file: str
    geometry: Geometry


def load(folder: Folder, environment: Mapping[str, str]) -> Loaded | None:
    """The shapes of a night; None where nothing is said of any.

    Raises NightError with everything wrong with the file, UsageError for settings that make no sense.
    """
    said, own = Given(**given(Given, environment)), folder.night.geometry
    if said.file:
        rule, path = said.rule(own), Path(said.file).absolute()
        return Loaded(str(path), read_geometry(str(path), _read(path), folder.night, rule))
    if said != Given():
        raise UsageError(f"{FILE} is missing: other settings of its shapes are there, and no file.")
    found = [name for name in GEOMETRY_FILES if (folder.path / name).is_file()]
    names = " or ".join(GEOMETRY_FILES)
    if own is None and not found:
        return None
    if own is None:
        message = "night.toml has no table [geometry]: say there whose these shapes are."
        raise _wrong(folder, found[0], message)
    if len(found) != 1:
        message = f"[geometry] speaks of a file of shapes: {names}; the folder has {len(found)} of them."
        raise _wrong(folder, "night.toml", message)
    try:
        read = read_geometry(found[0], _read(folder.path / found[0]), folder.night, own)
    except NightError as error:
        raise NightError(list(error.mistakes), str(folder.path)) from error
    return Loaded(found[0], read)


def _wrong(folder: Folder, file: str, message: str) -> NightError:
    return NightError([Mistake(file, None, message)], str(folder.path))


def _read(path: Path) -> bytes:
    """The file, or as much of it as tells that it is too large. Raises UsageError where it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(BYTES_MAX + 1)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}.") from error
