/* Typing @ in a text field marked data-mention offers colleagues who may see the record.
   Arrow keys and Enter choose, Escape closes; text that an input method is composing is left alone. */
(() => {
  "use strict";
  const { closest } = window.perennial;
  const URL_OF_LIST = "/mentions/";
  let field = null;
  let list = null;
  let start = -1;
  let asked = 0;
  let timer = 0;

  const close = () => {
    clearTimeout(timer);
    asked += 1;
    list?.remove();
    list = null;
    field?.removeAttribute("aria-activedescendant");
    field?.setAttribute("aria-expanded", "false");
  };
  /* what stands between an @ and the caret; a letter or digit before the @ makes it an e-mail address */
  const query = (input) => {
    if (input.selectionStart !== input.selectionEnd) return null;
    const before = input.value.slice(0, input.selectionStart);
    const found = /(?:^|[^A-Za-z0-9._%+-])@([^\s@[\]()]{0,30})$/.exec(before);
    if (!found) return null;
    start = before.length - found[1].length - 1;
    return found[1];
  };
  /* a task that is still to be made belongs to the customer that its form names */
  const about = (input) => {
    const customer = input.form?.querySelector("[name=customer]")?.value;
    return input.dataset.mention || (customer && /^\d+$/.test(customer) ? `customers.customer:${customer}` : "");
  };
  const options = () => [...(list?.querySelectorAll("[role=option]") || [])];
  const select = (index) => {
    const all = options();
    if (!all.length) return;
    const place = (index + all.length) % all.length;
    all.forEach((option, number) => option.setAttribute("aria-selected", String(number === place)));
    all[place].scrollIntoView({ block: "nearest" });
    field.setAttribute("aria-activedescendant", all[place].id);
  };
  const selected = () => options().findIndex((option) => option.getAttribute("aria-selected") === "true");
  const choose = (option) => {
    const input = field;
    const text = `${option.dataset.markup} `;
    input.setRangeText(text, start, input.selectionStart, "end");
    close();
    input.focus();
    input.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const open = (html) => {
    list?.remove();
    list = document.createElement("ul");
    list.className = "mention-list";
    list.id = "mention-list";
    list.setAttribute("role", "listbox");
    list.innerHTML = html;
    field.after(list);
    field.setAttribute("aria-controls", "mention-list");
    field.setAttribute("aria-expanded", "true");
    select(0);
  };
  const ask = (text) => {
    clearTimeout(timer);
    const mine = ++asked;
    timer = setTimeout(async () => {
      const parameters = new URLSearchParams({ q: text, about: about(field) });
      try {
        const answer = await fetch(`${URL_OF_LIST}?${parameters}`, { redirect: "error" });
        if (answer.ok && mine === asked) open(await answer.text());
      } catch {
        close();
      }
    }, 150);
  };
  const look = (event) => {
    const input = closest(event, "[data-mention]");
    if (!input || event.isComposing) return;
    field = input;
    const text = query(input);
    if (text === null) close();
    else ask(text);
  };
  document.addEventListener("input", look);
  document.addEventListener("compositionend", look);
  document.addEventListener("keydown", (event) => {
    if (!list || event.target !== field || event.isComposing) return;
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in moves) select(selected() + moves[event.key]);
    else if ((event.key === "Enter" || event.key === "Tab") && selected() >= 0) choose(options()[selected()]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
  /* mousedown, so that the field keeps the focus */
  document.addEventListener("mousedown", (event) => {
    const option = closest(event, ".mention-list [role=option]");
    if (!option) return;
    event.preventDefault();
    choose(option);
  });
  document.addEventListener("focusout", (event) => { if (event.target === field) close(); });
})();
