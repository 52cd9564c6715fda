"""What a browser may do with what it gets from here: headers of every answer, and of those that others frame.

    heads: headers | SECURITY | answer.headers        an answer's own headers win
    framed(outside)                                   for an embed or an overlay: who may frame it

Know before changing: the strictest policy under which the pages work. They hold no inline script or style,
and talk to nobody but their own gateway. Nobody may put a page of ours into theirs, where a visitor could be
led to click on what they do not see; an embed has nothing to click on but links, and may be put where the
setting says.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from election.errors import UsageError
from web import origins

_NOBODY = "frame-ancestors 'none'"
SECURITY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"connect-src 'self'; base-uri 'none'; form-action 'none'; {_NOBODY}"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), display-capture=(), payment=(), usb=()",
}
"""On every answer."""
FORMS = {
    "Content-Security-Policy": SECURITY["Content-Security-Policy"].replace(
        "form-action 'none'", "form-action 'self'"
    )
}
"""In its place on a page with a form, which asks this gateway."""


@dataclass(frozen=True, slots=True)
class Outside:
    """How this gateway is known to others, and who of them may show its embeds."""

    url: str = ""
    """Its own address for readers, without a slash at its end; empty: it does not know it."""
    embed: tuple[str, ...] = ()
    """Origins of pages that may hold an embed, or `*`; none: only pages of this gateway."""

    @classmethod
    def read(cls, url: str, embed: str) -> "Outside":
        """From the settings SANDIK_URL and SANDIK_EMBED_ORIGINS. UsageError names the one that is wrong."""
        found = origins.read(url.rstrip("/")) if url else None
        if url and (found is None or found[0] not in ("http", "https")):
            raise UsageError(
                f"SANDIK_URL is {url!r}; it is the address readers know this gateway by, a scheme and a host "
                "and nothing after them: https://results.example."
            )
        named = origins.parse(embed, "SANDIK_EMBED_ORIGINS")
        for origin in named:
            if set(origin) & set(
                ";'\""
            ):  # it stands in a policy, where these end one thing and begin another
                raise UsageError(f"SANDIK_EMBED_ORIGINS has {origin!r}; that is no origin.")
        return cls(origins.written(found) if found else "", named)


def framed(outside: Outside) -> Mapping[str, str]:
    """Headers of a page that others may put into theirs: whoever is named, and this gateway itself."""
    who = origins.ANY if origins.ANY in outside.embed else " ".join(("'self'", *outside.embed))
    policy = SECURITY["Content-Security-Policy"].replace(_NOBODY, f"frame-ancestors {who}")
    return {"Content-Security-Policy": policy}
