"""What can be imported of the platform itself: people, teams, exchange rates."""
