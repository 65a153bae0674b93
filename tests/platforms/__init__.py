"""Tests of the platforms: nodes of another house as entities of this one."""
