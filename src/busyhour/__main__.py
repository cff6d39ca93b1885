"""`python -m busyhour` is the command `busyhour`."""

from busyhour.main import run

if __name__ == "__main__":
    run()
