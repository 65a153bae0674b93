"""The project's commands, and in support the Python they share with the tests."""
