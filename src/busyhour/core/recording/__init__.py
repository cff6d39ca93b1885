"""Recording: which talks are kept as sound, and what is known of the recorder."""
