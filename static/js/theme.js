// Light, dark or as the system says. Loaded before the first paint, so that no page flashes.
(() => {
  const ORDER = ["system", "light", "dark"];
  document.documentElement.classList.add("js");
  const read = () => {
    try {
      const kept = localStorage.getItem("plumbline:theme");
      return ORDER.includes(kept) ? kept : "system";
    } catch {
      return "system";
    }
  };
  const show = (theme) => {
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
    for (const name of document.querySelectorAll("[data-theme-name]")) name.textContent = name.dataset[theme];
  };
  show(read());
  document.addEventListener("DOMContentLoaded", () => {
    show(read());
    for (const button of document.querySelectorAll("[data-theme-next]")) {
      button.addEventListener("click", () => {
        const next = ORDER[(ORDER.indexOf(read()) + 1) % ORDER.length];
        try {
          localStorage.setItem("plumbline:theme", next);
        } catch {
          // A browser without storage keeps the theme for this page only.
        }
        show(next);
      });
    }
  });
})();
