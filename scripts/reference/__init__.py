"""Makers of the constants that the statistics use: seeds/reference and the polynomials in macros/statistics."""
