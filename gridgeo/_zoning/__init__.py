"""Cells into zones, on arrays: drawn anew or carried over, and dealt until loads are even."""
