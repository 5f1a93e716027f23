"""The monitoring report: one page for people, and its short form for the terminal, from the marts."""
