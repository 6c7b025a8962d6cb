"""The life of a case: taken, assigned, acknowledged, answered, waiting, solved, closed, withdrawn.

Each verb locks the case, settles who was first by its state, and writes log, audit line, timeline and
clocks in one transaction.
"""

from complaints.domain.moves.endings import close, solve, withdraw, withdraw_for_complainant
from complaints.domain.moves.handlers import assign, take
from complaints.domain.moves.saying import acknowledge, answer, hear
from complaints.domain.moves.waiting import go_on, wait_for_customer

__all__ = [
    "acknowledge",
    "answer",
    "assign",
    "close",
    "go_on",
    "hear",
    "solve",
    "take",
    "wait_for_customer",
    "withdraw",
    "withdraw_for_complainant",
]
