"""The benchmark behind `make bench`: how long a build takes, as a ratio to one scan of the same columns."""
