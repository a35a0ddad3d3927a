"""What a run costs on an engine, from counted figures and a price list."""
