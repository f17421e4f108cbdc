"""SQL of the regional server: the only writers of its tables, and the narrow readings (design, law 3; STIC-10)."""

from pepites.regional.functions import base, cards, feed, links, local, queries

ALL = (*base.ALL, *links.INTERNAL, *feed.ALL, *links.ALL, *local.ALL, *cards.ALL, *queries.ALL)
