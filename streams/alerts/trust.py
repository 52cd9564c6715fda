"""Whom a channel believes: certificates as the machine trusts them, and in words what is wrong with one.

    tls_context()       what every connection of a channel is made with
    tls_fault(error)    "its certificate has expired", where an error is one of TLS; else nothing

Know before changing: there is no way around a wrong certificate, on purpose: whoever has an authority of
their own adds it to the machine's, or names a file with SSL_CERT_FILE. Words never hold a host or an address:
they end in the ledger and the log, and some addresses are secrets. Source of the numbers: X509_V_ERR_* of
OpenSSL.
"""

import ssl
from collections.abc import Iterator
from functools import cache

NOT_YET_VALID, EXPIRED = 9, 10
OTHER_NAMES = (62, 63, 64)


@cache
def tls_context() -> ssl.SSLContext:
    """Certificate and name are checked, by the authorities the machine trusts when this is first asked."""
    return ssl.create_default_context()


def tls_fault(error: BaseException) -> str:
    """What of TLS went wrong, seen from whoever called; empty where it was something else."""
    # The innermost: what a library wraps it in may call itself the same and know nothing.
    for one in reversed([*_behind(error)]):
        if isinstance(one, ssl.SSLCertVerificationError):
            return _about(one)
        if isinstance(one, ssl.SSLError) and one.reason:
            return f"no TLS with it ({one.reason})"
    return ""


def _behind(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and what it was raised from."""
    while error is not None:
        yield error
        error = error.__cause__


def _about(error: ssl.SSLCertVerificationError) -> str:
    if error.verify_code == EXPIRED:
        return "its certificate has expired"
    if error.verify_code == NOT_YET_VALID:
        return "its certificate is not valid yet"
    if error.verify_code in OTHER_NAMES:
        return "its certificate is for another name"
    return f"its certificate is not trusted ({error.verify_message})"
