"""One query in, one reply out, in one unit of work."""
