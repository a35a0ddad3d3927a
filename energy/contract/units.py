"""What a unit of energy is in another."""

TWH_PER_MTOE = 11.63
"""Terawatt hours in a million tonnes of oil equivalent, by the definition of the latter."""
