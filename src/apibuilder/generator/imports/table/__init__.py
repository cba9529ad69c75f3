"""A CSV file as an API that searches its rows."""
