"""The commands, one a file: EXAMPLE, `arguments(parser)` and `run(args, out)`; listed in `sandik.cli.TABLE`.

Know before changing: a command imports its room inside `run`, so that `sandik night list` never loads Kafka's
library and a room that cannot be loaded breaks only its own command.
"""
