"""A feed's private key: made once, kept from others, never said, and good to whoever knows the public one."""

import stat
from base64 import b64decode
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from election.errors import UsageError
from producers.signing import make, save, signer_at, signs_with


def test_what_is_signed_is_verified_with_the_public_key(tmp_path: Path) -> None:
    """By another hand than ours: over the words of the docs and the value, and over nothing else."""
    path = tmp_path / "council.key"
    made = make("council-1")
    save(path, made)
    headers = dict(signs_with(str(path))(b"a bundle"))
    assert b"council-1" == headers["key"]
    public = Ed25519PublicKey.from_public_bytes(b64decode(made.public))
    public.verify(headers["signature"], b"sandik-bundle-1\na bundle")
    with pytest.raises(InvalidSignature):
        public.verify(headers["signature"], b"sandik-bundle-1\nb bundle")


def test_without_a_key_nothing_is_signed() -> None:
    """The default."""
    assert [] == signs_with("")(b"a bundle")
    assert signer_at("") is None


def test_a_key_is_for_its_owner_alone(tmp_path: Path) -> None:
    """It is written so, and one that others may read is not used."""
    path = tmp_path / "council.key"
    save(path, make("council-1"))
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    path.chmod(0o640)
    with pytest.raises(UsageError, match="may be read by others than its owner: chmod 600"):
        signer_at(str(path))


def test_a_key_is_never_overwritten(tmp_path: Path) -> None:
    """What it signed could not be told from forgeries any more."""
    path = tmp_path / "council.key"
    save(path, make("council-1"))
    before = path.read_bytes()
    with pytest.raises(UsageError, match="is there already"):
        save(path, make("council-2"))
    assert before == path.read_bytes()


def test_half_a_key_is_not_left_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full is a sentence, and the next try finds no file in its way."""
    path = tmp_path / "council.key"

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("producers.signing.os.fsync", full)
        with pytest.raises(UsageError, match="cannot be written: No space left on device"):
            save(path, make("council-1"))
    save(path, make("council-1"))


def test_no_error_and_no_text_says_the_key(tmp_path: Path) -> None:
    """They end in logs."""
    path = tmp_path / "council.key"
    signer = make("council-1")
    save(path, signer)
    private = path.read_text().split()[2]
    assert "Signer('council-1')" == repr(signer) == repr(signer_at(str(path)))
    path.write_text(f"sandik-feed-key-1 council-1 {private[:-6]}\n")
    with pytest.raises(UsageError) as raised:
        signer_at(str(path))
    assert f"{path} holds no key of sandik key new." == str(raised.value)
    assert raised.value.__suppress_context__


@pytest.mark.parametrize(
    "content", [b"", b"\xff\x00", b"sandik-feed-key-1 a", b"x council-1 AAAA", b"sandik-feed-key-1 A! AAAA"]
)
def test_what_is_no_key_is_said(tmp_path: Path, content: bytes) -> None:
    """With the file's name."""
    path = tmp_path / "other"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(UsageError, match="holds no key"):
        signer_at(str(path))


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    """With the setting that named it."""
    with pytest.raises(UsageError, match="SANDIK_SIGN_WITH is a file of sandik key new"):
        signer_at(str(tmp_path / "nowhere"))
    with pytest.raises(UsageError, match="cannot be written"):
        save(tmp_path / "nowhere" / "key", make("council-1"))


def test_an_id_can_stand_in_a_header() -> None:
    """And in a file of keys."""
    with pytest.raises(UsageError, match="small letters, digits and hyphens"):
        make("Council 1")
