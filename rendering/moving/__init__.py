"""Things that move: where they are at each frame, and drawing thousands of them."""
