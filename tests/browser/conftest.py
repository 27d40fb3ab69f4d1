import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright


# Of a module: while Playwright runs, its event loop is the thread's, and no other test could run one.
@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium: FINGERPOST_CHROMIUM, else the one on the path."""
    found = os.environ.get("FINGERPOST_CHROMIUM") or shutil.which("chromium")
    if found is None:
        reason = "no Chromium: install Debian's chromium, or name one in FINGERPOST_CHROMIUM"
        if os.environ.get("FINGERPOST_REQUIRE_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs rights that a container's root has given up.
        browser = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield browser
        browser.close()
