"""Another try with a file that is here already."""

from django.core.exceptions import ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from annotation.exchange.imports import batch_start, batch_upload
from annotation.people.models import User
from annotation.prompts.models import ImportBatch


@transaction.atomic
def batch_repeat(*, actor: User, batch: ImportBatch) -> ImportBatch:
    """Import the good lines of a file whose import failed, as a batch of its own.

    Raises ValidationError when the import did not fail, or its file is gone.
    """
    if batch.state != ImportBatch.State.FAILED:
        raise ValidationError(_("Only an import that failed can be tried again."))
    try:
        stored = default_storage.open(batch.path)
    except FileNotFoundError as error:
        raise ValidationError(_("The file is no longer here: upload it again.")) from error
    with stored as file:
        repeated = batch_upload(
            actor=actor,
            project=batch.project,
            file=file,
            filename=batch.filename,
            kind=batch.kind,
            licence=batch.licence,
            notes=batch.notes,
        )
    batch_start(actor=actor, batch=repeated, good_lines_only=True)
    return repeated
