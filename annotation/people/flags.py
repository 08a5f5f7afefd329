"""A list of labels with their keys, as a field of a form."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.renderers import TemplatesSetting
from django.utils.datastructures import MultiValueDict
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

Flag = dict[str, Any]


class FlagsWidget(forms.Widget):
    """Rows of a label and a key, posted as parallel lists; the last row is empty.

    Each of them is called `what`, and `add` asks for one more. Where it is `conditional` there is a
    third column, of keys.
    """

    template_name = "annotation/project_flags.html"
    what = gettext_lazy("flag")
    add = gettext_lazy("Add a flag")
    conditional = False

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        for said in ("what", "add", "conditional"):
            context["widget"][said] = getattr(self, said)
        rows = [{**row, "only": ", ".join(row.get("only", []))} for row in value or []]
        context["widget"]["rows"] = [*rows, {"key": "", "label": "", "only": ""}]
        return context

    def value_from_datadict(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> list[Flag]:
        del files
        getlist = getattr(data, "getlist", lambda key: data.get(key, []))
        labels = getlist(f"{name}_label")
        keys, only = (
            [*given, *[""] * (len(labels) - len(given))]
            for given in (getlist(f"{name}_key"), getlist(f"{name}_only"))
        )
        return [
            {
                "key": key.strip(),
                "label": label.strip(),
                "only": [each.strip() for each in wanted.split(",") if each.strip()],
            }
            for label, key, wanted in zip(labels, keys, only, strict=False)
        ]

    def value_omitted_from_data(
        self, data: Mapping[str, Any], files: MultiValueDict[str, Any], name: str
    ) -> bool:
        del files
        return f"{name}_label" not in data

    def render(self, *args: Any, **kwargs: Any) -> Any:
        # Through the project's own templates, not those of django.forms.
        kwargs["renderer"] = TemplatesSetting()
        return super().render(*args, **kwargs)


class FlagsField(forms.Field):
    """A rubric's yes/no questions, or the like. Rows without a label are dropped; a key is made
    where none is.

    A key is what the data holds, so it should not change once people have labelled with it.
    """

    widget: FlagsWidget = FlagsWidget  # type: ignore[assignment]  # the class; the instance here

    def clean(self, value: list[Flag] | None) -> list[Flag]:
        flags: list[Flag] = []
        for row in value or []:
            if not row["label"]:
                continue
            key = slugify(row["key"] or row["label"]).replace("-", "_")[:40]
            if not key or not key[0].isalpha():
                raise ValidationError(
                    _("Give “%(label)s” a key that begins with a letter.") % {"label": row["label"]}
                )
            if key in {flag["key"] for flag in flags}:
                words = _("The key %(key)s belongs to more than one %(what)s.")
                raise ValidationError(words % {"key": f"“{key}”", "what": self.widget.what})
            only = {"only": row["only"]} if row.get("only") else {}
            flags.append({"key": key, "label": row["label"], **only})
        return flags


class CategoriesWidget(FlagsWidget):
    what = gettext_lazy("category")
    add = gettext_lazy("Add a category")


class CategoriesField(FlagsField):
    """The categories of content that labelers may decline."""

    widget = CategoriesWidget  # type: ignore[assignment]  # as above


class ConditionalFlagsWidget(FlagsWidget):
    conditional = True


class ConditionalFlagsField(FlagsField):
    """Flags of which some are asked only under certain annotations."""

    widget = ConditionalFlagsWidget  # type: ignore[assignment]  # as above


class AnnotationsWidget(FlagsWidget):
    what = gettext_lazy("annotation")
    add = gettext_lazy("Add an annotation")


class AnnotationsField(FlagsField):
    """What labelers say of a prompt."""

    widget = AnnotationsWidget  # type: ignore[assignment]  # as above
