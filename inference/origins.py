"""Who wrote a stored answer, as far as our own models did."""

from annotation.models import Completion
from inference.models import Generation


def model_name_of(completion: Completion) -> str:
    """The name of the first of our models that said it; "" where none did."""
    said = Generation.objects.filter(completion=completion).order_by("pk")
    return said.values_list("model__name", flat=True).first() or ""
