"""What is remembered: the database and the questions asked of it, one file a subject."""
