/* Cases: what is left of a clock while the page is open, the ninety seconds, and cards that are dragged. */
(() => {
  "use strict";

  /* The server writes the words; here only seconds are added where two minutes or less are left. */
  function tick() {
    const now = Date.now();
    for (const place of document.querySelectorAll("[data-due]")) {
      const left = Math.round((new Date(place.dataset.due) - now) / 1000);
      if (left >= 0 && left < 120) place.lastChild.textContent = `${left} s`;
    }
    for (const place of document.querySelectorAll("[data-since]")) {
      const run = Math.floor((now - new Date(place.dataset.since)) / 1000);
      const most = Number(place.dataset.most);
      place.textContent = run <= 600 ? `${run} / ${most} s` : "";
      place.classList.toggle("t-bad", run > most);
    }
  }
  setInterval(() => { if (!document.hidden) tick(); }, 1000);
  document.addEventListener("DOMContentLoaded", tick);

  /* Colleagues with the same case open see that somebody writes: the next word of the page says so. */
  let writing = 0;
  document.addEventListener("input", (event) => {
    const mark = document.querySelector("[data-writing]");
    if (!mark || !event.target.matches?.("[data-writes] textarea, #dialog textarea")) return;
    clearTimeout(writing);
    const begins = event.target.value.trim() !== "" && mark.value !== "1";
    mark.value = event.target.value.trim() === "" ? "0" : "1";
    writing = setTimeout(() => { mark.value = "0"; }, 60_000);
    if (begins) document.body.dispatchEvent(new CustomEvent("perennial:visible"));
  });

  /* A text that stands ready goes into the field that is written, below what is there already. */
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-insert]");
    const field = button && document.getElementById(button.dataset.insert);
    if (!field) return;
    const said = field.value.trimEnd();
    field.value = said ? `${said}\n\n${button.dataset.text}` : button.dataset.text;
    const kind = field.form?.querySelector("select[name=kind]");
    if (kind?.querySelector("option[value=outbound]")) kind.value = "outbound";
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  });

  /* A card that is dropped on a column does what its own menu would do: the server decides. */
  let dragged = null;
  document.addEventListener("dragstart", (event) => {
    dragged = event.target.closest?.("[data-case]") ?? null;
    if (dragged) event.dataTransfer.effectAllowed = "move";
  });
  document.addEventListener("dragover", (event) => {
    if (dragged && event.target.closest?.("[data-column]")) event.preventDefault();
  });
  document.addEventListener("drop", (event) => {
    const column = event.target.closest?.("[data-column]");
    const card = dragged;
    dragged = null;
    if (!column || !card) return;
    event.preventDefault();
    const move = card.querySelector(`[data-move="${column.dataset.column}"]`);
    if (!move) return;
    if (move instanceof HTMLFormElement) move.requestSubmit();
    else move.click();
  });
})();
