"""The forms of the user interface, filled in as people do, mistakes included."""
