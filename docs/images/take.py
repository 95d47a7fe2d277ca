"""Take `page.png`, the README's picture of the page of `seqzoo serve`.

seqzoo serve sentiment-imdb segmentation-peoples-daily entities-peoples-daily translation-en-de
python docs/images/take.py http://127.0.0.1:8000
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

MODEL = "entities-peoples-daily"
TEXT = "李明昨天从上海来到北京大学，介绍了香港和澳门的经济情况。"


def main(address: str) -> None:
    """Ask the page, and save what a visitor sees."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium")
        page = browser.new_page(
            viewport={"width": 760, "height": 760}, device_scale_factor=2
        )
        page.goto(address)
        page.select_option("#model", MODEL)
        page.fill("#text", TEXT)
        page.click("#go")
        page.wait_for_selector("#answer *")
        path = Path(__file__).with_name("page.png")
        page.screenshot(path=path, clip={"x": 0, "y": 0, "width": 760, "height": 610})
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
