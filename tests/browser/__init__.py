"""Tests that use Home Assistant's frontend as a person does, in a real Chromium."""
