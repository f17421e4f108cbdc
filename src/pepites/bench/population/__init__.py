"""A fictional population of Guiana for measuring identity matching: seeded, with its truth. Nobody in it exists."""

from pepites.bench.population.generate import Population, generate

__all__ = ["Population", "generate"]
