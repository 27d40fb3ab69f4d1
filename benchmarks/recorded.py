"""Real records that nobody here made, and the maps of them in `examples/`."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parents[1]
RECORDS = Path(os.environ.get("FINGERPOST_SHARED") or ROOT.parent / "shared") / "data"


def example(name: str, folder: Path, *, urls: Mapping[str, str]) -> tuple[Path, dict[str, str]]:
    """The example's configuration, copied into the folder with its store there too; and the environment it asks for.

    `urls`: of the sources, by name.
    """
    shutil.copytree(ROOT / "examples" / name, folder, dirs_exist_ok=True)
    config = folder / "fingerpost.yaml"
    text = config.read_text(encoding="utf-8").replace("sqlite:///", f"sqlite:///{folder}/")
    config.write_text(text, encoding="utf-8")
    environment = {f"{name}_{source}_URL".upper(): url for source, url in urls.items()}
    return config, environment | {f"{name}_{source}_TOKEN".upper(): "none" for source in urls}
