import pytest
import torch

from inference.tiny.muon import BatchedMuon, orthogonalised


def test_singular_values_come_near_one():
    torch.manual_seed(0)
    for shape in ((3, 16, 16), (2, 24, 8), (2, 8, 24)):
        values = torch.linalg.svdvals(orthogonalised(torch.randn(shape)))
        assert values.min() > 0.3
        assert values.max() < 1.3


def test_first_step_equals_torch_muon():
    torch.manual_seed(0)
    ours = [torch.nn.Parameter(torch.randn(12, 8)) for _ in range(2)]
    theirs = [torch.nn.Parameter(weight.detach().clone()) for weight in ours]
    muons = [
        BatchedMuon(ours, lr=0.02),
        torch.optim.Muon(theirs, lr=0.02, weight_decay=0.0),
    ]
    for _ in range(3):
        for mine, other in zip(ours, theirs, strict=True):
            mine.grad = torch.randn(12, 8)
            other.grad = mine.grad.clone()
        for muon in muons:
            muon.step()
    for mine, other in zip(ours, theirs, strict=True):
        # Torch iterates in bfloat16: 8 bits of a step of 0.02 * sqrt(12 / 8).
        assert torch.allclose(mine, other, atol=2e-3)


def test_parameters_without_gradient_stay():
    weight = torch.nn.Parameter(torch.ones(4, 4))
    BatchedMuon([weight], lr=0.1).step()
    assert weight.sum().item() == pytest.approx(16.0)
