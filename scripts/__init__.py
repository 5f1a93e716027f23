"""Command-line tools of ml_monitor: demo data, sample data, reports, benchmark. Run them as modules."""
