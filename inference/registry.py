"""The registry of models: what a job made, what a project trains from, and where a model lies."""

import re
from itertools import chain, count
from pathlib import Path

import huggingface_hub
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext

from annotation.models import Project, User
from annotation.people.projects import audit
from annotation.texts import text_validate
from inference.child.failure import Failure
from inference.fingerprints import base_fingerprint
from inference.models import ModelVersion, ProjectBase
from inference.storage import local_folder, local_path, relative_check

BASES = "models/"  # where the storage keeps bases
MAX_REFERENCE = 120  # as long as the name under which the base is registered
HUB_NAME = re.compile(r"[\w.-]+(/[\w.-]+)?")


@transaction.atomic
def model_register(
    *,
    project: Project,
    name: str,
    kind: str,
    folder: str,
    made_by: str,
    metrics: dict[str, float] | None = None,
    template_hash: str = "",
    trunk_hash: str = "",
) -> ModelVersion:
    """Enter what the job `made_by` ("kind:id") has published; a second time changes nothing.

    Raises SuspiciousFileOperation for a folder outside the storage.
    """
    model, _ = ModelVersion.objects.get_or_create(
        made_by=made_by,
        defaults={
            "project": project,
            "name": name,
            "kind": kind,
            "folder": relative_check(folder),
            "metrics": metrics or {},
            "template_hash": template_hash,
            "trunk_hash": trunk_hash,
        },
    )
    return model


def base_model_get(*, project: Project) -> ModelVersion:
    """The base that the project trains from, as it is now.

    A folder whose content has changed since is another model, with a row of its own. The first look
    at a folder reads the whole of it: not for web requests.
    """
    reference = base_name(project=project)
    now = base_fingerprint(reference)
    rows = ModelVersion.objects.filter(
        project=project, kind=ModelVersion.Kind.BASE, folder=reference
    ).order_by("pk")
    with transaction.atomic():
        # Two callers at once are to find one row.
        Project.objects.select_for_update().get(pk=project.pk)
        model = rows.filter(trunk_hash=now).first() or rows.filter(trunk_hash="").first()
        if model is None:
            return _base_create(project, reference, now)
        if model.trunk_hash != now:
            # Entered before its folder was there, or before fingerprints were kept.
            model.trunk_hash = now
            model.save(update_fields=["trunk_hash"])
    return model


def _base_create(project: Project, reference: str, fingerprint: str) -> ModelVersion:
    """Under the first name that is free: "models/base", "models/base 2", ..."""
    taken = set(project.model_versions.values_list("name", flat=True))
    numbered = (f"{reference[-110:]} {number}" for number in count(2))
    return ModelVersion.objects.create(
        project=project,
        kind=ModelVersion.Kind.BASE,
        folder=reference,
        name=next(name for name in chain([reference[-120:]], numbered) if name not in taken),
        trunk_hash=fingerprint,
    )


def base_name(*, project: Project) -> str:
    """The folder or hub's name of the project's base: its own choice, or settings.BASE_MODEL.

    Raises SuspiciousFileOperation for a folder outside the storage.
    """
    reference = base_reference(project=project) or settings.BASE_MODEL
    if reference != settings.BASE_MODEL:
        # A project may name a folder of the storage or a hub's name; the server's other folders
        # are the site's to give, by the setting.
        reference = relative_check(reference)
    return reference


def base_reference(*, project: Project) -> str:
    """What the project has chosen itself; "" where it takes the setting's."""
    base = ProjectBase.objects.filter(project=project).first()
    return base.reference if base else ""


@transaction.atomic
def base_model_set(*, actor: User, project: Project, reference: str) -> None:
    """Let the project train from `reference` from its next stage on; "" goes back to the setting.

    A reference is a folder below the storage's models/, the folder of a model that this project
    made, or a hub's name. The storage holds other projects' runs and the server other folders:
    those are not a project's to name. Raises ValidationError under the key "reference".
    """
    reference = reference.strip()
    if reference and reference != settings.BASE_MODEL:
        try:
            reference = _reference_check(project, reference)
        except ValidationError as error:
            raise ValidationError({"reference": error.messages}) from error
        ProjectBase.objects.update_or_create(project=project, defaults={"reference": reference})
    else:
        ProjectBase.objects.filter(project=project).delete()
    audit(project=project, actor=actor, verb="base_model_set", target=reference)


def _reference_check(project: Project, reference: str) -> str:
    text_validate(reference, what=gettext("The base model"), limit=MAX_REFERENCE)
    try:
        relative = relative_check(_below_storage(reference))
    except SuspiciousFileOperation as error:
        raise ValidationError(
            gettext("Name a folder inside the storage, or a model of the hub.")
        ) from error
    writes = (ModelVersion.Kind.SFT, ModelVersion.Kind.POLICY)  # a reward model writes nothing
    if (
        ModelVersion.objects.filter(project=project, folder=relative, kind__in=writes).exists()
        or (relative.startswith(BASES) and _stored(relative))
        or (HUB_NAME.fullmatch(relative) and not _stored(relative.split("/")[0]))
    ):
        return relative
    raise ValidationError(
        gettext(
            "There is no base model %(name)s. Name a folder below %(bases)s in the storage, the "
            "folder of an SFT model or a policy of this project, or a model of the hub "
            "(owner/name)."
        )
        % {"name": relative, "bases": BASES}
    )


def _stored(relative: str) -> bool:
    """Whether the storage has such a folder, without fetching it."""
    path = local_path(relative)
    if path is not None:
        return path.is_dir()
    try:
        return any(default_storage.listdir(relative))
    except FileNotFoundError:
        return False


def _below_storage(reference: str) -> str:
    """An absolute path below the storage as the relative one; anything else as it is."""
    path, root = Path(reference), Path(settings.STORAGE_ROOT)
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else reference


def model_folder(model: ModelVersion) -> Path:
    """The model's folder on this machine, fetched first where it lies elsewhere.

    Raises Failure, in plain words, for a model that is not there, and for a base that has changed.
    """
    if model.kind == ModelVersion.Kind.BASE and model.trunk_hash:
        now = base_fingerprint(model.folder)
        if now and now != model.trunk_hash:
            raise Failure(
                f"The base model in {model.folder} has changed since {model.name} was entered.",
                "Put the former files back, or start a new round, which begins with the new base.",
            )
    if model.kind == ModelVersion.Kind.BASE and model.folder == settings.BASE_MODEL:
        path = Path(model.folder)
        if path.is_absolute() and path.is_dir():
            return path
    try:
        return local_folder(model.folder)
    except SuspiciousFileOperation as error:
        raise Failure(
            f"The model {model.name} lies outside the storage: {model.folder}",
            "Name a folder of the storage, or a model of the hub.",
        ) from error
    except FileNotFoundError as error:
        if model.kind == ModelVersion.Kind.BASE and HUB_NAME.fullmatch(model.folder):
            return _from_hub(model)
        raise Failure(
            f"The folder of model {model.name} is missing: {model.folder}",
            "Check that STORAGE_ROOT or the storage backend is the one that the model was "
            "written to.",
        ) from error


def _from_hub(model: ModelVersion) -> Path:
    try:
        # By attribute: the package loads its parts when they are asked for.
        return Path(huggingface_hub.snapshot_download(model.folder))
    # The hub's client has a dozen errors of its own, and all mean this.
    except Exception as error:
        raise Failure(
            f"There is no base model {model.folder}, neither in the storage nor from the hub.",
            "Run `python manage.py build_base_model`, or set BASE_MODEL to a folder or to a "
            "name that this machine can download.",
        ) from error
