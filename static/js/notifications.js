/* The number on the bell: asked for once a minute while somebody looks, by one tab for all.
   Stops in hidden tabs, stops for good when the session has ended, and waits longer after errors. */
(() => {
  "use strict";
  const bell = document.querySelector("[data-unread-url]");
  if (!bell) return;
  const EVERY = 60_000;
  const LONGEST = 15 * EVERY;
  const MOST = 99;
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("perennial-unread") : null;
  let wait = EVERY;
  let timer = 0;
  let stopped = false;
  let asking = false;
  let heardAt = Date.now();

  const show = (unread) => {
    const count = bell.querySelector(".bell-count");
    const words = unread > MOST ? `${MOST}+` : String(unread);
    bell.dataset.unread = String(unread);
    count.textContent = words;
    count.hidden = !unread;
    bell.setAttribute("aria-label", unread ? bell.dataset.labelUnread.replace("%(n)s", words) : bell.dataset.label);
  };
  const plan = (milliseconds) => {
    clearTimeout(timer);
    if (!stopped && !document.hidden) timer = setTimeout(ask, milliseconds);
  };
  const stop = () => { stopped = true; clearTimeout(timer); };
  const ask = async () => {
    if (asking || stopped || document.hidden) return;
    asking = true;
    try {
      const answer = await fetch(bell.dataset.unreadUrl, { redirect: "error", headers: { Accept: "application/json" } });
      if (answer.status === 401 || answer.status === 403) return stop();
      if (!answer.ok) throw new Error(String(answer.status));
      const { unread } = await answer.json();
      show(unread);
      heardAt = Date.now();
      wait = EVERY;
      channel?.postMessage(unread);
    } catch {
      wait = Math.min(wait * 2, LONGEST);
    } finally {
      asking = false;
      plan(wait);
    }
  };
  if (channel) {
    channel.onmessage = (event) => {
      /* another tab asked a moment ago: this one need not */
      show(Number(event.data) || 0);
      heardAt = Date.now();
      wait = EVERY;
      plan(EVERY + Math.random() * 5_000);
    };
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return clearTimeout(timer);
    plan(Math.max(0, wait - (Date.now() - heardAt)));
  });
  document.addEventListener("unread-changed", ask);
  /* not all windows at the same moment */
  plan(EVERY - Math.random() * 5_000);
})();
