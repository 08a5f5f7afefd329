"""The hidden judge's figures, computed by hand."""

from annotation.quality.statistics.intervals import wilson
from simulation.evaluation import order_agreement


def test_pairs_that_the_judge_calls_a_tie_do_not_count():
    # Of six pairs the judge parts all but 3 from 2.9; 2.9 against 1 is scored the wrong way round.
    judged, scored = [3.0, 2.9, 1.0, 0.0], [0.5, 0.1, 0.2, -1.0]
    assert order_agreement([(judged, scored)], tie=0.25) == wilson(successes=4, trials=5)
    assert order_agreement([(judged, scored)], tie=0.0) == wilson(successes=5, trials=6)


def test_equal_scores_are_not_the_judges_order():
    said = [([2.0, 1.0], [0.3, 0.3]), ([1.0, 2.0], [0.1, 0.2])]
    assert order_agreement(said, tie=0.0) == wilson(successes=1, trials=2)


def test_without_a_pair_there_is_no_rate():
    assert order_agreement([([1.0, 1.1], [0.0, 1.0])], tie=0.25) is None
