"""Who wrote a stored answer, as far as our own models did."""

import pytest

from annotation.prompts.answers import origin_of
from annotation.prompts.prompts import completion_create
from inference.models import Generation, ModelVersion, SamplingJob
from tests.annotation.work import prompt_make
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def test_an_answer_is_named_after_the_first_model_that_said_it(cast: Cast) -> None:
    prompt = prompt_make(cast.project)
    said, other = (completion_create(prompt=prompt, text=text)[0] for text in ("A", "B"))
    job = SamplingJob.objects.create(project=cast.project, k=4)
    for index, name in enumerate(("policy-1", "policy-2")):
        model = ModelVersion.objects.create(project=cast.project, name=name, kind="policy")
        Generation.objects.create(
            completion=said,
            model=model,
            job=job,
            index=index,
            temperature=1,
            finish_reason="stop",
            tokens=1,
            log_probability=-1,
        )
    assert (origin_of(said), origin_of(other)) == ("policy-1", "")
