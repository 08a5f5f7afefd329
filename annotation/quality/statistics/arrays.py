"""The kinds of arrays that the statistics take and give."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Signs = npt.NDArray[np.int8]
