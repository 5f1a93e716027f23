"""The real sample data: hotel_cancellations and online_retail_demand."""
