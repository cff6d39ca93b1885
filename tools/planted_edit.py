"""What a planted fault is: replacements in the text of the product (`planted_faults.py`)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    file: str  # under src/busyhour
    old: str
    new: str


@dataclass(frozen=True)
class Fault:
    file: str  # under src/busyhour
    old: str
    new: str
    why: str
    barriers: tuple[Edit, ...] = ()  # what stands behind it, and is taken away with it

    @property
    def edits(self) -> tuple[Edit, ...]:
        return (Edit(self.file, self.old, self.new), *self.barriers)
