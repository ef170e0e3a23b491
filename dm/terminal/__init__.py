"""What commands share on a terminal: options, output, lists of control items, the prompt."""
