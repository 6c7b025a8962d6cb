/* The panel "Files": files are chosen or dropped, sent one after the other, and each says what became of it.
   Without this script the form sends them all at once and the page says the same. */
(() => {
  "use strict";
  const { icon, closest } = window.perennial;
  const queues = new WeakMap();

  /* one line per file: its name, then how far it is, then what became of it */
  const addLine = (panel, file) => {
    const line = document.createElement("li");
    const text = document.createElement("span");
    const name = document.createElement("b");
    const said = document.createElement("span");
    const bar = document.createElement("progress");
    name.textContent = file.name;
    said.textContent = ` ${panel.dataset.saySending}`;
    bar.className = "bar";
    bar.max = 1;
    bar.value = 0;
    bar.setAttribute("aria-label", file.name);
    text.append(name, said);
    line.append(icon("upload"), text, bar);
    panel.querySelector("[data-files-results]").append(line);
    return {
      move: (share) => { bar.value = share; },
      end: (added, words) => {
        line.className = added ? "t-good" : "t-bad";
        line.firstChild.replaceWith(icon(added ? "check" : "warn"));
        said.textContent = ` ${words}`;
        bar.remove();
      },
    };
  };

  const send = (panel, file, line) => new Promise((done) => {
    const form = panel.querySelector("[data-files-form]");
    const body = new FormData();
    /* the token first: the server checks it before it takes the file */
    body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
    body.append("file", file);
    const request = new XMLHttpRequest();
    request.open("POST", panel.dataset.filesUrl);
    request.setRequestHeader("Accept", "application/json");
    request.upload.addEventListener("progress", (event) => {
      if (event.lengthComputable) line.move(event.loaded / event.total);
    });
    request.addEventListener("loadend", () => {
      const words = request.status ? panel.dataset.sayRefused : panel.dataset.sayFailed;
      let result = { added: false, text: words };
      try {
        result = JSON.parse(request.responseText).results[0] || result;
      } catch {
        /* not an answer of this page: the words above say so */
      }
      line.end(result.added, result.text);
      done();
    });
    request.send(body);
  });

  const take = (panel, files) => {
    const most = Number(panel.dataset.maxBytes);
    const waiting = [];
    for (const file of files) {
      const line = addLine(panel, file);
      if (file.size > most) line.end(false, panel.dataset.sayLarge);
      else if (!file.size) line.end(false, panel.dataset.sayEmpty);
      else waiting.push([file, line]);
    }
    const before = queues.get(panel) || Promise.resolve();
    const mine = before.then(async () => {
      for (const [file, line] of waiting) await send(panel, file, line);
      const rows = panel.querySelector("[data-files-rows]");
      if (waiting.length) window.htmx.ajax("GET", `${panel.dataset.filesUrl}?part=rows`, { target: rows, swap: "innerHTML" });
    });
    queues.set(panel, mine);
  };

  document.addEventListener("change", (event) => {
    const form = closest(event, "[data-files-form]");
    if (!form || event.target.type !== "file" || !event.target.files.length) return;
    take(form.closest("[data-files]"), [...event.target.files]);
    event.target.value = "";
  });
  document.addEventListener("submit", (event) => {
    if (event.target.matches?.("[data-files-form]")) event.preventDefault();
  });

  /* ---- dropping: anywhere on the panel ---- */
  const panelOf = (event) => {
    const panel = closest(event, "[data-files]");
    const carries = [...(event.dataTransfer?.types || [])].includes("Files");
    return carries && panel?.querySelector("[data-files-form]") ? panel : null;
  };
  const mark = (panel, over) => panel?.querySelector("[data-files-drop]")?.classList.toggle("over", over);
  document.addEventListener("dragover", (event) => {
    const panel = panelOf(event);
    if (!panel) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "copy";
    mark(panel, true);
  });
  document.addEventListener("dragleave", (event) => {
    const panel = panelOf(event);
    if (panel && !panel.contains(event.relatedTarget)) mark(panel, false);
  });
  document.addEventListener("drop", (event) => {
    const panel = panelOf(event);
    if (!panel) return;
    event.preventDefault();
    mark(panel, false);
    take(panel, [...event.dataTransfer.files]);
  });
})();
