"""Turn a city's administrative areas into a grid that can be managed."""
