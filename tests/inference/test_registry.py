import subprocess
import sys

import pytest
from django.core.exceptions import SuspiciousFileOperation

from inference.child.failure import Failure
from inference.models import ModelVersion, ProjectBase
from inference.registry import base_model_get, model_folder, model_register

pytestmark = [pytest.mark.django_db, pytest.mark.service]


def register(cast, **changes):
    fields = {
        "project": cast.project,
        "name": "sft-7",
        "kind": "sft",
        "folder": "runs/7/attempt-1/model",
        "made_by": "run:7",
        "metrics": {"loss": 0.5},
        "template_hash": "abc",
    }
    return model_register(**fields | changes)


def test_a_job_publishes_once(cast):
    first = register(cast)
    second = register(cast, folder="runs/7/attempt-2/model", name="sft-7-again")
    assert second == first
    assert ModelVersion.objects.get().folder == "runs/7/attempt-1/model"


@pytest.mark.parametrize("folder", ["../secrets", "/etc", "runs/../../x"])
def test_a_folder_outside_the_storage_is_refused(cast, folder):
    with pytest.raises(SuspiciousFileOperation):
        register(cast, folder=folder)
    assert not ModelVersion.objects.exists()


def test_a_model_is_found_in_the_storage(cast, storage_in_tmp):
    model = register(cast)
    (storage_in_tmp / model.folder).mkdir(parents=True)
    assert model_folder(model) == storage_in_tmp / model.folder


def test_a_missing_folder_is_a_failure_in_plain_words(cast):
    with pytest.raises(Failure, match="sft-7 is missing") as caught:
        model_folder(register(cast))
    assert "STORAGE_ROOT" in caught.value.advice


def test_the_base_is_the_setting_once_per_project(cast, settings, storage_in_tmp):
    settings.BASE_MODEL = "models/base"
    base = base_model_get(project=cast.project)
    assert (base.kind, base.folder, base.made_by) == ("base", "models/base", None)
    assert base_model_get(project=cast.project) == base
    assert base_model_get(project=cast.other) != base
    (storage_in_tmp / "models" / "base").mkdir(parents=True)
    assert model_folder(base) == storage_in_tmp / "models" / "base"


def test_the_setting_may_name_any_folder(cast, settings, tmp_path):
    settings.BASE_MODEL = str(tmp_path)
    assert model_folder(base_model_get(project=cast.project)) == tmp_path


def test_a_project_names_a_base_of_its_own(cast):
    ProjectBase.objects.create(project=cast.project, reference="models/other")
    assert base_model_get(project=cast.project).folder == "models/other"


@pytest.mark.parametrize("reference", ["/etc", "../x"])
def test_a_project_cannot_name_a_folder_outside_the_storage(cast, reference):
    ProjectBase.objects.create(project=cast.project, reference=reference)
    with pytest.raises(SuspiciousFileOperation):
        base_model_get(project=cast.project)


def test_a_base_that_is_nowhere_says_how_to_build_one(cast, settings):
    settings.BASE_MODEL = "models/base"
    with pytest.raises(Failure, match="no base model models/base") as caught:
        model_folder(base_model_get(project=cast.project))
    assert "build_base_model" in caught.value.advice


def test_a_base_comes_from_the_hub(cast, settings, monkeypatch, tmp_path):
    settings.BASE_MODEL = "owner/name"
    monkeypatch.setattr("huggingface_hub.snapshot_download", lambda name: str(tmp_path / name))
    assert model_folder(base_model_get(project=cast.project)) == tmp_path / "owner" / "name"


def test_the_registry_keeps_torch_out():
    code = (
        "import sys, django; django.setup(); import inference.registry;"
        "print([m for m in ('torch', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={"DJANGO_SETTINGS_MODULE": "plumbline.settings"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"
