"""What can be imported of the complaint package."""
