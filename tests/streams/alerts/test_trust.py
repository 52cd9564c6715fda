"""Whether what is wrong with a certificate is said in words, and an error that is none of TLS is not.

Know before changing: client and server talk over memory, with certificates of an authority made here.
"""

import ssl
from pathlib import Path

import pytest

from streams.alerts.trust import tls_context, tls_fault
from tests.certificates import DAY, Authority


def refused(client: ssl.SSLContext, server: ssl.SSLContext, name: str = "desk.example") -> ssl.SSLError:
    """The error with which a client ends a handshake."""
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    ours = client.wrap_bio(to_client, to_server, server_hostname=name)
    theirs = server.wrap_bio(to_server, to_client, server_side=True)
    for side in (ours, theirs) * 4:
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            continue
        except ssl.SSLError as error:
            return error
    raise AssertionError("it was not refused")


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """An authority that the client trusts."""
    return Authority(tmp_path)


def test_a_certificate_that_is_too_old_or_too_new_is_told_from_one_for_another(authority: Authority) -> None:
    """They are mended in different ways."""
    client = authority.client()
    old = authority.server("desk.example", begins=-9 * DAY, ends=-DAY)
    new = authority.server("desk.example", begins=DAY, ends=9 * DAY)
    other = authority.server("other.example", "10.0.0.1")
    assert "its certificate has expired" == tls_fault(refused(client, old))
    assert "its certificate is not valid yet" == tls_fault(refused(client, new))
    for name in ("desk.example", "10.0.0.2"):
        assert "its certificate is for another name" == tls_fault(refused(client, other, name))


def test_an_authority_that_is_not_trusted_is_said_without_a_name(
    authority: Authority, tmp_path: Path
) -> None:
    """Some addresses are secrets, and these words end in the log."""
    stranger = Authority(tmp_path, "stranger").server("desk.example")
    said = tls_fault(refused(authority.client(), stranger))
    assert "its certificate is not trusted (unable to get local issuer certificate)" == said


def test_tls_that_fails_otherwise_gives_its_reason(authority: Authority) -> None:
    """Two who have no version in common, here."""
    client, server = authority.client(), authority.server("desk.example")
    client.maximum_version = ssl.TLSVersion.TLSv1_2
    server.minimum_version = ssl.TLSVersion.TLSv1_3
    assert "no TLS with it (UNSUPPORTED_PROTOCOL)" == tls_fault(refused(client, server))


def test_an_error_that_a_library_wraps_is_found_behind_it(authority: Authority) -> None:
    """Whatever it was wrapped in; and what is none of TLS is left to others."""
    expired = refused(authority.client(), authority.server("desk.example", begins=-9 * DAY, ends=-DAY))
    # The second knows neither number nor message of what it wraps: so does aiohttp's.
    for wrapped in (ConnectionError("cannot connect"), ssl.SSLCertVerificationError("cannot connect")):
        wrapped.__cause__ = expired
        assert "its certificate has expired" == tls_fault(wrapped)
    assert "" == tls_fault(ConnectionError("reset"))


def test_certificate_and_name_are_checked() -> None:
    """There is one context for all, and it has no way around that."""
    made = tls_context()
    assert made is tls_context()
    assert (ssl.CERT_REQUIRED, True) == (made.verify_mode, made.check_hostname)
    assert made.minimum_version >= ssl.TLSVersion.TLSv1_2
