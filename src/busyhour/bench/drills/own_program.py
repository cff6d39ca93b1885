"""A copy of the program in a folder of its own, to be changed on the disk while it runs, as an upgrade does."""

import shutil
from pathlib import Path

import busyhour

STEPS = "adapters/sql/migrations/versions"
STEP = '''"""What a next version may need: one more column of the table with the open calls, and an index."""

from alembic import op

revision = "{this}"
down_revision = "{last}"


def upgrade() -> None:
    op.execute("ALTER TABLE attempt ADD COLUMN drill_{this} text NOT NULL DEFAULT 'a next version'")
    op.execute("CREATE INDEX attempt_drill_{this} ON attempt (tenant_id, drill_{this}) WHERE ended_utc_s IS NULL")
'''


class OwnProgram:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._installed = 0
        shutil.copytree(Path(busyhour.__file__).parent, folder / "busyhour")

    def environment(self) -> dict[str, str]:
        """For a Python that is to find this copy first."""
        return {"PYTHONPATH": str(self._folder)}

    def install_next(self) -> str:
        """Another version, with one more step of the schema, lies on the disk now. Answers its name."""
        self._installed += 1
        version = f"{busyhour.__version__}+drill.{self._installed}"
        steps = self._folder / "busyhour" / STEPS
        last = max(path.name[1:].partition("_")[0] for path in steps.glob("s*_*.py"))
        this = f"{int(last) + 1:04}"
        (steps / f"s{this}_drill.py").write_text(STEP.format(this=this, last=last))
        (self._folder / "busyhour" / "__init__.py").write_text(f'"""A next version."""\n\n__version__ = "{version}"\n')
        return version
