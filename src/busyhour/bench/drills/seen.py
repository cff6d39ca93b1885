"""What a drill measured, in a form that can be added up over its rounds, written down, and read again."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from busyhour.bench.bare_ari import percentile


@dataclass
class Seen:
    """Counts are added; of samples the least, median, 99th percentile and greatest are told."""

    counts: Counter[str] = field(default_factory=Counter)
    samples: dict[str, list[float]] = field(default_factory=dict)

    def sample(self, name: str, value: float) -> None:
        self.samples.setdefault(name, []).append(round(value, 3))

    def add(self, other: "Seen") -> None:
        self.counts.update(other.counts)
        for name, values in other.samples.items():
            self.samples.setdefault(name, []).extend(values)

    def as_json(self) -> dict[str, Any]:
        told: dict[str, Any] = dict(self.counts)
        for name, values in self.samples.items():
            told[f"{name}_min"] = min(values, default=0.0)
            told[f"{name}_p50"] = percentile(values, 0.50)
            told[f"{name}_p99"] = percentile(values, 0.99)
            told[f"{name}_max"] = max(values, default=0.0)
        return told

    def raw(self) -> dict[str, Any]:
        return {"counts": dict(self.counts), "samples": self.samples}

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Seen":
        return cls(Counter(raw["counts"]), {name: list(values) for name, values in raw["samples"].items()})
