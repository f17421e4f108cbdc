"""The national copy: persons, structures and activities as the Annuaire Santé publishes them (annuaire §1 and §2).

Nothing here gives a right: the people who work with Pépites are ``directory.Professional``. The load alone writes, as
the owner; web and worker read. Keys are digests of what the file says, so that two loads compare without a look-up, and
no constraint binds the tables: one transaction replaces them together.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Now

from pepites.directory.enums import LoadState, MailboxKind


def _text() -> Any:
    return models.TextField(default="", db_default="", blank=True)


class NationalPerson(models.Model):
    """Somebody of the directory. ``national_id``: IDNPS, ``8`` + RPPS for most (annuaire §1.2), 12 characters then.

    ``active`` is false since ``missing_since``, day of the first load that no longer had the person (§2, rule 5).
    """

    id = models.BigIntegerField(primary_key=True)
    national_id = _text()
    id_type = _text()
    title = _text()
    civility = _text()
    family_name = _text()
    given_name = _text()
    sort_key = _text()
    active = models.BooleanField(default=True, db_default=True)
    missing_since = models.DateField(null=True)
    digest = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["national_id"], name="directory_national_id")]

    def __str__(self) -> str:
        return self.display_name

    @property
    def rpps(self) -> str:
        """The RPPS number, empty for another kind of identifier."""
        number = str(self.national_id)
        return number[1:] if number.startswith("8") and len(number) == 12 else ""

    @property
    def display_name(self) -> str:
        return " ".join(filter(None, (str(self.title).capitalize(), self.given_name, self.family_name)))


class NationalStructure(models.Model):
    """A place of practice. ``former_id``: IDNST (RPPS-rang, FINESS, SIRET with its type digit, annuaire §1.3)."""

    id = models.BigIntegerField(primary_key=True)
    technical_id = _text()
    finess_site = _text()
    finess_legal = _text()
    siret = _text()
    former_id = _text()
    name = _text()
    sign = _text()
    mention = _text()
    postcode = _text()
    commune_code = _text()
    town = _text()
    phone = _text()
    sector_code = _text()
    address = _text()
    digest = models.BigIntegerField()

    def __str__(self) -> str:
        return str(self.name)


class NationalActivity(models.Model):
    """What a person does in a structure: one line of Personne_activite. ``terms``: numbers of the words it is found
    by: names, profession, speciality, role, structure, town."""

    id = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey(
        NationalPerson, on_delete=models.DO_NOTHING, db_constraint=False, related_name="activities"
    )
    structure = models.ForeignKey(
        NationalStructure, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, null=True, related_name="+"
    )
    profession_code = _text()
    category_code = _text()
    skill_type_code = _text()
    skill_code = _text()
    mode_code = _text()
    function_code = _text()
    genre_code = _text()
    section_code = _text()
    terms = ArrayField(models.IntegerField())

    class Meta:
        indexes = [GinIndex(fields=["terms"], name="directory_national_terms", fastupdate=False)]

    def __str__(self) -> str:
        return str(self.pk)


class NationalSkill(models.Model):
    """A know-how of a person (SavoirFaire): speciality, competence, exclusive orientation…"""

    id = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey(NationalPerson, on_delete=models.DO_NOTHING, db_constraint=False, related_name="skills")
    profession_code = _text()
    category_code = _text()
    skill_type_code = _text()
    skill_code = _text()

    def __str__(self) -> str:
        return str(self.pk)


class NationalDiploma(models.Model):
    """A diploma or a permit to practise of a person (Dipl_AutExerc)."""

    id = models.BigIntegerField(primary_key=True)
    person = models.ForeignKey(
        NationalPerson, on_delete=models.DO_NOTHING, db_constraint=False, related_name="diplomas"
    )
    diploma_type_code = _text()
    diploma_code = _text()
    permit_type_code = _text()
    permit_code = _text()

    def __str__(self) -> str:
        return str(self.pk)


class NationalMailbox(models.Model):
    """A mailbox marked MSSanté (annuaire §1.5). The public files have none: filled by the restricted sources only, and
    never by an ordinary e-mail address."""

    address = models.TextField()
    kind = models.CharField(max_length=3, choices=MailboxKind.choices)
    person = models.ForeignKey(
        NationalPerson, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="mailboxes"
    )
    structure = models.ForeignKey(
        NationalStructure, on_delete=models.DO_NOTHING, db_constraint=False, null=True, related_name="mailboxes"
    )

    def __str__(self) -> str:
        return self.address


class NationalLabel(models.Model):
    """What a code of the files means. ``kind``: profession, skill, mode…"""

    kind = models.TextField()
    code = models.TextField()
    label = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "code"], name="directory_national_label")]

    def __str__(self) -> str:
        return self.label


class NationalWord(models.Model):
    """A distinct word of the directory: prefixes and typing errors are resolved here, never on the lines.

    ``lines``: about how many activities have it, counted when the tables are built anew.
    """

    word = models.TextField(primary_key=True)
    term = models.IntegerField()
    lines = models.IntegerField(default=1, db_default=1)

    class Meta:
        indexes = [GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="directory_national_word_like")]

    def __str__(self) -> str:
        return self.word


class DirectoryLoad(models.Model):
    """A file loaded, or refused (§2, rule 4). ``rows``: lines kept; ``added``, ``changed``, ``gone``: rows of tables
    served."""

    kind = models.CharField(max_length=20)
    scope = models.CharField(max_length=10)
    file_name = models.TextField()
    extracted_on = models.DateField(null=True)
    size = models.BigIntegerField()
    sha256 = models.CharField(max_length=64, default="", blank=True)
    rows = models.IntegerField(default=0)
    bad_rows = models.IntegerField(default=0)
    added = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    gone = models.IntegerField(default=0)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=12, choices=LoadState.choices, default=LoadState.RUNNING)
    error = models.TextField(default="", blank=True)

    class Meta:
        indexes = [models.Index(fields=["kind", "-id"], name="directory_load_kind")]

    def __str__(self) -> str:
        return self.file_name


class LiveLookup(models.Model):
    """What the directory answered about one number, kept a day (annuaire §3): found or not, as it was said."""

    rpps = models.CharField(max_length=11, primary_key=True)
    found = models.BooleanField()
    said = models.JSONField(default=dict)
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.rpps)
