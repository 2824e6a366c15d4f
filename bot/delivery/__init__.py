"""What comes in is answered once, what goes out is sent once; rows in between, so that any process may die."""
