"""Tests of the language: sessions and the IoT protocols."""
