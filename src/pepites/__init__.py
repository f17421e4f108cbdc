"""Pépites : le logiciel de santé d'une région, autour de la personne."""

__version__ = "0.1.0"
