"""The two shipped RFM segment maps, as data. Administrators edit copies of them, never these.

`TEN` is the widespread 10-segment grid over (recency, frequency), keys "11" to "55".
`ELEVEN` is the 11-segment vendor map over (recency, frequency, monetary), keys "111" to "555".
There is no standard (see Fader's and the vendors' differing lists), which is why maps are data.
"""

from collections.abc import Mapping
from types import MappingProxyType


def _by_cell(cells_of: dict[str, str]) -> Mapping[str, str]:
    return MappingProxyType({cell: key for key, cells in cells_of.items() for cell in cells.split()})


TEN = _by_cell(
    {
        "champions": "55 54",
        "loyal": "45 44 35 34",
        "potential_loyalist": "53 52 43 42",
        "new_customers": "51",
        "promising": "41",
        "need_attention": "33",
        "about_to_sleep": "32 31",
        "at_risk": "24 23 14 13",
        "cannot_lose": "25 15",
        "hibernating": "22 21 12 11",
    }
)

ELEVEN = _by_cell(
    {
        "champions": "555 554 545 544 455 454 445",
        "loyal": "543 444 435 355 354 345 344 335",
        "potential_loyalist": "553 552 551 542 541 533 532 531 453 452 451 442 "
        "441 433 432 431 423 353 352 351 342 341 333 323",
        "new_customers": "512 511 422 421 412 411 311",
        "promising": "525 524 523 522 521 515 514 513 425 424 415 414 413 315 314 313",
        "need_attention": "535 534 443 434 343 334 325 324",
        "about_to_sleep": "331 321 312 251 241 231 221 213",
        "at_risk": "255 254 253 252 245 244 243 242 235 234 225 224 153 152 145 143 142 135 134 133 125 124",
        "cannot_lose": "215 214 155 154 144 115 114 113",
        "hibernating": "332 322 233 232 223 222 212 211 132 123 122",
        "lost": "151 141 131 121 112 111",
    }
)
