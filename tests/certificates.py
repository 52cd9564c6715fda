"""A certificate authority that exists for one test, and what it signs: right, too old, too new, for another.

    authority = Authority(tmp_path)
    authority.server("127.0.0.1")      what a server is set up with
    authority.trusted                  the file for SSL_CERT_FILE

Know before changing: keys are made anew in each test and lie in its folder; nothing here is trusted anywhere.
"""

import ssl
from datetime import UTC, datetime, timedelta
from pathlib import Path

import trustme

DAY = timedelta(days=1)


class Authority:
    """One throwaway authority."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._authority = trustme.CA()
        self.trusted = folder / f"{name}.pem"
        self._authority.cert_pem.write_to_path(self.trusted)

    def server(self, *names: str, begins: timedelta = -DAY, ends: timedelta = DAY) -> ssl.SSLContext:
        """A server's side of TLS, with a certificate for these names, from and until then, seen from now."""
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self.renew(context, *names, begins=begins, ends=ends)
        return context

    def renew(
        self, server: ssl.SSLContext, *names: str, begins: timedelta = -DAY, ends: timedelta = DAY
    ) -> None:
        """Gives a server another certificate while it runs."""
        now = datetime.now(UTC)
        issued = self._authority.issue_cert(*names, not_before=now + begins, not_after=now + ends)
        issued.configure_cert(server)

    def client(self) -> ssl.SSLContext:
        """The other side of TLS, which trusts this authority alone."""
        return ssl.create_default_context(cafile=str(self.trusted))
