"""How many connections this process can hold: each is an open file, and systems begin with a thousand.

    clients, others = allow(20_000)     websockets and other connections; the soft limit is raised on the way

Know before changing: at the limit of open files nothing can be accepted any more, not even to say 503. So
less is let in than there are files, and the operator is told.
"""

import logging
import resource

LOG = logging.getLogger("sandik.gateway")
OTHERS = 8192
"""Connections that are no websockets: requests, and who has not said yet what it wants."""
OTHERS_PART = 4
"""Where there are few files, they get a quarter of them."""
RESERVED = 64
"""Files for the store, the log and the program itself."""


def allow(clients: int) -> tuple[int, int]:
    """Raises this process's limit as far as needed and allowed; gives how many of each there is room for."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = clients + OTHERS + RESERVED
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
            soft = most
        except (OSError, ValueError) as error:  # some systems name no limit and have one
            LOG.warning("the limit of open files stays at %d: %s", soft, error)
    room, others = (clients, OTHERS) if soft == resource.RLIM_INFINITY else share(soft, clients)
    if room < clients:
        LOG.warning(
            "SANDIK_CLIENTS_MAX is %d, but with %d open files there is room for %d: raise the limit (ulimit "
            "-n, LimitNOFILE=, ulimits:) to %d, or start more gateways.", clients, soft, room, wanted,
        )  # fmt: skip
    return room, others


def share(files: int, clients: int) -> tuple[int, int]:
    """How so many files are shared between websockets and other connections."""
    free = max(2, files - RESERVED)
    others = min(OTHERS, max(1, free // OTHERS_PART, free - clients))
    return min(clients, free - others), others
