"""All rankings of a project as columns, which is how the report reads them."""

from dataclasses import dataclass

from annotation.quality.statistics.arrays import Bools, Floats, Ints


@dataclass(frozen=True)
class Rankings:
    """n rankings of up to k answers, the earliest first; of a task its answers keep their columns.

    Each (n,): ranking, task: ids; labeler, use_case, week: indices into the tuples below;
    acceptable: false where no answer was found acceptable, which tells none from another;
    seconds: at the task, 0 where not known; reading: characters of the prompt and all answers.
    Each (n, k): present; ranks: 1 is best, equal ranks tie; likert: 0 where not given; shown: the
    place at which each was shown, from 0; lengths: characters.
    flags: (flags, n, k). heldout: (labelers,). weeks begin with the first.
    """

    ranking: Ints
    task: Ints
    labeler: Ints
    use_case: Ints
    week: Ints
    acceptable: Bools
    seconds: Floats
    reading: Floats
    present: Bools
    ranks: Floats
    likert: Ints
    shown: Floats
    lengths: Floats
    flags: Bools
    heldout: Bools
    labelers: tuple[int, ...]
    use_cases: tuple[str, ...]
    weeks: tuple[str, ...]
    flag_keys: tuple[str, ...]

    def __post_init__(self) -> None:
        n, k = self.present.shape
        rows = ("ranking", "task", "labeler", "use_case", "week", "acceptable", "seconds")
        shapes = {
            **dict.fromkeys((*rows, "reading"), (n,)),
            **dict.fromkeys(("ranks", "likert", "shown", "lengths"), (n, k)),
            "flags": (len(self.flag_keys), n, k),
            "heldout": (len(self.labelers),),
        }
        for name, shape in shapes.items():
            if getattr(self, name).shape != shape:
                raise ValueError(f"{name} is {getattr(self, name).shape}, not {shape}.")
