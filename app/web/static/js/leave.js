(() => {
  const link = document.querySelector("a.exit");
  const forget = () => {
    try {
      localStorage.clear();
    } catch (error) {} // not allowed: nothing was kept
  };
  if (document.querySelector("[data-tip-number]")) forget();
  link.addEventListener("click", (event) => {
    event.preventDefault();
    document.documentElement.hidden = true;
    forget();
    if (window.WeixinJSBridge) window.WeixinJSBridge.call("closeWindow");
    location.replace(link.href);
  });
  addEventListener("pageshow", (event) => event.persisted && location.reload());
})();
