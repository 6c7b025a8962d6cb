/* What pages need beyond HTML: toasts, dialogs, questions, selection, and guards around forms.
   Everything hangs on data attributes and listens on the document, so htmx fragments need no set-up. */
(() => {
  "use strict";
  document.documentElement.classList.add("js");
  const words = JSON.parse(document.getElementById("ui-words")?.textContent || "{}");
  const say = (key) => words[key] || key;
  const closest = (event, selector) => event.target.closest?.(selector);

  /* ---- toasts ---- */
  const icon = (name) => {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
    svg.setAttribute("class", "i");
    svg.setAttribute("aria-hidden", "true");
    use.setAttribute("href", `#i-${name}`);
    svg.append(use);
    return svg;
  };
  const startTimer = (note) => {
    if (note.dataset.timed || note.matches(".toast-error, .toast-warning")) return;
    note.dataset.timed = "1";
    let timer;
    const start = () => { timer = setTimeout(() => note.remove(), 6000); };
    const stop = () => clearTimeout(timer);
    for (const name of ["pointerenter", "focusin"]) note.addEventListener(name, stop);
    for (const name of ["pointerleave", "focusout"]) note.addEventListener(name, start);
    start();
  };
  const toast = (text, kind = "success") => {
    const box = document.getElementById("toasts");
    if (!box || [...box.children].some((note) => note.dataset.text === text)) return;
    const note = document.createElement("div");
    note.className = `toast-note toast-${kind}`;
    note.dataset.text = text;
    const message = document.createElement("div");
    message.textContent = text;
    const close = document.createElement("button");
    close.className = "btn btn-quiet btn-icon btn-sm";
    close.type = "button";
    close.dataset.toastClose = "";
    close.setAttribute("aria-label", say("close"));
    close.append(icon("x"));
    note.append(icon(kind === "success" ? "check" : kind === "info" ? "info" : "warn"), message, close);
    box.append(note);
    startTimer(note);
  };
  document.addEventListener("toast", (event) => toast(event.detail.text || event.detail.value, event.detail.kind));

  /* ---- dialogs: native, opened by id or filled by htmx ---- */
  const openDialog = (dialog) => {
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("[autofocus], .dialog-body input:not([type=hidden]), form input:not([type=hidden]), form select, form textarea")?.focus();
  };
  document.addEventListener("click", (event) => {
    const opener = closest(event, "[data-dialog-open]");
    if (opener) openDialog(document.getElementById(opener.dataset.dialogOpen));
    const dialog = closest(event, "dialog");
    if (closest(event, "[data-dialog-close]")) dialog?.close();
    if (dialog && event.target === dialog && isOutside(event, dialog) && !isDirty(dialog)) dialog.close();
    closest(event, "[data-toast-close]")?.closest(".toast-note")?.remove();
  });
  const isOutside = (event, dialog) => {
    const box = dialog.getBoundingClientRect();
    return event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom;
  };
  const isDirty = (dialog) => Boolean(dialog.querySelector("form[data-dirty]"));
  document.addEventListener("htmx:afterSwap", (event) => {
    const dialog = event.detail.target.closest?.("#dialog");
    /* a piece that changes inside an open dialog leaves the cursor where somebody writes */
    if (dialog && dialog.childElementCount && (dialog === event.detail.target || !dialog.open)) openDialog(dialog);
  });
  /* a dialog that is closed is given up: nothing in it counts as unsaved, and the next one starts empty */
  document.addEventListener("close", (event) => {
    for (const form of event.target.querySelectorAll?.("form[data-dirty]") || []) delete form.dataset.dirty;
    if (event.target.id === "dialog") event.target.replaceChildren();
  }, true);
  document.addEventListener("cancel", (event) => {
    if (event.target.matches?.("dialog") && isDirty(event.target)) event.preventDefault();
  }, true);
  document.addEventListener("dialog-close", () => document.getElementById("dialog")?.close());

  /* ---- questions before something that cannot be taken back ---- */
  const ask = (text, label, danger) => new Promise((resolve) => {
    const dialog = document.getElementById("confirm");
    const ok = dialog.querySelector("[data-confirm-ok]");
    dialog.querySelector(".dialog-text").textContent = text;
    ok.textContent = label || say("confirm");
    ok.classList.toggle("btn-danger", danger);
    ok.classList.toggle("btn-primary", !danger);
    dialog.returnValue = "";
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok"), { once: true });
    dialog.showModal();
  });
  const askFor = (element) => ask(element.dataset.confirm, element.dataset.confirmLabel, "confirmDanger" in element.dataset);
  document.addEventListener("submit", async (event) => {
    const asker = event.submitter?.dataset.confirm ? event.submitter : event.target;
    if (!asker.dataset?.confirm || event.target.dataset.confirmed) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!(await askFor(asker))) return;
    event.target.dataset.confirmed = "1";
    event.target.requestSubmit(event.submitter);
    delete event.target.dataset.confirmed;
  }, true);
  document.addEventListener("htmx:confirm", (event) => {
    if (!event.detail.question) return;
    event.preventDefault();
    const element = event.detail.elt;
    ask(event.detail.question, element.dataset.confirmLabel, "confirmDanger" in element.dataset).then((yes) => {
      if (yes) event.detail.issueRequest(true);
    });
  });

  /* ---- forms: not sent twice, not lost by leaving ---- */
  const lock = (form, locked) => {
    form.toggleAttribute("data-sent", locked);
    for (const button of [...form.elements].filter((element) => element.type === "submit")) {
      if (locked && !button.disabled) button.dataset.locked = "1";
      if (!button.dataset.locked) continue;
      button.disabled = locked;
      button.setAttribute("aria-busy", String(locked));
      if (!locked) delete button.dataset.locked;
    }
  };
  const isGuarded = (form) => form.method === "post" && !("noGuard" in form.dataset) && form.target !== "_blank";
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.hasAttribute("data-sent")) return event.preventDefault();
    if ("dropEmpty" in form.dataset) dropEmpty(form);
    delete form.dataset.dirty;
    /* after this turn, so that the pressed button's own name and value still travel */
    if (isGuarded(form)) setTimeout(() => { if (!event.defaultPrevented || form.matches("[hx-post], [hx-put], [hx-patch]")) lock(form, true); });
  });
  const dropEmpty = (form) => {
    const empty = [...form.elements].filter((element) => element.name && !element.value && !element.disabled);
    for (const element of empty) element.disabled = true;
    setTimeout(() => { for (const element of empty) element.disabled = false; }, 500);
  };
  const unlock = (event) => { const form = event.detail.elt?.closest?.("form"); if (form) lock(form, false); };
  for (const name of ["htmx:afterRequest", "htmx:sendError", "htmx:timeout"]) document.addEventListener(name, unlock);
  window.addEventListener("pageshow", () => { for (const form of document.forms) lock(form, false); });
  const markDirty = (event) => {
    const form = closest(event, "form[data-guard]");
    if (form) form.dataset.dirty = "1";
  };
  document.addEventListener("input", markDirty);
  document.addEventListener("change", markDirty);
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-dirty]")) event.preventDefault();
  });

  /* ---- ticking rows: count, this page, the whole result ---- */
  const boxes = (area) => [...area.querySelectorAll("tbody input[type=checkbox][name=ids]")];
  const showSelection = (area) => {
    const all = boxes(area);
    const ticked = all.filter((box) => box.checked);
    const bar = area.querySelector("[data-bulk]");
    const head = area.querySelector("[data-select-all]");
    for (const box of all) box.closest("tr").classList.toggle("sel", box.checked);
    if (head) {
      head.checked = ticked.length > 0 && ticked.length === all.length;
      head.indeterminate = ticked.length > 0 && ticked.length < all.length;
    }
    if (!bar) return;
    bar.hidden = ticked.length === 0;
    const everything = bar.querySelector("[data-everything]").value === "1";
    bar.querySelector("[data-count]").textContent = everything ? say("everything") : say("selected").replace("%(n)s", ticked.length);
    const whole = bar.querySelector("[data-select-everything]");
    if (whole) whole.hidden = everything;
  };
  const chooseEverything = (area, chosen) => { area.querySelector("[data-everything]").value = chosen ? "1" : ""; };
  document.addEventListener("change", (event) => {
    const area = closest(event, "[data-select]");
    if (!area || event.target.type !== "checkbox") return;
    if ("selectAll" in event.target.dataset) for (const box of boxes(area)) box.checked = event.target.checked;
    if (area.querySelector("[data-everything]")) chooseEverything(area, false);
    showSelection(area);
  });
  document.addEventListener("click", (event) => {
    const area = closest(event, "[data-select]");
    if (!area) return;
    if (closest(event, "[data-select-everything]")) {
      for (const box of boxes(area)) box.checked = true;
      chooseEverything(area, true);
      showSelection(area);
    }
    if (closest(event, "[data-clear-selection]")) {
      for (const box of boxes(area)) box.checked = false;
      chooseEverything(area, false);
      showSelection(area);
    }
  });

  /* ---- lists whose lines change places by buttons ---- */
  document.addEventListener("click", (event) => {
    const mover = closest(event, "[data-sortable] [data-move]");
    if (!mover) return;
    const line = mover.closest("li");
    const other = mover.dataset.move === "-1" ? line.previousElementSibling : line.nextElementSibling;
    if (!other) return;
    if (mover.dataset.move === "-1") other.before(line);
    else other.after(line);
    let place = 0;
    for (const input of line.parentElement.querySelectorAll(".pick-place")) input.value = ++place;
    mover.focus();
  });

  /* ---- small things ---- */
  document.addEventListener("click", async (event) => {
    const copier = closest(event, "[data-copy]");
    if (copier) {
      await navigator.clipboard.writeText(copier.dataset.copy);
      toast(say("copied"));
    }
    const table = closest(event, "[data-chart-table]");
    if (table) {
      const details = table.closest(".chart-card").querySelector(".chart-table");
      details.open = !details.open;
      table.setAttribute("aria-expanded", String(details.open));
    }
    const reveal = closest(event, "[data-reveal]");
    if (reveal) {
      const input = document.getElementById(reveal.dataset.reveal);
      input.type = input.type === "password" ? "text" : "password";
      reveal.setAttribute("aria-pressed", String(input.type === "text"));
    }
    const filler = closest(event, "[data-fill]");
    if (filler) {
      for (const [id, value] of Object.entries(JSON.parse(filler.dataset.fill))) document.getElementById(id).value = value;
    }
  });
  document.addEventListener("change", (event) => {
    if ("submitOnChange" in (event.target.dataset || {})) event.target.form.requestSubmit();
  });
  document.addEventListener("submit", async (event) => {
    const form = closest(event, "[data-theme-form]");
    if (!form) return;
    event.preventDefault();
    const body = new FormData(form, event.submitter);
    window.perennialTheme(body.get("theme"));
    for (const other of document.querySelectorAll("[data-theme-form] [name=theme]")) {
      other.toggleAttribute("aria-current", other.value === body.get("theme"));
      if (other.value === body.get("theme")) other.setAttribute("aria-current", "true");
    }
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { "HX-Request": "true" } });
      if (!answer.ok) throw new Error(String(answer.status));
    } catch {
      toast(say("themeFailed"), "warning");
    }
  });

  const settle = (root) => {
    for (const note of root.querySelectorAll("[data-toast]")) startTimer(note);
    for (const area of root.querySelectorAll("[data-select]")) showSelection(area);
    root.querySelector("[data-focus]")?.focus();
  };
  document.addEventListener("htmx:afterSettle", (event) => settle(event.detail.target.isConnected ? event.detail.target : document));
  document.addEventListener("htmx:oobAfterSwap", () => settle(document));
  settle(document);
  /* what the other scripts share; they come after this one */
  window.perennial = { toast, say, ask, icon, closest };
})();
