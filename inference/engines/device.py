"""Set up torch for a child process as its spec says: device, threads, seed."""

import torch

from inference.child.failure import Failure
from inference.child.spec import Spec


def prepare_torch(spec: Spec) -> torch.device:
    """The device to work on. Seeds torch and bounds its threads on the way.

    Raises Failure where the spec asks for CUDA and there is none.
    """
    if spec.threads is not None:
        torch.set_num_threads(spec.threads)
    torch.manual_seed(spec.seed)
    if spec.device == "cuda" and not torch.cuda.is_available():
        raise Failure(
            "A CUDA device was asked for and none is visible.",
            "Choose device auto or cpu, or run the worker where a GPU is.",
        )
    if spec.device == "cpu" or not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda")
