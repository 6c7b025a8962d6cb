"""The REST endpoints of the package, by noun."""

from complaints.api import learning

routes = [*learning.routes]
