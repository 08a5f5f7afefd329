"""The round that a round builds on."""

from training.models import Round, RoundStage


def round_previous(round_: Round) -> Round | None:
    """The latest round before this one whose policy counts.

    It was trained to its end and the round was not cancelled; what failed after it takes nothing
    from the policy.
    """
    return (
        Round.objects.filter(
            project=round_.project_id,
            number__lt=round_.number,
            stages__name=RoundStage.Name.PPO,
            stages__state=RoundStage.State.SUCCEEDED,
        )
        .exclude(state=Round.State.CANCELLED)
        .order_by("-number")
        .first()
    )
