// The review desk by keyboard: one letter, one button. Off in fields, off with a modifier, off when the reader says so.
const KEPT = "pep-review-keys";
const editable = (node) => node.closest("input, textarea, select, [contenteditable]") !== null;
const stored = () => { try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; } };

let on = stored();
const toggle = document.querySelector("[data-pep-keys-toggle]");
const words = { on: toggle?.textContent, off: toggle?.dataset.off };
const show = () => { if (toggle) toggle.textContent = on ? words.on : words.off; };

const step = (way) => {
  const links = [...document.querySelectorAll("[data-pep-card]")];
  const at = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at + way))]?.focus();
};

// A decision that needs its reason leads to the field first; the server would refuse it anyway.
const press = (target) => {
  const reason = target.form?.querySelector("[name=reason]");
  if (reason && target.name === "decision" && target.value !== "lier" && !reason.value.trim()) {
    reason.focus();
    document.dispatchEvent(new CustomEvent("pep:say", { detail: "Écrivez d'abord le motif." }));
    return;
  }
  target.click();
};

const onKey = (event) => {
  if (!on || event.defaultPrevented || event.ctrlKey || event.altKey || event.metaKey || editable(event.target)) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") return step(key === "j" ? 1 : -1);
  if (key === "m") {
    event.preventDefault();
    return document.querySelector("[name=reason]")?.focus();
  }
  if (!/^[a-z]$/.test(key)) return undefined;
  const target = document.querySelector(`[data-pep-key="${key}"]`);
  if (target) {
    event.preventDefault();
    press(target);
  }
  return undefined;
};

for (const box of document.querySelectorAll("[data-pep-keys]")) box.hidden = false;
toggle?.addEventListener("click", () => {
  on = !on;
  try { localStorage.setItem(KEPT, on ? "on" : "off"); } catch { /* private browsing: for this page only */ }
  show();
});
document.addEventListener("keydown", onKey);
show();
