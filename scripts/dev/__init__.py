"""A developer's tools: Lambda on this machine, pictures, cards, notebooks, data, mutants, site."""
