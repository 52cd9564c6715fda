"""Whether the promises hold while everything that can break is broken: actors, faults, histories, a checker.

    python -m faults --seeds 20          twenty seeds on three brokers of Kafka, one after the other

Know before changing: actors write what they saw, and judge nothing; the checker reads histories, and has seen
nothing. So the checker can be tested with histories that nobody lived through.
"""
