"""The simulated retailer behind `make demo`: five models, 18 months of logs, injected incidents.

THE DATA ARE SIMULATED. No person, order or credit application in them exists. They come from the processes written
in this package, with a fixed seed and without a clock, so every run writes the same rows.
"""
