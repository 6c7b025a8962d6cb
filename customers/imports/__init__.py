"""What files can bring into this package: customers and orders."""
