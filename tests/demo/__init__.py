"""Tests of the demo as a whole: real houses, a real server, clients that are not ours."""
