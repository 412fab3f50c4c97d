"""Execution algorithms: one file each, registered in one line here."""

from __future__ import annotations

from collections.abc import Mapping

from metaorder.algos.adaptive import Adaptive
from metaorder.algos.basket import BasketLeg
from metaorder.algos.close import Close
from metaorder.algos.control import StochasticControl
from metaorder.algos.myopic import Myopic
from metaorder.algos.params import plain, typed
from metaorder.algos.pov import Pov
from metaorder.algos.robust import Robust
from metaorder.algos.shortfall import Shortfall
from metaorder.algos.traditional import Traditional
from metaorder.algos.twap import Twap
from metaorder.algos.vwap import Vwap
from metaorder.domain.errors import Invalid
from metaorder.domain.order import Params
from metaorder.domain.state import Algorithm

ALGOS: Mapping[str, type[Algorithm]] = {
    "twap": Twap,
    "vwap": Vwap,
    "pov": Pov,
    "is": Shortfall,
    "close": Close,
    "adaptive": Adaptive,
    "stochastic_control": StochasticControl,
    "robust": Robust,
    "myopic": Myopic,
    "basket": BasketLeg,
    "traditional": Traditional,
}


def build(name: str, params: Params) -> Algorithm:
    """The algorithm `name` with its parameters, defaults filled in.

    Raises:
        Invalid: no such algorithm, no such parameter, or a value that its rule refuses.
    """
    kind = ALGOS.get(name)
    if kind is None:
        raise Invalid("algo", f"one of {', '.join(ALGOS)}", name)
    try:
        return kind(**typed(kind, params))
    except Invalid as wrong:
        raise Invalid(f"params.{wrong.field}", wrong.rule, wrong.value) from None


__all__ = ["ALGOS", "build", "plain"]
