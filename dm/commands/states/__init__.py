"""See it before, undo it after: previews, branches, roll-back and hold."""
