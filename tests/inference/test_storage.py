import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage, default_storage

from inference.storage import local_folder, publish_folder, work_folder


@pytest.fixture(params=["local", "object"])
def storage(request, settings):
    if request.param == "object":
        settings.STORAGES = {
            **settings.STORAGES,
            "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
        }
    return request.param


@pytest.fixture
def object_storage(settings):
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    }


def model(folder, weights="w"):
    (folder / "deep").mkdir(parents=True)
    (folder / "model.safetensors").write_text(weights)
    (folder / "deep" / "config.json").write_text("{}")
    return folder


def contents(folder):
    return {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_what_is_published_is_found_again(storage, tmp_path):
    local = model(tmp_path / "out")
    publish_folder(local, "runs/1/attempt-1/model")
    found = local_folder("runs/1/attempt-1/model")
    assert contents(found) == {"model.safetensors": "w", "deep/config.json": "{}"}
    assert found != local


def test_what_was_written_in_its_work_folder_is_found_again(storage):
    relative = "runs/2/attempt-1/model"
    publish_folder(model(work_folder(relative)), relative)
    assert contents(local_folder(relative))["model.safetensors"] == "w"


def test_a_local_storage_copies_nothing_that_is_in_place():
    local = model(work_folder("runs/2/attempt-1/model"))
    publish_folder(local, "runs/2/attempt-1/model")
    assert local_folder("runs/2/attempt-1/model") == local


def test_publishing_again_replaces_and_the_cache_follows(storage, tmp_path):
    publish_folder(model(tmp_path / "one", "old"), "models/m")
    assert contents(local_folder("models/m"))["model.safetensors"] == "old"
    publish_folder(model(tmp_path / "two", "new"), "models/m")
    assert contents(local_folder("models/m"))["model.safetensors"] == "new"


def test_a_cached_folder_is_not_fetched_twice(object_storage, tmp_path):
    publish_folder(model(tmp_path / "out"), "models/m")
    found = local_folder("models/m")
    default_storage.delete("models/m/model.safetensors")
    assert contents(local_folder("models/m"))["model.safetensors"] == "w"
    assert local_folder("models/m") == found


def test_a_folder_put_there_by_hand_is_found(object_storage):
    default_storage.save("models/hand/config.json", ContentFile(b"{}"))
    default_storage.save("models/hand/deep/a.txt", ContentFile(b"a"))
    assert contents(local_folder("models/hand")) == {"config.json": "{}", "deep/a.txt": "a"}


def test_a_missing_folder_says_so(storage):
    with pytest.raises(FileNotFoundError, match="no folder models/none"):
        local_folder("models/none")


@pytest.mark.parametrize("path", ["../out", "a/../../out", "/etc", "", "a\\..\\b", "."])
def test_no_path_leaves_the_storage(storage, path, tmp_path):
    for use in (local_folder, work_folder, lambda p: publish_folder(tmp_path, p)):
        with pytest.raises(SuspiciousFileOperation):
            use(path)


def test_an_upload_that_breaks_off_is_not_seen_as_whole(object_storage, tmp_path, monkeypatch):
    publish_folder(model(tmp_path / "one", "old"), "models/m")
    save = InMemoryStorage.save

    def break_off(self, name, content, **kwargs):
        if name.endswith("model.safetensors"):
            raise OSError("the network went away")
        return save(self, name, content, **kwargs)

    monkeypatch.setattr(InMemoryStorage, "save", break_off)
    with pytest.raises(OSError, match="went away"):
        publish_folder(model(tmp_path / "two", "new"), "models/n")
    assert not default_storage.exists("models/n.manifest.json")
