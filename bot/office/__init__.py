"""What officers do: correct facts, and see which of them grow old."""
