"""How Kafka's access is set, and how a refusal is worded: the setting, the way out, never the password."""

import ssl
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from aiokafka.errors import (
    ClusterAuthorizationFailedError,
    GroupAuthorizationFailedError,
    IllegalSaslStateError,
    KafkaConnectionError,
    SaslAuthenticationFailed,
    TopicAuthorizationFailedError,
    UnknownTopicOrPartitionError,
    UnsupportedSaslMechanismError,
)

from election.errors import UsageError
from election.wire.access import (
    MECHANISMS,
    SECURITIES,
    KafkaAccess,
    client_settings,
    place,
    refusal,
    refuse_bad_access,
    written,
)

PASSWORD = "gizli-kelime"
SIGNED_IN = KafkaAccess(kafka="k:1", kafka_security="sasl-tls", kafka_user="ayse", kafka_password=PASSWORD)
PLAIN = KafkaAccess(kafka="k:1")


@pytest.mark.parametrize(
    ("access", "says"),
    [
        (replace(PLAIN, kafka="k"), "SANDIK_KAFKA is 'k'; it is HOST:PORT"),
        (replace(PLAIN, kafka="k:1,l:65536"), "SANDIK_KAFKA is 'k:1,l:65536'; it is HOST:PORT"),
        (replace(PLAIN, kafka_security="ssl"), "it is plaintext, tls, sasl or sasl-tls"),
        (replace(PLAIN, kafka_mechanism="GSSAPI"), "it is SCRAM-SHA-512, SCRAM-SHA-256 or PLAIN"),
        (replace(SIGNED_IN, kafka_user=""), "that needs SANDIK_KAFKA_USER"),
        (replace(SIGNED_IN, kafka_password=""), "and SANDIK_KAFKA_PASSWORD"),
        (replace(SIGNED_IN, kafka_security="plaintext"), "by which neither is told: set it to sasl-tls"),
        (replace(SIGNED_IN, kafka_security="tls"), "by which neither is told"),
        (replace(PLAIN, kafka_ca="a.pem"), "which has none: set it to tls or sasl-tls"),
        (replace(PLAIN, kafka_security="tls", kafka_key="k.pem"), "without SANDIK_KAFKA_CERT"),
    ],
)
def test_settings_that_make_no_sense_together_are_refused(access: KafkaAccess, says: str) -> None:
    """At the start, with one sentence: half a login would be a night without its log."""
    with pytest.raises(UsageError) as told:
        refuse_bad_access(access)
    assert says in str(told.value)
    assert PASSWORD not in str(told.value)


@pytest.mark.parametrize(
    "access", [PLAIN, SIGNED_IN, replace(PLAIN, kafka_security="tls", kafka_cert="c.pem")]
)
def test_settings_that_make_sense_are_taken(access: KafkaAccess) -> None:
    """And what is printed of them holds no password."""
    refuse_bad_access(access)
    assert PASSWORD not in repr(access)
    assert ["k:1"] == access.brokers


@pytest.mark.parametrize(
    ("broker", "expected"),
    [
        ("kafka:9092", ("kafka", 9092)),
        ("127.0.0.1:65535", ("127.0.0.1", 65535)),
        ("[::1]:1", ("::1", 1)),
        (" [2001:db8::7]:9092", ("2001:db8::7", 9092)),
        ("::1:9092", None),
        ("[::1:9092", None),
        ("::1]:9092", None),
        ("kafka", None),
        ("kafka:", None),
        (":9092", None),
        ("[]:9092", None),
        ("kafka:many", None),
        ("kafka:\u00b2", None),
        ("kafka:-1", None),
        ("kafka:0", None),
        ("kafka:65536", None),
        (f"kafka:{'9' * 5000}", None),
    ],
)
def test_a_broker_is_a_host_and_a_port_that_can_be(broker: str, expected: tuple[str, int] | None) -> None:
    """Anything else would be tried for a minute, and called a Kafka that does not answer."""
    assert expected == place(broker)


@pytest.mark.parametrize("broker", ["kafka:9092", "127.0.0.1:65535", "[::1]:9092"])
def test_a_broker_is_written_as_it_is_read(broker: str) -> None:
    """What Kafka says of its brokers has no brackets; what we say of them can be set as it stands."""
    found = place(broker)
    assert found is not None
    assert broker == written(*found)


def test_an_address_of_ipv6_without_brackets_is_refused_and_told_how_it_is_written() -> None:
    """The setting is named."""
    with pytest.raises(UsageError, match=r"SANDIK_KAFKA is '::1:9092'; .* in brackets: \[::1\]:9092"):
        refuse_bad_access(replace(PLAIN, kafka="::1:9092"))


class Context:
    """What a TLS context is asked to do."""

    def __init__(self, cafile: str | None) -> None:
        self.told: list[Any] = [cafile]

    def load_cert_chain(self, cert: str, key: str | None, password: Any) -> None:
        """Never asks a person for the password of a key: nobody sits there at night."""
        self.told += [cert, key, password()]


@pytest.mark.parametrize("security", SECURITIES)
def test_the_client_is_told_what_the_settings_say(security: str) -> None:
    """TLS where there is TLS, name and password where there is SASL, and nothing else."""
    access = replace(SIGNED_IN, kafka_security=security, kafka_ca="ca.pem", kafka_cert="c.pem")
    told = client_settings(access, Context)
    context = told.pop("ssl_context", None)
    assert security.endswith("tls") == (context is not None)
    assert context is None or ["ca.pem", "c.pem", None, ""] == context.told
    login = {} if not security.startswith("sasl") else {
        "sasl_mechanism": MECHANISMS[0], "sasl_plain_username": "ayse", "sasl_plain_password": PASSWORD,
    }  # fmt: skip
    assert {"security_protocol": SECURITIES[security], **login} == told


def test_a_file_that_is_no_certificate_is_said_with_its_setting(tmp_path: Path) -> None:
    """For the authority and for our own; one that is not there as well."""
    rubbish = tmp_path / "rubbish.pem"
    rubbish.write_text("no certificate")
    for path in (rubbish, tmp_path / "nothing.pem"):
        tls = replace(PLAIN, kafka_security="tls")
        with pytest.raises(UsageError, match=f"SANDIK_KAFKA_CA is {path}"):
            client_settings(replace(tls, kafka_ca=str(path)), ssl.create_default_context)
        with pytest.raises(UsageError, match=f"SANDIK_KAFKA_CERT is {path}, SANDIK_KAFKA_KEY unset"):
            client_settings(replace(tls, kafka_cert=str(path)), ssl.create_default_context)


def certificate(code: int) -> ssl.SSLCertVerificationError:
    """The library's error for a certificate that will not do."""
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code, error.verify_message = code, "words of the library"
    return error


def alert(reason: str) -> KafkaConnectionError:
    """A connection that ended because of what TLS said."""
    why = ssl.SSLError(1, f"[SSL: {reason}]")
    why.reason = reason
    closed = KafkaConnectionError("closed")
    closed.__cause__ = why
    return closed


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (SaslAuthenticationFailed("no"), "does not let the user ayse in: see SANDIK_KAFKA_USER"),
        (UnsupportedSaslMechanismError(), "does not offer SCRAM-SHA-512: set SANDIK_KAFKA_MECHANISM"),
        (IllegalSaslStateError(), "asks for no password there, and SANDIK_KAFKA_SECURITY is sasl-tls"),
        (certificate(20), "that nobody we trust has signed (words of the library): set SANDIK_KAFKA_CA"),
        (certificate(62), "of another name (words of the library): name the brokers in SANDIK_KAFKA"),
        (certificate(10), "shows a certificate that has expired"),
        (certificate(9), "shows a certificate that is not valid yet"),
        (alert("TLSV13_ALERT_CERTIFICATE_REQUIRED"), "set with SANDIK_KAFKA_CERT and SANDIK_KAFKA_KEY"),
        (alert("WRONG_VERSION_NUMBER"), "does not speak TLS there"),
        (TopicAuthorizationFailedError("a.b"), "does not let the user ayse read or write a.b: give it"),
        (TopicAuthorizationFailedError({"b", "a"}), "read or write a, b: give it"),
        (GroupAuthorizationFailedError("sandik-x"), "read with others in the group sandik-x"),
        (ClusterAuthorizationFailedError(), "do this to the cluster (docs/secure.md"),
    ],
)
def test_each_refusal_names_the_setting_and_the_way_out(error: BaseException, says: str) -> None:
    """Found also where another error has it as its cause; and trying again would be no help."""
    outer = RuntimeError("something")
    outer.__cause__ = error
    for one in (error, outer):
        found = refusal(SIGNED_IN, one)
        assert found is not None
        assert says in found.why
        assert found.final
        assert PASSWORD not in found.why


@pytest.mark.parametrize("security", SECURITIES)
def test_a_door_that_is_shut_without_a_word_is_only_a_guess(security: str) -> None:
    """A broker that ends hangs up as well, so it is tried again."""
    found = refusal(replace(SIGNED_IN, kafka_security=security), KafkaConnectionError("closed"))
    assert found is not None
    assert not found.final
    assert f"SANDIK_KAFKA_SECURITY is {security}" in found.why


@pytest.mark.parametrize("error", [UnknownTopicOrPartitionError(), TimeoutError(), OSError("no route")])
def test_other_trouble_is_no_refusal(error: BaseException) -> None:
    """A broker that is away is waited for."""
    assert refusal(SIGNED_IN, error) is None


def test_who_gives_no_name_is_told_so() -> None:
    """Rights may be given to nobody in particular, too."""
    found = refusal(PLAIN, TopicAuthorizationFailedError("a"))
    assert found is not None
    assert "does not let us, who give no name, read or write a" in found.why


def test_an_error_that_is_its_own_cause_is_looked_at_once() -> None:
    """Several who wait for one batch raise the same error, one from the other."""
    first, second = ValueError("one"), ValueError("two")
    first.__cause__, second.__cause__ = second, first
    assert refusal(PLAIN, first) is None
