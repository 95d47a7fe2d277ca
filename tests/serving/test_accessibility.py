"""The pages by the rules of axe-core in Chromium: light and dark, on a screen and on a phone.

axe-core is no part of seqzoo: `npm pack axe-core@4.11.0`, and the file's path in SEQZOO_AXE.
"""

import pytest
from playwright.sync_api import expect

from tests.serving.models import GOOD
from tests.serving.test_page import REGRESSOR, opened_docs

pytestmark = pytest.mark.slow

SERIOUS = ("serious", "critical")
RUN = """async () => (await axe.run(document)).violations.map(
  ({ id, impact, nodes }) => ({ id, impact, where: nodes.map((node) => node.html).slice(0, 3) }))"""
SCREENS = {"screen": {"width": 1280, "height": 800}, "phone": {"width": 390, "height": 844}}
SHOWN = {**GOOD, REGRESSOR: ["good plain good"]}


def found(page, axe):
    """The serious findings on a page."""
    page.evaluate(axe)
    return [each for each in page.evaluate(RUN) if each["impact"] in SERIOUS]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_serious(screen, scheme, axe, browser, address):
    viewport = SCREENS[screen]
    page = browser.new_page(viewport=viewport, color_scheme=scheme)
    page.goto(address)
    for name, texts in SHOWN.items():
        page.get_by_label("Model").select_option(name)
        page.locator("#text").fill("\n".join(texts))
        page.locator("#text").press("Control+Enter")
        expect(page.get_by_role("status")).to_have_text("Done.")
        assert found(page, axe) == [], name
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    opened_docs(page, address)
    page.locator("form.trial button").first.click()
    assert found(page, axe) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
    page.close()
