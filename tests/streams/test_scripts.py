"""Whether a script is the common text and its own, named by what the server hashes."""

import hashlib
from importlib import resources

from streams.ledger import SCRIPTS as LEDGERS
from streams.scripts import Script
from streams.store import SCRIPTS


def test_every_script_begins_with_the_common_text_and_every_file_is_one() -> None:
    """A Lua file that nobody names would never run."""
    folder = resources.files("streams") / "lua"
    files = {file.name.removesuffix(".lua") for file in folder.iterdir() if file.name.endswith(".lua")}
    life = (folder / "life.lua").read_text()
    for names in [(name,) for name in SCRIPTS] + [("ledger", f"ledger_{name}") for name in LEDGERS]:
        script = Script(*names)
        assert script.text == life + "".join((folder / f"{name}.lua").read_text() for name in names)
        assert hashlib.sha1(script.text.encode()).hexdigest() == script.sha
    assert {"life", "ledger", *SCRIPTS, *(f"ledger_{name}" for name in LEDGERS)} == files
