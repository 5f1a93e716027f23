"""The peers of the benchmark: the same per-day results from other tools, each in an environment of its own."""
