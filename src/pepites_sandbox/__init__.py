"""Bac à sable : simulateurs des services nationaux, joints par le réseau seulement."""
