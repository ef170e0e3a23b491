"""What is told of what was measured, and against which targets."""
