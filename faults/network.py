"""A network of its own for each process, which can be cut while it runs: network.c, loaded before libc.

    networks = Networks(folder)                        builds network.c once. Raises NoCompilerError
    network = networks.of("kafka-1", peers=[40001])
    Process(…, network=network); network.cut()         from now on it neither hears nor says anything
    network.cut(peers_alone=True)                      or only what has one of the peers' ports, at either end
    network.heal(); network.held_back                  how often something was held back

Know before changing: nothing is lost, it waits, and TCP goes on where it was. Whoever connects to a process
that is cut off is let in by the kernel and hears nothing. What it says to itself by a socket is cut too.
"""

import os
import struct
from collections.abc import Collection
from pathlib import Path

from faults.loaded import Loaded, build

SOURCE = Path(__file__).with_name("network.c")
HEALED, WHOLE, PEERS = 0, 1, 2
"""How a network is cut, as network.c reads it."""
NUMBER = struct.Struct("=Q")


class Network:
    """The network of one process."""

    def __init__(self, library: Path, file: Path, peers: Collection[int]) -> None:
        self._file = file
        ports = ",".join(map(str, peers))
        self.loaded = Loaded(library, {"FAULTS_NETWORK": str(file), "FAULTS_NETWORK_PEERS": ports})
        """What the process must be started with."""
        file.write_bytes(NUMBER.pack(HEALED) + NUMBER.pack(0))

    def cut(self, *, peers_alone: bool = False) -> None:
        """From now on nothing comes or goes; `peers_alone`: nothing from and to the ports of the peers."""
        self._set(PEERS if peers_alone else WHOLE)

    def heal(self) -> None:
        """All goes on."""
        self._set(HEALED)

    @property
    def held_back(self) -> int:
        """How often something was held back, in all cuts until now."""
        return int(NUMBER.unpack_from(self._file.read_bytes(), NUMBER.size)[0])

    def _set(self, how: int) -> None:
        written = os.open(self._file, os.O_WRONLY)
        try:
            os.pwrite(written, NUMBER.pack(how), 0)
        finally:
            os.close(written)


class Networks:
    """The networks of one run."""

    def __init__(self, folder: Path) -> None:
        """Raises NoCompilerError."""
        self._folder, self._library = folder.resolve(), build(SOURCE, folder)

    def of(self, name: str, peers: Collection[int] = ()) -> Network:
        """A network that is whole; `peers` are the ports of those from whom alone it may be cut off."""
        return Network(self._library, self._folder / f"network-{name}", peers)
