"""Rules in the window: the list, the form, trials on history, versions."""
