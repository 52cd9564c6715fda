"""The room that turns bytes into reports: formats (pure), sources (where bytes come from), and Kafka's door.

Know before changing: this room never imports `streams` or `web`; they agree through `election.wire` alone.
"""
