"""How often a 95 % interval holds the truth, behind `make coverage`."""
