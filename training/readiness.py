"""What a round needs before it may start, and what to do where it is missing."""

from pathlib import Path

from django.core.exceptions import SuspiciousFileOperation, ValidationError
from django.core.files.storage import default_storage
from django.utils.translation import gettext as _

from annotation.models import Demonstration, Project, Prompt
from annotation.review.gate import trains_now
from inference.registry import base_name
from training.prompts import prompts_lacking
from training.rankings import labelers_eligible
from training.recipes import Recipe


def readiness_check(*, project: Project, recipe: Recipe) -> None:
    """Raises ValidationError with every reason why a round cannot start now."""
    reasons = [
        reason
        for reason in (
            _k_reason(project, recipe),
            _base_reason(project),
            _demonstrations_reason(project),
            prompts_lacking(project.pk),
            _overlap_reason(project),
        )
        if reason
    ]
    if reasons:
        raise ValidationError(reasons)


def _k_reason(project: Project, recipe: Recipe) -> str:
    if project.k_min <= recipe.k <= project.k_max:
        return ""
    return _(
        "The recipe ranks %(k)s answers at once; this project %(least)s to %(most)s. Choose "
        "another recipe or change the project's range."
    ) % {"k": recipe.k, "least": project.k_min, "most": project.k_max}


def _base_reason(project: Project) -> str:
    try:
        base = base_name(project=project)
        missing = _is_missing(base)
    except SuspiciousFileOperation:
        return _(
            "The project's base model lies outside the storage. Choose another in its settings."
        )
    if not missing:
        return ""
    return _(
        "There is no base model at %(base)s. Run `python manage.py build_base_model`, or set "
        "BASE_MODEL to a model's folder or name."
    ) % {"base": base}


def _is_missing(base: str) -> bool:
    """Whether a folder that should hold it does not; what is named on a hub is not asked for."""
    path = Path(base)
    if path.is_absolute():
        return not (path / "config.json").is_file()
    stored = default_storage.exists(f"{base}/config.json")
    return not stored and path.parts[0] == "models"


def _demonstrations_reason(project: Project) -> str:
    demonstrations = Demonstration.objects.visible().filter(
        trains_now(project), project=project, is_current=True, prompt__split=Prompt.Split.TRAIN
    )
    if demonstrations.exists():
        return ""
    return _(
        "There are no demonstrations to train on. Ask labelers for some on the project's "
        "overview, or import demonstrations."
    )


def _overlap_reason(project: Project) -> str:
    """Labelers may still come where there are none yet; too few for the overlap is a mistake."""
    labelers = labelers_eligible(project.pk).count()
    if not 0 < labelers < project.overlap:
        return ""
    return _(
        "Each task asks for %(overlap)s rankings, and only %(labelers)s of the project's active "
        "labelers can give one that trains. Add labelers or lower the overlap."
    ) % {"overlap": project.overlap, "labelers": labelers}
