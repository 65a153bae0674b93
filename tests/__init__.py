"""Tests of xmpp_iot; the folders are the rooms of the component."""
