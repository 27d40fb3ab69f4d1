"""The decisions, in the site's navigation: one more file is one more entry."""

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    folder = Path(config.docs_dir, "decisions")
    config.nav.append(
        {"Decisions": [f"decisions/{path.name}" for path in [folder / "README.md", *sorted(folder.glob("0*"))]]}
    )
    return config
