"""Comparisons, whose results are bools without gradients, and the choice made with them."""

from nbgrad.autograd.record import op


@op("EqBackward0", differentiable=False)
def eq(k, a, b, /):
    """out = a == b"""
    return k.eq(a, b)


@op("NeBackward0", differentiable=False)
def ne(k, a, b, /):
    """out = a != b"""
    return k.ne(a, b)


@op("LtBackward0", differentiable=False)
def lt(k, a, b, /):
    """out = a < b"""
    return k.lt(a, b)


@op("LeBackward0", differentiable=False)
def le(k, a, b, /):
    """out = a <= b"""
    return k.le(a, b)


@op("GtBackward0", differentiable=False)
def gt(k, a, b, /):
    """out = a > b"""
    return k.gt(a, b)


@op("GeBackward0", differentiable=False)
def ge(k, a, b, /):
    """out = a >= b"""
    return k.ge(a, b)


@op("WhereBackward0", saves=("condition",))
def where(k, condition, a, b, /):
    """out = a where the condition holds, else b"""
    return k.where(condition, a, b)


@where.backward
def _(node, g):
    (condition,) = node.saved
    return None, where(condition, g, 0.0), where(condition, 0.0, g)
