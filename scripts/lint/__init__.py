"""Lint of the models and of the SQL that they compile to."""
