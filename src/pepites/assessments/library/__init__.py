"""Instruments shipped with the platform: data files, each with its licence and its source."""
