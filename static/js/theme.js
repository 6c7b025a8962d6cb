/* Runs before the first paint: "auto" becomes light or dark, and follows the system while the page is open. */
(() => {
  "use strict";
  const root = document.documentElement;
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  root.classList.add("js");
  const apply = () => {
    const wanted = root.dataset.theme || "auto";
    const shown = wanted === "auto" ? (dark.matches ? "dark" : "light") : wanted;
    if (root.dataset.bsTheme !== shown) {
      root.dataset.bsTheme = shown;
      document.dispatchEvent(new CustomEvent("perennial:theme", { detail: shown }));
    }
  };
  dark.addEventListener("change", apply);
  window.perennialTheme = (choice) => {
    root.dataset.theme = choice;
    apply();
  };
  apply();
})();
