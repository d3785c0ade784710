"""The form on a slow phone and a bad line, in a real browser (`python -m tests.drills.bench slow`).

Chromium's own presets: Slow 3G (400 kbit/s, 2 s there and back), Fast 3G (1.44 Mbit/s down, 0.675 up, 0.56 s), and a
processor slowed six times.
"""

import io
import time
from dataclasses import dataclass

from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page

from tests.browser.chrome import chromium


@dataclass(frozen=True)
class Net:
    """A line: bytes a second down and up, milliseconds there and back."""

    down: float
    up: float
    latency: float


SLOW_3G = Net(50_000, 50_000, 2000)
FAST_3G = Net(180_000, 84_375, 562.5)
SLOWED = 6


def slow_page(browser: Browser, net: Net, slowed: int) -> Page:
    """A page of a new browser profile, on this line and a processor slowed so many times."""
    page = browser.new_context(viewport={"width": 360, "height": 780}, service_workers="block").new_page()
    page.set_default_timeout(180_000)
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.send(
        "Network.emulateNetworkConditions",
        {
            "offline": False,
            "latency": net.latency,
            "downloadThroughput": net.down,
            "uploadThroughput": net.up,
        },
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": slowed})
    return page


def until_usable(address: str) -> float:
    """Seconds from asking for the form until somebody can type into it, on Slow 3G."""
    with chromium() as browser:
        page = slow_page(browser, SLOW_3G, SLOWED)
        began = time.perf_counter()
        page.goto(f"{address}/report", wait_until="commit")
        page.locator("#report > button.go").wait_for()
        page.locator("#what").press("a", no_wait_after=True)
        return time.perf_counter() - began


def until_sent(address: str, photos: list[bytes]) -> float:
    """Seconds from choosing the photos until the receipt is seen, on Fast 3G, everything else written before."""
    with chromium() as browser:
        page = slow_page(browser, FAST_3G, SLOWED)
        page.goto(f"{address}/report")
        page.fill("#what", "饭店后厨的燃气软管裂了")
        began = time.perf_counter()
        page.set_input_files(
            "#photos",
            [FilePayload(name=f"{n}.jpg", mimeType="image/jpeg", buffer=one) for n, one in enumerate(photos)],
        )
        page.locator(".photos li").nth(len(photos) - 1).wait_for()
        page.locator("#report > button.go").click(no_wait_after=True)
        page.locator("[data-tip-number]").wait_for()
        return time.perf_counter() - began


def plain_photo(seed: int) -> bytes:
    """12 MP with shapes and the soft grain of a phone's photo by day: about 2 MB."""
    coarse = Image.effect_noise((60 + seed, 45), 120).resize((4000, 3000), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((4000, 3000), 10)
    out = io.BytesIO()
    Image.merge("RGB", (Image.blend(coarse, grain, 0.25), coarse, Image.blend(coarse, grain, 0.2))).save(
        out, "JPEG", quality=85
    )
    return out.getvalue()
