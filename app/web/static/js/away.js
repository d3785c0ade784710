// A step of its own, not in place of this page: whatever could still be gone forward to is cut off.
addEventListener("load", () => setTimeout(() => location.assign(document.links[0].href)));
