"""The registry of models: what a job made, what a project trains from, and where a model lies."""

import re
from pathlib import Path

import huggingface_hub
from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.db import transaction

from annotation.models import Project
from inference.child.failure import Failure
from inference.models import ModelVersion, ProjectBase
from inference.storage import local_folder, relative_check

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
    """The base that the project trains from: its own choice, or settings.BASE_MODEL."""
    chosen = ProjectBase.objects.filter(project=project).values_list("reference", flat=True).first()
    reference = chosen or settings.BASE_MODEL
    if reference != settings.BASE_MODEL:
        # A project may name a folder of the storage or a hub's name; the server's other folders
        # are the site's to give, by the setting.
        reference = relative_check(reference)
    model, _ = ModelVersion.objects.get_or_create(
        project=project,
        kind=ModelVersion.Kind.BASE,
        folder=reference,
        defaults={"name": reference[-120:]},
    )
    return model


def model_folder(model: ModelVersion) -> Path:
    """The model's folder on this machine, fetched first where it lies elsewhere.

    Raises Failure, in plain words, for a model that is not there.
    """
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
