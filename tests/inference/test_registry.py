import subprocess
import sys

import pytest
from django.core.exceptions import SuspiciousFileOperation, ValidationError

from annotation.models import AuditEvent
from inference.child.failure import Failure
from inference.models import ModelVersion, ProjectBase
from inference.registry import (
    base_model_get,
    base_model_set,
    base_reference,
    model_folder,
    model_register,
)

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


def test_a_base_that_was_built_anew_is_another_model(cast, settings, storage_in_tmp):
    settings.BASE_MODEL = "models/base"
    folder = storage_in_tmp / "models" / "base"
    folder.mkdir(parents=True)
    weights = folder / "model.safetensors"
    weights.write_text("one")
    first = base_model_get(project=cast.project)
    assert (first.name, len(first.trunk_hash)) == ("models/base", 64)
    weights.write_text("another")
    second = base_model_get(project=cast.project)
    assert (second.name, second.folder) == ("models/base 2", "models/base")
    assert second.trunk_hash != first.trunk_hash
    assert base_model_get(project=cast.project) == second
    assert model_folder(second) == folder
    with pytest.raises(Failure, match="has changed since models/base was entered"):
        model_folder(first)
    weights.write_text("one")
    assert base_model_get(project=cast.project) == first


def test_a_base_entered_before_it_was_built_gets_its_fingerprint(cast, settings, storage_in_tmp):
    settings.BASE_MODEL = "models/base"
    entered = base_model_get(project=cast.project)
    assert entered.trunk_hash == ""
    (storage_in_tmp / "models" / "base").mkdir(parents=True)
    (storage_in_tmp / "models" / "base" / "config.json").write_text("{}")
    built = base_model_get(project=cast.project)
    assert built == entered
    built.refresh_from_db()
    assert built.trunk_hash
    assert ModelVersion.objects.count() == 1


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


@pytest.mark.parametrize(
    ("reference", "kept"),
    [
        ("models/mine", "models/mine"),
        (" models/./mine/ ", "models/mine"),
        ("STORAGE/models/mine", "models/mine"),
        ("runs/1/model", "runs/1/model"),
        ("owner/name-1.5", "owner/name-1.5"),
        ("gpt2", "gpt2"),
    ],
)
def test_base_model_set(cast, storage_in_tmp, reference, kept):
    (storage_in_tmp / "models" / "mine").mkdir(parents=True)
    (storage_in_tmp / "runs" / "1" / "model").mkdir(parents=True)
    register(cast, folder="runs/1/model", kind="policy")
    reference = reference.replace("STORAGE", str(storage_in_tmp))
    base_model_set(actor=cast.rosa, project=cast.project, reference=reference)
    assert base_reference(project=cast.project) == kept
    assert base_model_get(project=cast.project).folder == kept
    assert AuditEvent.objects.get(verb="base_model_set").target == kept
    base_model_set(actor=cast.rosa, project=cast.project, reference=" ")
    assert base_reference(project=cast.project) == ""


@pytest.mark.parametrize(
    "reference",
    [
        "/etc",
        "../x",
        "models/../../x",
        "models/../secret_key",
        "models/absent",
        "models\\mine",
        "runs/1/model",  # a reward model
        "runs/2/model",  # another project's
        "snapshots",
        "https://hub.example/x",
        "a/b/c",
        "nul\0",
        "x" * 121,
    ],
)
def test_base_model_set_refuses(cast, storage_in_tmp, reference):
    for folder in ("models/mine", "runs/1/model", "runs/2/model", "snapshots"):
        (storage_in_tmp / folder).mkdir(parents=True)
    register(cast, folder="runs/1/model", kind="reward", made_by="run:1")
    register(
        cast, project=cast.other, folder="runs/2/model", kind="policy", made_by="run:2", name="p"
    )
    with pytest.raises(ValidationError) as caught:
        base_model_set(actor=cast.rosa, project=cast.project, reference=reference)
    assert list(caught.value.message_dict) == ["reference"]
    assert not ProjectBase.objects.exists()


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
