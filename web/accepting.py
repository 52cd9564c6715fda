"""What the headers of a request accept: a language, a packing, a content that the client has already.

    language("tr-TR,en;q=0.8", ("en", "tr"))       "tr"
    takes_gzip("br, gzip;q=0.5")                    True
    matches('W/"e1:412"', '"e1:412"')               True: whoever asks has it

Know before changing: this is pure, and reads texts of strangers; what makes no sense accepts nothing.
"""


def matches(wanted: str, etag: str) -> bool:
    """If-None-Match, by weak comparison: a cache on the way may have marked our tag as weak."""
    tags = {tag.strip().removeprefix("W/") for tag in wanted.split(",")}
    return etag in tags or "*" in tags


def takes_gzip(accepted: str) -> bool:
    """Accept-Encoding: whether gzip may be sent."""
    for part in accepted.lower().split(","):
        coding, _, weight = part.partition(";")
        if coding.strip() == "gzip":
            return weight.replace(" ", "") not in ("q=0", "q=0.0", "q=0.00", "q=0.000")
    return False


def language(accepted: str, languages: tuple[str, ...]) -> str:
    """The first language a browser names that there is; the first there is if it names none of them."""
    for part in accepted.lower().split(","):
        code = part.partition(";")[0].strip().partition("-")[0]
        if code in languages:
            return code
    return languages[0]
