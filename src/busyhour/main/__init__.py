"""The one place that wires: makes every part by an explicit constructor call, and hands it to those who need it."""


def run() -> None:
    """The command `busyhour`."""
    from busyhour.cli.app import build  # late: `--help` should not wait for the whole product
    from busyhour.main.wiring import ProductWiring

    build(ProductWiring())()
