"""The counts of a large network, kept between two countings (ADR 0031)."""

from django.db import models
from django.db.models.functions import Now

from pepites.networks.models import Network


class FigureCount(models.Model):
    """What was counted of one period, as ``[figure, part, how many, on how many persons, quartile]`` rows.

    The counts are whole: small cells are hidden where they are read, for whoever reads.
    """

    network = models.ForeignKey(Network, on_delete=models.PROTECT, related_name="+")
    since = models.DateField()
    upto = models.DateField()
    counted_at = models.DateTimeField(db_default=Now())
    counts = models.JSONField()

    class Meta:
        app_label = "coordination"
        constraints = [
            models.UniqueConstraint(fields=["network", "since", "upto"], name="coordination_figure_count_once")
        ]

    def __str__(self) -> str:
        return f"{self.network_id} {self.since}"
