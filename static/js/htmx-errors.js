/* When a fragment fails: say what happened and what to do, and lose nothing that was typed.
   Polling ([data-poll]) rests while the tab is hidden or the server is away. */
(() => {
  "use strict";
  const tell = (key) => window.perennial.toast(window.perennial.say(key), "error");
  const isPoll = (event) => Boolean(event.detail.elt?.closest?.("[data-poll]")) && event.detail.requestConfig?.verb !== "post";

  document.addEventListener("htmx:sendError", (event) => { if (!isPoll(event)) tell("offline"); });
  document.addEventListener("htmx:timeout", (event) => { if (!isPoll(event)) tell("offline"); });
  document.addEventListener("htmx:responseError", (event) => {
    const status = event.detail.xhr.status;
    if (isPoll(event) && status >= 500) return;
    if (status === 401 || (status === 403 && isPoll(event))) return window.location.reload();
    tell(status === 403 ? "forbidden" : status === 404 ? "missing" : "failed");
  });
  /* A session that ran out answers a fragment with the sign-in page: show that page as a page. */
  document.addEventListener("htmx:beforeSwap", (event) => {
    const path = new URL(event.detail.xhr.responseURL || window.location.href).pathname;
    if (/\/login\/?$/.test(path) && !/\/login\/?$/.test(window.location.pathname)) {
      event.detail.shouldSwap = false;
      window.location.reload();
    }
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && isPoll(event)) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) document.body.dispatchEvent(new CustomEvent("perennial:visible"));
  });
})();
