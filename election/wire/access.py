"""How Kafka lets a process in: TLS, name and password, read and worded the same way in every room.

    class Settings(KafkaAccess): …                                  settings of a room
    told = client_settings(settings, ssl.create_default_context)    what its client of Kafka is told
    found = refusal(settings, error)                                why it was not let in, or None

Know before changing: nothing here opens a file or knows the library of TLS, which is handed in, so that two
rooms which may not know each other let themselves in by one piece of code. No sentence holds a password.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from election.errors import UsageError
from election.wire.environment import from_variable

SECURITIES: Mapping[str, str] = {
    "plaintext": "PLAINTEXT", "tls": "SSL", "sasl": "SASL_PLAINTEXT", "sasl-tls": "SASL_SSL",
}  # fmt: skip
"""What SANDIK_KAFKA_SECURITY says, and Kafka's own word for it."""
PORT_MAX = 65535
MECHANISMS = ("SCRAM-SHA-512", "SCRAM-SHA-256", "PLAIN")
OTHER_HOST = (62, 64)
"""OpenSSL's codes for a certificate of another name or address."""
NOT_YET, NO_LONGER = 9, 10
RIGHTS = "docs/secure.md lists what each process needs"
OUR_CERTIFICATE = (
    "CERTIFICATE_REQUIRED", "BAD_CERTIFICATE", "CERTIFICATE_UNKNOWN", "UNKNOWN_CA", "UNSUPPORTED_CERTIFICATE",
    "CERTIFICATE_EXPIRED", "ACCESS_DENIED",
)  # fmt: skip
"""Words in OpenSSL's name of an alert by which the other side says that our certificate will not do."""


@dataclass(frozen=True, slots=True)
class KafkaAccess:
    """Where Kafka is, and how we are let in. A room's settings are one of these, and more."""

    kafka: str = from_variable("SANDIK_KAFKA", "127.0.0.1:9092")
    """Kafka's brokers, host:port, a comma between two; name all of them, any one may be down at the start."""
    kafka_security: str = from_variable("SANDIK_KAFKA_SECURITY", "plaintext")
    """plaintext, tls, sasl (name and password), or sasl-tls."""
    kafka_user: str = from_variable("SANDIK_KAFKA_USER", "")
    """The user of this process."""
    kafka_password: str = from_variable("SANDIK_KAFKA_PASSWORD", "", secret=True)
    """Its password; it stands in nothing that is printed."""
    kafka_mechanism: str = from_variable("SANDIK_KAFKA_MECHANISM", MECHANISMS[0])
    """How name and password are told."""
    kafka_ca: str = from_variable("SANDIK_KAFKA_CA", "")
    """The file of the authority that signed the brokers' certificates; empty: those of this machine."""
    kafka_cert: str = from_variable("SANDIK_KAFKA_CERT", "")
    """The file of our own certificate, where the brokers ask for one; empty: none."""
    kafka_key: str = from_variable("SANDIK_KAFKA_KEY", "")
    """The file of its key; empty: it stands in the same file."""

    @property
    def brokers(self) -> list[str]:
        """Kafka's brokers, each host:port."""
        return [part.strip() for part in self.kafka.split(",") if part.strip()]

    @property
    def places(self) -> list[tuple[str, int]]:
        """The host and the port of each."""
        return [found for broker in self.brokers if (found := place(broker)) is not None]

    @property
    def tls(self) -> bool:
        """Whether connections are encrypted, and the brokers prove who they are."""
        return self.kafka_security.endswith("tls")

    @property
    def sasl(self) -> bool:
        """Whether we say who we are by name and password."""
        return self.kafka_security.startswith("sasl")

    @property
    def us(self) -> str:
        """Who we are to Kafka, in words."""
        if self.sasl:
            return f"the user {self.kafka_user}"
        return "the owner of our certificate" if self.kafka_cert else "us, who give no name,"


def place(broker: str) -> tuple[str, int] | None:
    """Host and port of a broker as it is written, IPv6 in brackets; None: it is no HOST:PORT."""
    host, _, port = broker.strip().rpartition(":")
    if host.startswith("[") and host.endswith("]"):
        host = host[1:-1]
    elif ":" in host:  # of ::1:9092 nobody can say where the port begins
        return None
    number = int(port) if re.fullmatch("[0-9]{1,5}", port) else 0
    return (host, number) if host and 0 < number <= PORT_MAX else None


def written(host: str, port: int) -> str:
    """A broker as `place` reads it."""
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def refuse_bad_access(access: KafkaAccess) -> None:
    """Raises UsageError for settings that make no sense together."""
    if not access.brokers or not all(map(place, access.brokers)):
        raise UsageError(
            f"SANDIK_KAFKA is {access.kafka!r:.200}; it is HOST:PORT, with a port from 1 to {PORT_MAX} and a "
            "comma between two; an address of IPv6 stands in brackets: [::1]:9092."
        )
    if access.kafka_security not in SECURITIES:
        raise UsageError(f"SANDIK_KAFKA_SECURITY is {access.kafka_security!r}; it is {_or(SECURITIES)}.")
    if access.kafka_mechanism not in MECHANISMS:
        raise UsageError(f"SANDIK_KAFKA_MECHANISM is {access.kafka_mechanism!r}; it is {_or(MECHANISMS)}.")
    if access.sasl and not (access.kafka_user and access.kafka_password):
        raise UsageError(
            f"SANDIK_KAFKA_SECURITY is {access.kafka_security}: that needs SANDIK_KAFKA_USER and "
            "SANDIK_KAFKA_PASSWORD."
        )
    if not access.sasl and (access.kafka_user or access.kafka_password):
        raise UsageError(
            "A user or password of Kafka is set, and SANDIK_KAFKA_SECURITY is "
            f"{access.kafka_security}, by which neither is told: set it to sasl-tls, or unset the others."
        )
    if not access.tls and (access.kafka_ca or access.kafka_cert or access.kafka_key):
        raise UsageError(
            "A certificate of Kafka is set, and SANDIK_KAFKA_SECURITY is "
            f"{access.kafka_security}, which has none: set it to tls or sasl-tls, or unset the others."
        )
    if access.kafka_key and not access.kafka_cert:
        raise UsageError("SANDIK_KAFKA_KEY is set without SANDIK_KAFKA_CERT, whose key it is.")


def _or(words: Any) -> str:
    *first, last = words
    return f"{', '.join(first)} or {last}"


def client_settings(access: KafkaAccess, default_context: Callable[..., Any]) -> dict[str, Any]:
    """What the client of Kafka is told. Raises UsageError for a file that cannot be read.

    `default_context(cafile=…)` gives a TLS context that checks certificate and host name.
    """
    told: dict[str, Any] = {"security_protocol": SECURITIES[access.kafka_security]}
    if access.tls:
        told["ssl_context"] = _context(access, default_context)
    if access.sasl:
        told |= {
            "sasl_mechanism": access.kafka_mechanism,
            "sasl_plain_username": access.kafka_user,
            "sasl_plain_password": access.kafka_password,
        }
    return told


def _context(access: KafkaAccess, default_context: Callable[..., Any]) -> Any:
    try:
        context = default_context(cafile=access.kafka_ca or None)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"SANDIK_KAFKA_CA is {access.kafka_ca}, which holds no certificate that can be read "
            f"({_why(error)})."
        ) from error
    if access.kafka_cert:
        try:
            context.load_cert_chain(access.kafka_cert, access.kafka_key or None, password=lambda: "")
        except (OSError, ValueError) as error:
            raise UsageError(
                f"SANDIK_KAFKA_CERT is {access.kafka_cert}, SANDIK_KAFKA_KEY {access.kafka_key or 'unset'}: "
                f"no certificate with its key, unencrypted, can be read there ({_why(error)})."
            ) from error
    return context


def _why(error: BaseException) -> str:
    return str(getattr(error, "reason", None) or getattr(error, "strerror", None) or error)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why Kafka does not let us in, as the end of a sentence that begins “Kafka at … ”."""

    why: str
    final: bool = True
    """Whether trying again would end the same; else it is only what may be the reason."""


def refusal(access: KafkaAccess, error: BaseException) -> Refusal | None:
    """What an error of the client says of access, whatever it was caused by; None: nothing."""
    cause: BaseException | None = error
    seen: list[BaseException] = []
    while cause is not None and cause not in seen:  # an error may be its own cause
        found = _refusal(access, cause)
        if found is not None:
            return found
        seen.append(cause)
        cause = cause.__cause__ or cause.__context__
    return _hung_up(access, error)


def _refusal(access: KafkaAccess, error: BaseException) -> Refusal | None:
    kind = type(error).__name__
    if hasattr(error, "verify_code"):
        return _certificate(error)
    reason = str(getattr(error, "reason", None) or "")
    if any(word in reason for word in OUR_CERTIFICATE):
        return Refusal(
            f"does not take our certificate ({reason}): it wants one that it trusts, set with "
            "SANDIK_KAFKA_CERT and SANDIK_KAFKA_KEY"
        )
    if reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "UNKNOWN_PROTOCOL"):
        return Refusal(
            f"does not speak TLS there, and SANDIK_KAFKA_SECURITY is {access.kafka_security}: name the port "
            "that does in SANDIK_KAFKA, or set the security to plaintext or sasl"
        )
    if kind == "SaslAuthenticationFailed":
        return Refusal(
            f"does not let the user {access.kafka_user} in: see SANDIK_KAFKA_USER and SANDIK_KAFKA_PASSWORD, "
            f"and that Kafka knows this user by SANDIK_KAFKA_MECHANISM={access.kafka_mechanism}"
        )
    if kind == "UnsupportedSaslMechanismError":
        return Refusal(
            f"does not offer {access.kafka_mechanism}: set SANDIK_KAFKA_MECHANISM to one that it does "
            f"({_or(MECHANISMS)})"
        )
    if kind == "IllegalSaslStateError":
        return Refusal(
            f"asks for no password there, and SANDIK_KAFKA_SECURITY is {access.kafka_security}: name the "
            f"port that does in SANDIK_KAFKA, or set the security to {'tls' if access.tls else 'plaintext'}"
        )
    return _rights(access, error)


def _certificate(error: Any) -> Refusal:
    said = getattr(error, "verify_message", "") or ""
    if error.verify_code in OTHER_HOST:
        return Refusal(
            f"shows a certificate of another name ({said}): name the brokers in SANDIK_KAFKA as their "
            "certificates do, or have certificates made for these names"
        )
    if error.verify_code in (NOT_YET, NO_LONGER):
        when = "is not valid yet" if error.verify_code == NOT_YET else "has expired"
        return Refusal(
            f"shows a certificate that {when}: have it renewed, and see the clock of this machine (sandik "
            "doctor)"
        )
    return Refusal(
        f"shows a certificate that nobody we trust has signed ({said}): set SANDIK_KAFKA_CA to the file of "
        "the authority that signed it"
    )


def _rights(access: KafkaAccess, error: BaseException) -> Refusal | None:
    kind = type(error).__name__
    if kind == "TopicAuthorizationFailedError":
        return Refusal(no_right(access, _named(error)))
    if kind == "GroupAuthorizationFailedError":
        group = ", ".join(_named(error)) or "sandik-…"
        return Refusal(
            f"does not let {access.us} read with others in the group {group}: it needs the operation Read "
            f"on that group ({RIGHTS})"
        )
    if kind == "ClusterAuthorizationFailedError":
        return Refusal(f"does not let {access.us} do this to the cluster ({RIGHTS})")
    return None


def _named(error: BaseException) -> list[str]:
    """The topics or groups that an error was made with."""
    found = error.args[0] if error.args else ()
    return [found] if isinstance(found, str) else sorted(found)


def no_right(access: KafkaAccess, topics: Any, to: str = "read or write") -> str:
    """The end of the sentence for topics that exist, perhaps, and are not ours to read or write."""
    names = ", ".join(sorted(topics)) or "any topic"
    return (
        f"does not let {access.us} {to} {names}: give it the rights with kafka-acls.sh ({RIGHTS}), or set "
        "SANDIK_KAFKA_USER to a user that has them"
    )


def _hung_up(access: KafkaAccess, error: BaseException) -> Refusal | None:
    """A connection that was closed on us may be closed for its security, or because the broker ended."""
    if type(error).__name__ not in ("KafkaConnectionError", "ConnectionResetError", "SSLEOFError"):
        return None
    more = {
        "plaintext": "TLS or a password", "sasl": "TLS", "tls": "a password, or no TLS",
        "sasl-tls": "no TLS, or a certificate of ours",
    }[access.kafka_security]  # fmt: skip
    return Refusal(
        f"hangs up on us; it may want {more}, and SANDIK_KAFKA_SECURITY is {access.kafka_security}",
        final=False,
    )
