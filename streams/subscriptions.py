"""Who is told what: alerts.toml as subscriptions, with every mistake in it found at once, each with its line.

    found = read_subscriptions("alerts.toml", content, night, os.environ, settings)
    found.targets("mayor", "call-made")     the places such a fact goes to

Know before changing: a secret never stands in the file, only the name of the environment variable that holds
it, and no message shows the value of one. A place that several subscriptions name is told a fact once.
"""

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from election.alerts import ALERT_KINDS
from election.errors import Mistake, MistakesError
from election.night import ContestId, Night
from election.wire.delivered import Target
from election.wire.toml_reader import Table, parse_toml
from streams.alerts import CHANNELS
from streams.alerts.channel import Channel
from streams.alerts.texts import LANGUAGES
from streams.settings import Settings


@dataclass(frozen=True, slots=True)
class Subscription:
    """Somebody wants these kinds of facts of these contests at these places."""

    who: str
    contests: tuple[str, ...]
    kinds: tuple[str, ...]
    places: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Subscriptions:
    """All of them, in the order of the file, and what hosts are allowed that no subscription names."""

    all: tuple[Subscription, ...]
    plain_mail: frozenset[str] = frozenset()
    """Mail servers to which mail may go without TLS, where they offer none."""

    def targets(self, contest: ContestId, kind: str) -> list[Target]:
        """Where a fact of this kind goes: each place once, however many subscriptions name it."""
        found: dict[str, Target] = {}
        for one in self.all:
            if contest in one.contests and kind in one.kinds:
                for place in one.places:
                    found.setdefault(place.id, place)
        return list(found.values())


@dataclass(frozen=True, slots=True)
class _Host:
    """What a host is allowed by name."""

    private: bool = False
    http: bool = False
    plain_mail: bool = False


@dataclass(frozen=True, slots=True)
class _Around:
    """What a file of subscriptions is read against."""

    night: Night
    environment: Mapping[str, str]
    settings: Settings
    hosts: Mapping[str, _Host]


def read_subscriptions(
    file: str, content: bytes, night: Night, environment: Mapping[str, str], settings: Settings
) -> Subscriptions:
    """The subscriptions in a file. Raises MistakesError with every mistake in it."""
    mistakes: list[Mistake] = []
    root = parse_toml(file, content, mistakes)
    if mistakes:
        raise MistakesError("in the subscriptions", mistakes)
    mode = root.text("mode")
    if mode and mode != settings.mode:
        root.wrong(
            "mode", f"mode is {mode!r:.40}, and this process delivers what is told in {settings.mode}."
        )
    hosts: dict[str, _Host] = {}
    for table in root.tables("host"):
        name = table.text("name").lower()
        if name and name in hosts:
            table.wrong("name", f"The host {name:.60} stands twice; allow it everything in one place.")
        hosts[name] = _Host(
            *(table.flag(f"allow_{what}", False) for what in ("private", "http", "plain_mail"))
        )
        table.finish()
    around = _Around(night, environment, settings, hosts)
    found = [_subscription(table, around) for table in root.tables("subscription", least=1)]
    root.finish()
    if mistakes:
        raise MistakesError("in the subscriptions", sorted(mistakes, key=lambda mistake: mistake.line or 0))
    return Subscriptions(tuple(found), frozenset(name for name, host in hosts.items() if host.plain_mail))


def _subscription(table: Table, around: _Around) -> Subscription:
    who, language = table.text("who"), table.text("language", "en")
    contests = table.texts("contests", tuple(around.night.contests))
    kinds = table.texts("kinds", ALERT_KINDS)
    for key in ("contests", "kinds"):
        if table.value(key) == []:
            table.wrong(key, f"{key} names none; left out, it is all of them.")
    for contest in contests:
        if contest not in around.night.contests:
            table.wrong("contests", f"There is no contest {contest!r:.40}; {_one_of(around.night.contests)}")
    for kind in kinds:
        if kind not in ALERT_KINDS:
            table.wrong("kinds", f"There is no alert {kind!r:.40}; {_one_of(ALERT_KINDS, kind)}")
    if language not in LANGUAGES:
        table.wrong("language", f"language is {language!r:.40}; {_one_of(LANGUAGES)}")
    channel = CHANNELS.get(name := table.text("channel"))
    if channel is None:
        if name:
            table.wrong("channel", f"There is no channel {name!r:.40}; {_one_of(CHANNELS, name)}")
        return Subscription(who, contests, kinds, ())
    like = Target(channel.id, "", language=language, who=who, secrets=_secrets(table, channel, around))
    places = [_checked(table, channel, around, replace(like, address=word))
              for word in _addresses(table, channel)]  # fmt: skip
    if channel.id == "email" and channel.check(around.settings.smtp_from, like):
        table.wrong(
            "channel", "A subscription by e-mail needs SANDIK_SMTP_FROM: one address, which mails come from."
        )
    table.finish()
    return Subscription(who, contests, kinds, tuple(places))


def _addresses(table: Table, channel: Channel) -> tuple[str, ...]:
    """The addresses of a subscription: a text, or for mail also a list of them."""
    if isinstance(table.value(channel.address), list):
        found = table.texts(channel.address)
        if not found:
            table.wrong(channel.address, f"{channel.address} names nobody.")
        return found
    word = table.text(channel.address)
    return (word,) if word else ()


def _secrets(table: Table, channel: Channel, around: _Around) -> str:
    """The names of the signing secrets: one, or several while one takes the place of another."""
    if channel.secret_fault is None:
        return ""
    several = isinstance(table.value("secret_env"), list)
    names = table.texts("secret_env") if several else tuple(filter(None, [table.text("secret_env")]))
    for name in names:
        value = _variable(table, "secret_env", name, around.environment)
        if value and (wrong := channel.secret_fault(value)):
            table.wrong("secret_env", f"What {name} holds is no signing secret: {wrong}.")
    if several and not names:
        table.wrong("secret_env", "secret_env names no variable: a webhook is signed.")
    return " ".join(names)


def _variable(table: Table, key: str, name: str, environment: Mapping[str, str]) -> str:
    """The value of an environment variable; a mistake where it has none."""
    if not name.isidentifier() or not name.isascii():
        # Not shown: somebody may have put the secret itself here.
        table.wrong(key, f"{key} is the name of an environment variable, not what it holds.")
        return ""
    if not environment.get(name):
        table.wrong(key, f"The environment has no {name}: set it where sandik deliver is started.")
    return environment.get(name, "")


def _checked(table: Table, channel: Channel, around: _Around, target: Target) -> Target:
    """The target with what its host is allowed; what is wrong with its address becomes a mistake."""
    key = channel.address
    value = target.address
    if channel.in_environment:
        value = _variable(table, key, value, around.environment)
    if not value:
        return target
    if channel.fetches:
        host = around.hosts.get(_host(value), _Host())
        target = replace(target, private=host.private, http=host.http)
    if wrong := channel.check(value, target):
        table.wrong(key, f"{key} cannot be used: {wrong}.")
    return target


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower()
    except ValueError:
        return ""


def _one_of(known: Collection[str], word: str = "") -> str:
    near = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {near[0]}?" if near else f"it is {', '.join(known)}."
