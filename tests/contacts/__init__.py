"""Who may do what, in real registries."""
