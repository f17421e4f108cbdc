"""The packs that the pilot networks start from; each adapts its own on the screens."""

from pathlib import Path

from pepites.common.clock import now
from pepites.networks.models import Network, NetworkPack
from pepites.networks.packs.models import PackState
from pepites.networks.packs.registry import clean_pack
from pepites.networks.packs.services import identity_of, read_file

FOLDER = Path(__file__).with_name("data")


def publish_shipped(network: Network) -> None:
    """Publish a pilot network's first pack, where it has none; as the owner, for nobody signed it."""
    path = FOLDER / f"{network.slug}.json"
    if not path.exists() or NetworkPack.objects.filter(network=network).exists():
        return
    sections, problems = clean_pack(read_file(path.read_bytes()) | {"reseau": identity_of(network)})
    if problems:
        raise ValueError(f"{path.name}: {problems[0]}")
    NetworkPack.objects.create(
        network=network, number=1, state=PackState.PUBLISHED, sections=sections, published_at=now(),
        note="Réglages de départ, à adapter par le réseau.",
    )  # fmt: skip
