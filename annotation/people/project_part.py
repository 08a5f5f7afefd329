"""A part of a project's form. A form that consists of several inherits from all of them."""

from typing import Any

from django import forms

from annotation.form_fields import number_field
from annotation.people.models import Project

STORED = {field.name for field in Project._meta.fields}


def project_number(name: str, *, required: bool = False, **said: Any) -> forms.IntegerField:
    """A number of the project's, with the bounds and the default that the model gives it."""
    return number_field(Project, name, required=required, **said)


class ProjectPart(forms.Form):
    """Fields that are named as the project's are read from it and written to it as they are.

    A part whose fields stand for something else adds that to what `super()` says.
    """

    @classmethod
    def initial_of(cls, project: Project) -> dict[str, Any]:
        return {name: getattr(project, name) for name in cls.base_fields if name in STORED}

    @classmethod
    def initial_new(cls) -> dict[str, Any]:
        """What a new project begins with, as far as no field says it itself."""
        return {}

    def changes(self) -> dict[str, Any]:
        """The cleaned data as the project's fields; what was left out stays as it is stored."""
        return {
            name: value
            for name, value in self.cleaned_data.items()
            if name in STORED and not self.left_out(name)
        }

    def left_out(self, name: str) -> bool:
        """Whether nothing was said: a text alone can be meant to be empty."""
        field, value = self.fields[name], self.cleaned_data[name]
        if isinstance(field, forms.CharField):
            return False
        return value in (None, "") or field.widget.value_omitted_from_data(
            self.data, self.files, self.add_prefix(name)
        )
