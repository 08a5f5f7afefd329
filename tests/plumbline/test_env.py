import pytest
from django.core.exceptions import ImproperlyConfigured

from plumbline.env import env_bool, env_float, env_int, env_json, env_list


def test_values_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_LIST", "a, b,,c")
    monkeypatch.setenv("A_BOOL", "Yes")
    monkeypatch.setenv("A_FLOAT", "2.5")
    assert env_list("A_LIST", []) == ["a", "b", "c"]
    assert env_bool("A_BOOL", False) is True
    assert env_float("A_FLOAT", 0.0) == 2.5
    assert env_float("ANOTHER_FLOAT", 4.0) == 4.0
    monkeypatch.setenv("AN_INT", "3")
    assert env_int("AN_INT", 1, least=1) == 3
    assert env_int("ANOTHER_INT", 0, least=0) == 0
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
    for value in ("0", "-1", "1.5", "few", ""):
        monkeypatch.setenv("AN_INT", value)
        with pytest.raises(ImproperlyConfigured, match=f"AN_INT='{value}': write a whole number"):
            env_int("AN_INT", 1, least=1)
    monkeypatch.setenv("AN_OBJECT", "[1]")
    with pytest.raises(ImproperlyConfigured, match="write a JSON object"):
        env_json("AN_OBJECT")
