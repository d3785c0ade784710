// Leaving in a hurry; brought back from memory, a page is asked for anew.
(() => {
  const link = document.querySelector("a.exit");
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.documentElement.hidden = true;
    try {
      localStorage.clear();
    } catch (error) {} // not allowed: nothing was kept
    if (window.WeixinJSBridge) window.WeixinJSBridge.call("closeWindow");
    location.replace(link.href);
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
