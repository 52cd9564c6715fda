"""Measures the real processes on this machine: `python -m bench`, or `make bench`.

Know before changing: nothing here is imported by the project, and nothing here is faster than what a user
gets: rooms run as their own processes, by their own commands, with their own settings.
"""
