"""E-mail of the product: rows that wait for their time, letters made of them, and the sender."""
