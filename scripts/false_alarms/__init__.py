"""How often a verdict fires where nothing changed, behind `make alarms`."""
