"""What knows a vendor or a format. One folder for each; strangers to each other."""
