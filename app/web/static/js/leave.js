// Leaving in a hurry: nothing of ours stays in the tab's list of pages. Short, because it comes with every first view;
// where a browser allows no storage the page alone is replaced, and where anything fails the link still leads away.
(() => {
  let s = {}, l = { clear() {} };
  try {
    (s = sessionStorage), (l = localStorage);
  } catch (e) {}
  const d = document;
  const away = () => location.replace("/away");
  const hide = () => (d.documentElement.hidden = true);
  const leaving = () => s.off && (hide(), away(), 1);
  // Which of our pages in this tab's list this one is, from 1.
  const count = () => (history.replaceState({ at: (s.at = (history.state || {}).at || 1 + (+s.at || 0)) }, ""), s.at);
  if (leaving()) return;
  count();
  onhashchange = count;
  if (d.querySelector("[data-tip-number]")) l.clear();
  d.querySelector(".exit").onclick = () => {
    hide();
    l.clear();
    if (window.WeixinJSBridge) WeixinJSBridge.call("closeWindow");
    // Back to our first page, which is replaced in turn: what came after it is cut off.
    const at = count();
    at > 1 ? ((s.off = 1), history.go(1 - at)) : away();
    return false;
  };
  addEventListener("pageshow", (e) => leaving() || (e.persisted && location.reload()));
})();
