"""What is loaded into a process is built here, or it is said why it cannot be."""

from pathlib import Path

import pytest

from faults.loaded import Loaded, NoCompilerError, build, together
from faults.network import SOURCE


def test_without_a_compiler_it_is_said_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Install one, or draw by the first plan."""
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoCompilerError, match="--plan 1"):
        build(SOURCE, tmp_path)


def test_a_compiler_without_its_library_is_said_in_its_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """gcc is there, and libc6-dev is not."""
    compiler = tmp_path / "cc"
    compiler.write_text("#!/bin/sh\necho 'dlfcn.h: No such file' >&2\nexit 1\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NoCompilerError, match=r"dlfcn\.h: No such file.*libc6-dev"):
        build(SOURCE, tmp_path)


def test_several_are_loaded_together() -> None:
    """Each with what it is told; without any, a process is started as it would be."""
    clock = Loaded(Path("/one.so"), {"CLOCK": "a"})
    network = Loaded(Path("/two.so"), {"NETWORK": "b"})
    assert {"LD_PRELOAD": "/one.so:/two.so", "CLOCK": "a", "NETWORK": "b"} == together(clock, None, network)
    assert {} == together(None, None)
