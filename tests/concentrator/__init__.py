"""This house towards others."""
