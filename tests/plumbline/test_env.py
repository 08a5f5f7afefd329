import pytest
from django.core.exceptions import ImproperlyConfigured

from plumbline.env import env_bool, env_float, env_json, env_list


def test_values_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_LIST", "a, b,,c")
    monkeypatch.setenv("A_BOOL", "Yes")
    monkeypatch.setenv("A_FLOAT", "2.5")
    assert env_list("A_LIST", []) == ["a", "b", "c"]
    assert env_bool("A_BOOL", False) is True
    assert env_float("A_FLOAT", 0.0) == 2.5
    assert env_float("ANOTHER_FLOAT", 4.0) == 4.0
    monkeypatch.setenv("AN_OBJECT", '{"bucket_name": "labels"}')
    assert env_json("AN_OBJECT") == {"bucket_name": "labels"}
    assert env_json("ANOTHER_OBJECT") == {}


def test_a_value_that_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_BOOL", "perhaps")
    monkeypatch.setenv("A_FLOAT", "fast")
    with pytest.raises(ImproperlyConfigured, match="A_BOOL='perhaps': write 1 or 0"):
        env_bool("A_BOOL", False)
    with pytest.raises(ImproperlyConfigured, match="A_FLOAT='fast': write a number"):
        env_float("A_FLOAT", 0.0)
    monkeypatch.setenv("AN_OBJECT", "[1]")
    with pytest.raises(ImproperlyConfigured, match="write a JSON object"):
        env_json("AN_OBJECT")
