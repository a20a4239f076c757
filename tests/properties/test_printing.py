"""Any tensor prints as PyTorch prints it."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import nbgrad
from tests.properties.strategies import RULES

dtypes = st.sampled_from(["float32", "float64", "int8", "int32", "int64", "uint8", "bool"])
arrays = dtypes.flatmap(lambda kind: hnp.arrays(kind, hnp.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=9)))


@RULES
@given(array=arrays, grown=st.booleans())
def test_any_tensor_prints_as_torchs(torch, array, grown):
    texts = []
    for t in (nbgrad, torch):
        x = t.from_numpy(array.copy())
        if grown and x.is_floating_point():
            x.requires_grad_()
        texts.append((repr(x), f"{x}", str([x])))
    assert texts[0] == texts[1]
