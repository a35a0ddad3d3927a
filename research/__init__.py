"""Concluded studies: see README.md."""
