"""The cell's screens."""
