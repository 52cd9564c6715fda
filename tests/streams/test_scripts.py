"""Whether a script is the common text and its own, named by what the server hashes."""

import hashlib
from importlib import resources

from streams.scripts import Script
from streams.store import SCRIPTS


def test_every_script_begins_with_the_common_text_and_every_file_is_one() -> None:
    """A Lua file that nobody names would never run."""
    folder = resources.files("streams") / "lua"
    files = {file.name.removesuffix(".lua") for file in folder.iterdir() if file.name.endswith(".lua")}
    life = (folder / "life.lua").read_text()
    for name in SCRIPTS:
        script = Script(name)
        assert script.text == life + (folder / f"{name}.lua").read_text()
        assert hashlib.sha1(script.text.encode()).hexdigest() == script.sha
    assert set(SCRIPTS) <= files
