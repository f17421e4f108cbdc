"""`pepites identity`: reconcile a file, estimate the weights, explain a pair."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from pepites.identity.linkage.compare import Levels
    from pepites.identity.linkage.linking import Engine
    from pepites.identity.matching.model import Model

_FILE = click.Path(path_type=Path)
_OUTPUT = click.Path(dir_okay=False, path_type=Path)
_MODEL = click.option("--model", metavar="MODÈLE.json", type=_FILE, help="Modèle à employer (défaut : celui livré).")
_THREADS = click.option(
    "--threads", metavar="N", type=click.IntRange(1, 256), help="Fils d'exécution (défaut : tous les cœurs)."
)


@click.group("identity", short_help="Rapprocher des identités.")
def identity() -> None:
    """Rapprocher des identités."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pepites.config.settings")


@contextmanager
def _said() -> Iterator[None]:
    """Refusals of the matching modules, as the command line says them."""
    from pepites.identity.linkage.reading import FileError
    from pepites.identity.linkage.training import NotEnough
    from pepites.identity.matching.model import ModelError

    try:
        yield
    except (FileError, NotEnough, ModelError) as error:
        raise click.ClickException(str(error)) from None


def _model(path: Path | None) -> Model:
    from pepites.config.settings import SECRET_KEY
    from pepites.identity.matching.model import read, shipped

    return read(path, secret=SECRET_KEY.encode()) if path else shipped()


def _apart(source: Path, *outputs: Path | None) -> None:
    for output in filter(None, outputs):
        if output.exists() and source.exists() and output.samefile(source):
            message = f"La sortie écraserait « {source} » : donnez-lui un autre nom."
            raise click.ClickException(message)
        if not output.absolute().parent.is_dir():
            message = f"Le dossier de « {output} » n'existe pas : créez-le d'abord."
            raise click.ClickException(message)


@contextmanager
def _progress(steps: tuple[str, ...]) -> Iterator[Callable[[str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    with Progress(
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeElapsedColumn(),
        console=Console(stderr=True), transient=False,
    ) as bar:  # fmt: skip
        task = bar.add_task(steps[0], total=len(steps))
        done = [0]

        def step(name: str) -> None:
            bar.update(task, description=name, completed=done[0])
            done[0] += 1

        yield step
        bar.update(task, description="Terminé", completed=len(steps))


@identity.command(short_help="Rapprocher les fiches d'un fichier.")
@click.argument("source", metavar="ENTRÉE.csv", type=_FILE)
@click.argument("target", metavar="SORTIE.csv", type=_OUTPUT)
@click.option("--engine", type=click.Choice(["duckdb", "spark"]), default="duckdb", help="Moteur (défaut : duckdb).")
@click.option("--without-ins", is_flag=True, help="Ne pas lire la colonne INS.")
@click.option("--pairs", metavar="PAIRES.csv", type=_OUTPUT, help="Écrire aussi chaque paire comparée.")
@_MODEL
@_THREADS
@click.option(
    "--memory", metavar="TAILLE", default="3GB", help="Mémoire du moteur (défaut : 3GB), au-delà sur le disque."
)
def link(
    source: Path, target: Path, engine: str, without_ins: bool, pairs: Path | None, model: Path | None,
    threads: int | None, memory: str,
) -> int:  # fmt: skip
    """Rapprocher les fiches de ENTRÉE.csv : les mêmes lignes, avec leur groupe, dans SORTIE.csv."""
    _apart(source, target, pairs)
    threads = threads or os.cpu_count() or 2
    with _said():
        from pepites.identity.linkage.linking import STEPS, link_file

        compared = _engine(engine, threads, memory)
        with _progress(STEPS) as step:
            found = link_file(
                source, target, _model(model), without_ins=without_ins, pairs=pairs, threads=threads, memory=memory,
                step=step, engine=compared,
            )  # fmt: skip
    click.echo(
        f"{found.records} fiches, {found.persons} personnes. Liens automatiques : {found.auto_links} ;"
        f" à revoir : {found.review_links} ; plus grand groupe : {found.largest} fiches."
    )
    return 0


def _engine(name: str, threads: int, memory: str) -> Engine:
    """Who compares the pairs. Raises ``FileError`` when Spark or Java is not there."""
    from pepites.identity.linkage import compare, spark

    if name == "duckdb":
        return compare.compare
    spark.require()
    master = os.environ.get("PEPITES_SPARK_MASTER", "")
    return functools.partial(spark.compare, threads=threads, memory=memory, master=master)


@identity.command(short_help="Estimer les poids du modèle.")
@click.argument("sources", metavar="FICHIER.csv…", nargs=-1, required=True, type=_FILE)
@click.option("--model", "target", metavar="MODÈLE.json", required=True, type=_OUTPUT, help="Où écrire le modèle.")
@click.option(
    "--decisions", metavar="DÉCISIONS.csv", type=_FILE, help="Décisions de la cellule sur le premier fichier."
)
@click.option(
    "--ask", metavar="N", type=click.IntRange(1, 10_000), help="Écrire les N paires les plus utiles à trancher."
)
@click.option("--questions", metavar="QUESTIONS.csv", type=_OUTPUT, help="Où écrire ces paires.")
@click.option("--version", metavar="NOM", default="", help="Nom de cette version (défaut : la date).")
@_THREADS
def train(
    sources: tuple[Path, ...], target: Path, decisions: Path | None, ask: int | None, questions: Path | None,
    version: str,
    threads: int | None,
) -> int:  # fmt: skip
    """Estimer un modèle à partir de fichiers d'identités, dont une part porte un INS."""
    if bool(ask) != bool(questions):
        message = "--ask et --questions vont ensemble : combien de paires, et où les écrire."
        raise click.UsageError(message)
    for source in sources:
        _apart(source, target, questions)
    with _said():
        from pepites.common.clock import today
        from pepites.config.settings import SECRET_KEY
        from pepites.identity.linkage import estimating

        with _progress((*(f"Comparaison de {one.name}" for one in sources), "Estimation des poids")) as step:
            model, files = estimating.estimate(
                sources, version=version or today().isoformat(), decisions=decisions,
                threads=threads or os.cpu_count() or 2,
                step=step,
            )  # fmt: skip
        estimating.save(model, target, secret=SECRET_KEY.encode())
        if not model.source["apprises"]:
            click.echo("Ni INS ni décision en nombre suffisant : modèle estimé sans étiquette, plus prudent que juste.")
        if model.wide:
            click.echo("Ce fichier n'a pas de familles : deux dates quelconques sont comparées.")
        _show(model, files[0].levels)
        if ask and questions:
            asked = estimating.ask(model, files[0], ask, questions)
            click.echo(f"{asked} paires à trancher dans « {questions} » : remplissez la colonne « same » (oui, non).")
    return 0


def _show(model: Model, levels: Levels) -> None:
    from rich.console import Console
    from rich.table import Table

    from pepites.identity.linkage import estimating, training

    console = Console()
    weights = Table("Comparaison", "Réponse", "m", "u", "poids (bits)", title=f"Modèle {model.version}")
    for line in estimating.weights_report(model):
        weights.add_row(*line)
    console.print(weights)
    curve = Table("Probabilité annoncée", "paires", "moyenne annoncée", "part de mêmes personnes", title="Étalonnage")
    for label, count, announced, found in estimating.reliability(model, levels, training.taught(levels).known):
        curve.add_row(label, str(count), announced, found)
    console.print(curve)
    console.print(f"Seuils : automatique {model.auto:g}, groupe {model.link:g}, revue {model.review:g}.")


@identity.command(short_help="Expliquer pourquoi deux fiches se ressemblent.")
@click.argument("one", metavar="FICHE_A")
@click.argument("two", metavar="FICHE_B")
@click.option("--file", "source", metavar="FICHIER.csv", type=_FILE, help="Fichier où sont les deux fiches.")
@_MODEL
def explain(one: str, two: str, source: Path | None, model: Path | None) -> int:
    """Expliquer le score de deux fiches : d'un fichier, ou du serveur régional (DOMAINE:identifiant)."""
    if source is None:
        from pepites.cli.prepare import ready

        if model is not None:
            message = "--model ne va qu'avec --file : le serveur régional juge par le modèle livré."
            raise click.UsageError(message)
        with ready("owner"):
            from pepites.regional.explaining import explained_pair

            click.echo(explained_pair(one, two))
        return 0
    with _said():
        from pepites.identity.linkage.explaining import explained

        click.echo(explained(source, one, two, _model(model)))
    return 0


@identity.command(short_help="Refaire les clés de rapprochement et compter les noms.")
def rekey() -> int:
    """Refaire les clés de toutes les personnes et de toutes les identités de la région, et compter les noms."""
    from pepites.cli.prepare import ready

    with ready("owner"):
        from pepites.audit.unit import unit_of_work
        from pepites.common.actor import Channel, system_actor
        from pepites.identity.bulk.rekey import rekey_identities
        from pepites.regional.rekey import count_names, form_records, rekey_records

        with unit_of_work(system_actor("identity_rekey", channel=Channel.COMMAND)):
            persons, records, counted = rekey_identities(), rekey_records(), count_names()
            form_records()
    click.echo(f"{persons} personnes et {records} identités d'autres domaines ont leurs clés ; {counted} noms comptés.")
    return 0
