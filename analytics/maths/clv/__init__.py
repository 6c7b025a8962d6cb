"""Customer lifetime value: how often a customer will buy, for how long, and how much.

`fit_bg_nbd`, `fit_mbg_nbd` and `fit_gamma_gamma` fit; `lifetime_value` joins them.
"""

from analytics.maths.clv.fitting import fit_bg_nbd, fit_mbg_nbd
from analytics.maths.clv.purchases import BgNbd, MbgNbd, PurchaseModel
from analytics.maths.clv.spend import GammaGamma, fit_gamma_gamma
from analytics.maths.clv.value import MONTH, ValueInterval, lifetime_value, lifetime_value_interval

__all__ = [
    "MONTH",
    "BgNbd",
    "GammaGamma",
    "MbgNbd",
    "PurchaseModel",
    "ValueInterval",
    "fit_bg_nbd",
    "fit_gamma_gamma",
    "fit_mbg_nbd",
    "lifetime_value",
    "lifetime_value_interval",
]
