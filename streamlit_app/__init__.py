"""The app: what the forecast says, how sure it is, how well it did. It asks, and never fits."""
