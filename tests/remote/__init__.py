"""Other concentrators towards this house."""
