"""The REST endpoints of the package."""

from complaints.api import solving

routes = [*solving.routes]
