import pytest

from training.learners.ppo.kl_control import AdaptiveKl, FixedKl, kl_control
from training.learners.specs import PpoConfig


@pytest.mark.parametrize(
    ("kl", "factor"),
    [
        (6.0, 1.0),  # on target
        (6.6, 1 + 0.1 * 64 / 1000),  # a tenth above
        (60.0, 1 + 0.2 * 64 / 1000),  # cut at a fifth
        (0.0, 1 - 0.2 * 64 / 1000),
    ],
)
def test_adaptive_by_hand(kl, factor):
    control = AdaptiveKl(0.1, target=6, horizon=1000)
    control.observe(kl, 64)
    assert control.beta == pytest.approx(0.1 * factor)


def test_fixed_stays():
    control = FixedKl(0.1)
    control.observe(100.0, 64)
    assert control.beta == 0.1


def test_the_config_chooses():
    assert isinstance(kl_control(PpoConfig(kl_control="adaptive")), AdaptiveKl)
    assert isinstance(kl_control(PpoConfig()), FixedKl)
