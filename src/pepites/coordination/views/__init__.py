"""Screens around a person."""
