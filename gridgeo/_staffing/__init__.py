"""Persons onto zones, on arrays: shared out, mended, and rotated from period to period."""
