"""How a page comes to somebody who does not see it, has no mouse, or reads in large type; one line for each fault."""

from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

CONTROLS = {"button", "link", "textbox", "checkbox", "radio", "combobox", "DisclosureTriangle"}
NAMED = CONTROLS | {"heading", "image", "img", "navigation", "region", "dialog", "radiogroup"}
TYPED = "html{font-size:225%!important}"  # twice the page's own 112.5 %
HIGH = 780  # css px of the screen's height
WIDTHS = (320, 360, 412, 180)  # css px; the last is 360 at a zoom of 200 %
FOCUSABLE = "a[href],button,input:not([type=hidden]),select,textarea,summary"

TIED = """() => [
  ...[...document.querySelectorAll('.error')].filter(e => e.checkVisibility()
    && !document.querySelector(`[aria-describedby~="${e.id || '-'}"]`)).map(e => 'error of no field: ' + e.textContent),
  ...[...document.querySelectorAll('[aria-invalid=true]')].filter(e => !(e.getAttribute('aria-describedby') || '')
    .split(' ').some(id => document.getElementById(id)?.matches('.error'))).map(e => 'wrong, not why: ' + e.id),
  ...['aria-describedby', 'aria-labelledby'].flatMap(name => [...document.querySelectorAll(`[${name}]`)]
    .flatMap(e => e.getAttribute(name).split(' ')).filter(id => id && !document.getElementById(id)))
    .map(id => 'nothing there: ' + id),
  ...[...document.querySelectorAll('.errors a')].filter(e => !document.querySelector(e.hash)?.checkVisibility())
    .map(e => 'leads nowhere: ' + e.hash),
  ...[...document.querySelectorAll('[role=status][hidden]')].map(e => 'comes with its words: ' + e.textContent),
  ...[...document.querySelectorAll('[id]')].map(e => e.id).filter((id, at, all) => all.indexOf(id) < at)
    .map(id => 'twice: ' + id)]"""

CUT = """() => {
  const wide = document.documentElement.clientWidth, found = [];
  if (document.documentElement.scrollWidth > innerWidth) found.push('sideways');
  for (const e of document.body.querySelectorAll(':not(svg *)')) {
    if (!e.checkVisibility()) continue;
    const box = e.getBoundingClientRect(), style = getComputedStyle(e);
    const clips = style.overflowX !== 'visible' && !e.matches('textarea,select,input');
    if (box.width && box.left >= 0 && box.right > wide + 1) found.push('out: ' + e.outerHTML.slice(0, 80));
    if (clips && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1))
      found.push('cut off: ' + e.outerHTML.slice(0, 80));
  }
  const words = [...document.querySelectorAll('h1,h2,p,label,legend,button,a.go,summary,td,th,textarea')]
    .filter(e => e.checkVisibility() && !e.closest('.bar') && e.getBoundingClientRect().width > 1);
  for (const [at, e] of words.entries()) for (const other of words.slice(at + 1, at + 4)) {
    if (e.contains(other)) continue;
    const [a, b] = [e.getBoundingClientRect(), other.getBoundingClientRect()];
    const [across, down] = [Math.min(a.right, b.right) - Math.max(a.left, b.left),
      Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top)];
    if (across > 2 && down > 2)
      found.push('over each other: ' + e.outerHTML.slice(0, 60) + ' and ' + other.outerHTML.slice(0, 60));
  }
  return found.slice(0, 4); }"""

FOCUSED = """(all) => {
  const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
  const bar = document.querySelector('.bar'), under = bar && !bar.contains(e) && !e.matches('.skip')
    && getComputedStyle(bar).position === 'sticky' && box.top < bar.getBoundingClientRect().bottom - 2;
  return {at: [...document.querySelectorAll(all)].indexOf(e), what: e.outerHTML.slice(0, 80),
    seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2 && box.bottom > 0
      && box.top < innerHeight && !under}; }"""


def read_out(page: Page) -> list[str]:
    """What is wrong with the page as a screen reader goes through it: Chromium's own accessibility tree."""
    page.evaluate("() => scrollTo(0, 0)")
    session = page.context.new_cdp_session(page)
    nodes = session.send("Accessibility.getFullAXTree")["nodes"]
    known = {node["nodeId"]: node for node in nodes}
    told = [node for node in told_from(nodes[0], known) if not node.get("ignored")]
    roles = [node["role"]["value"] for node in told]
    found = [f"{roles.count(one)} of {one}" for one in ("main", "contentinfo") if roles.count(one) != 1]
    levels = [level_of(node) for node in told if node["role"]["value"] == "heading"]
    if levels[:1] != [1] or levels.count(1) != 1:
        found.append(f"headings begin {levels[:2]}")
    found += [f"heading {b} under {a}" for a, b in pairwise(levels) if b > a + 1]
    last, before = -1.0, ""
    for node in told:
        role, name = node["role"]["value"], node.get("name", {}).get("value", "").strip()
        if role in NAMED and not name:
            found.append(f"a {role} without a name")
        if role in CONTROLS | {"heading"} and (box := box_of(session, node)) is not None:
            top, bottom = box
            if bottom <= last:
                found.append(f"read after what stands below it: {name} after {before}")
            last, before = top, name
    session.detach()
    ties: list[str] = page.evaluate(TIED)
    return found + ties


def told_from(node: Any, known: dict[str, Any]) -> list[Any]:
    """A node of the accessibility tree and all under it, in the order in which they are read."""
    below = (known[one] for one in node.get("childIds", []) if one in known)
    return [node, *(each for one in below for each in told_from(one, known))]


def level_of(node: Any) -> int:
    level: int = next(one["value"]["value"] for one in node["properties"] if one["name"] == "level")
    return level


def box_of(session: Any, node: Any) -> tuple[float, float] | None:
    """Top and bottom on the screen; None for what is off it, as the skip link is until it has the focus."""
    box = session.send("DOM.getBoxModel", {"backendNodeId": node["backendDOMNodeId"]})["model"]["border"]
    return None if box[2] < 0 else (box[1], box[5])


def tabbed(page: Page) -> list[str]:
    """What is wrong for whoever has keys alone: order, focus that is not seen, a trap."""
    page.evaluate(
        "() => { const top = document.body; top.tabIndex = -1; top.focus(); top.removeAttribute('tabindex') }"
    )
    many: int = page.evaluate(
        """all => { const radios = new Set(); return [...document.querySelectorAll(all)].filter(e => e.checkVisibility()
        && !(e.type === 'radio' && (radios.has(e.name) || !radios.add(e.name)))).length }""",
        FOCUSABLE,
    )
    found: list[str] = []
    last = -1
    for _ in range(many):
        page.keyboard.press("Tab")
        here = page.evaluate(FOCUSED, FOCUSABLE)
        if here["at"] <= last:
            return [*found, f"goes back to, or stays at, {here['what']}"]
        if not here["seen"]:
            page.wait_for_timeout(200)  # what comes late moves the page
            here = page.evaluate(FOCUSED, FOCUSABLE)
        if not here["seen"]:
            found.append(f"focus not seen on {here['what']}")
        last = here["at"]
    return found


def cut_off(page: Page) -> list[str]:
    """What cannot be read without moving sideways: on narrow phones, zoomed, and in type of twice the size."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": HIGH})
        found += [f"at {width}: {one}" for one in page.evaluate(CUT)]
    page.set_viewport_size({"width": 360, "height": HIGH})
    larger = page.add_style_tag(content=TYPED)
    found += [f"in type of 200 %: {one}" for one in page.evaluate(CUT)]
    larger.evaluate("style => style.remove()")
    return found


def faults(page: Page, name: str) -> list[str]:
    """All three, with the page's name."""
    page.wait_for_load_state()
    return [f"{name}: {one}" for one in (*read_out(page), *tabbed(page), *cut_off(page))]
