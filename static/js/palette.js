/* The palette: one box over every kind of record and every action. Opened by Ctrl/Cmd-K, by "/" and by the
   box in the top bar; without this script that box is a plain form. htmx fetches, one question at a time and the last one next. */
(() => {
  "use strict";
  const palette = document.getElementById("palette");
  if (!palette) return;
  const input = palette.querySelector("#palette-q");
  const results = palette.querySelector("#palette-results");
  const options = () => [...results.querySelectorAll("[role=option]")];
  const current = () => results.querySelector("[aria-selected=true]");

  const choose = (option) => {
    current()?.setAttribute("aria-selected", "false");
    if (option) option.setAttribute("aria-selected", "true");
    if (option) input.setAttribute("aria-activedescendant", option.id);
    else input.removeAttribute("aria-activedescendant");
    option?.scrollIntoView({ block: "nearest" });
  };
  const move = (step) => {
    const all = options();
    if (!all.length) return;
    const place = all.indexOf(current());
    choose(all[place < 0 ? (step > 0 ? 0 : all.length - 1) : (place + step + all.length) % all.length]);
  };
  const open = (text = "") => {
    if (palette.open || document.querySelector("dialog[open]")) return;
    input.value = text;
    palette.showModal();
    input.focus();
    input.select();
    input.dispatchEvent(new Event("palette-open"));
  };

  /* Enter before the answer is there goes to the answer, not to what an older one offers. */
  let wanted = false;
  const follow = () => {
    const option = current() || options()[0];
    if (option) location.assign(option.href);
    else if (input.value.trim()) input.form.submit();
  };
  let shown = null;
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Escape") palette.close(); /* a search field would only empty itself */
    else if (event.key === "Enter" && event.ctrlKey) return;
    else if (event.key === "Enter") {
      if (shown === input.value) follow();
      else wanted = true;
    } else return;
    event.preventDefault();
  });
  input.addEventListener("input", () => { wanted = false; });
  input.addEventListener("htmx:beforeRequest", (event) => { event.detail.xhr.asked = input.value; });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target !== results) return;
    shown = event.detail.xhr.asked ?? input.value;
    choose(input.value ? options()[0] : null);
    if (wanted && shown === input.value) follow();
  });
  palette.addEventListener("close", () => { wanted = false; shown = null; });

  const isTyping = (target) => target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName);
  document.addEventListener("keydown", (event) => {
    const command = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    const slash = event.key === "/" && !event.ctrlKey && !event.metaKey && !event.altKey && !isTyping(event.target);
    if (!command && !slash) return;
    event.preventDefault();
    if (palette.open) input.select();
    else open();
  });
  for (const box of document.querySelectorAll("[data-palette-open]")) {
    box.addEventListener("pointerdown", (event) => { event.preventDefault(); open(box.value); });
    box.addEventListener("input", () => open(box.value));
  }
})();
