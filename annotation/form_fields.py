"""Form fields for stored numbers: their bounds stand in the model, once."""

from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models


def number_field(model: type[models.Model], name: str, **said: Any) -> forms.IntegerField:
    """A number with the bounds and the default that the model gives it; no less than 0."""
    stored: Any = model._meta.get_field(name)
    bounds = {type(check): check.limit_value for check in stored.validators}
    return forms.IntegerField(
        min_value=bounds.get(MinValueValidator, 0),
        max_value=bounds[MaxValueValidator],
        initial=stored.default,
        **said,
    )
