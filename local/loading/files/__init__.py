"""From any place and form to the table `staged`."""
