"""What other Workers of the account read over a service binding."""
