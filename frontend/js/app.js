// Behaviours of every page. Without this file the pages still work: it only makes them quicker and kinder.
import { watchNetwork } from "./network.js";
import { reach, watchSession } from "./session.js";

const BUSY_AFTER = 150;
const AUTOSUBMIT_AFTER = 300;
const FREE_AFTER = 20000;
const timers = new WeakMap();
const drafts = new Map();

const say = (text) => {
  const zone = document.getElementById("pp-status");
  if (!zone || !text) return;
  zone.textContent = "";
  window.setTimeout(() => { zone.textContent = text; }, 60);
};
document.addEventListener("pep:say", (event) => say(event.detail));

// What the reader must know before going on: said, and shown until something is sent.
const warn = (text) => {
  say(text);
  const box = document.getElementById("pp-warn") || document.createElement("p");
  box.id = "pp-warn";
  box.className = "pp-toast";
  box.textContent = text;
  document.body.append(box);
};
const unwarn = () => document.getElementById("pp-warn")?.remove();
window.addEventListener("online", unwarn);

// ── Sending ────────────────────────────────────────────────────────────────────────────────────────────────────
const sendButtons = (form) =>
  [...form.querySelectorAll("[data-pep-busy]"), ...document.querySelectorAll(`[data-pep-busy][form="${form.id || "-"}"]`)];

const setBusy = (form) => {
  form.dataset.pepSent = "1";
  const buttons = sendButtons(form);
  // Disabled one tick later: a button disabled during « submit » would not send its own name and value.
  window.setTimeout(() => buttons.forEach((button) => { button.disabled = true; }), 0);
  timers.set(form, window.setTimeout(() => buttons.forEach((button) => {
    const words = button.querySelector("span");
    if (!words || button.dataset.pepWords !== undefined) return;
    button.dataset.pepWords = words.textContent;
    words.textContent = button.dataset.pepBusy;
    button.setAttribute("aria-busy", "true");
  }), BUSY_AFTER));
};

const setFree = (form) => {
  window.clearTimeout(timers.get(form));
  delete form.dataset.pepSent;
  window.setTimeout(() => sendButtons(form).forEach((button) => {
    button.disabled = false;
    button.removeAttribute("aria-busy");
    if (button.dataset.pepWords !== undefined) button.querySelector("span").textContent = button.dataset.pepWords;
    delete button.dataset.pepWords;
  }), 0);
};

const NO_NETWORK = "Pas de réseau. Votre saisie reste ici : envoyez-la quand le réseau revient.";
const lost = () => {
  warn(NO_NETWORK);
  document.dispatchEvent(new CustomEvent("pep:offline"));
};
document.addEventListener("pep:reach", (event) => reach().then(event.detail));
// A form sent by the browser itself leaves the page: what is typed would go with it when the network or the session
// is gone. So one asks first whether it would arrive.
const askFirst = (form) => form.method === "post" && document.body.dataset.pepExtend && !form.dataset.pepReached
  && form.querySelector("textarea, input:not([type=hidden])");
const sendIfReached = async (form, submitter) => {
  setBusy(form);
  const state = await reach();
  setFree(form);
  if (state === "lost") return lost();
  unwarn();
  document.dispatchEvent(new CustomEvent("pep:online"));
  if (state === "closed") return document.dispatchEvent(new CustomEvent("pep:closed"));
  form.dataset.pepReached = "1";
  return window.setTimeout(() => (form.requestSubmit ? form.requestSubmit(submitter) : form.submit()), 0);
};
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented) return;
  if (form.dataset.pepSent) {
    event.preventDefault();
  } else if (form.method === "post" && !navigator.onLine) {
    event.preventDefault();
    lost();
  } else if (askFirst(form)) {
    event.preventDefault();
    sendIfReached(form, event.submitter);
  } else if (form.method !== "dialog") {
    delete form.dataset.pepReached;
    unwarn();
    drafts.clear();
    if (form.target || form.matches("[data-pep-download]")) return;
    setBusy(form);
    window.setTimeout(setFree, FREE_AFTER, form);
  }
});
window.addEventListener("pageshow", () => document.querySelectorAll("form[data-pep-sent]").forEach(setFree));

const formOf = (element) => (element?.matches?.("form") ? element : element?.closest?.("form"));
document.addEventListener("htmx:config:request", (event) => {
  const { request } = event.detail.ctx;
  if (/^(get|head)$/i.test(request.method)) return;
  const token = document.querySelector('meta[name="csrf-token"]')?.content;
  if (token) request.headers["X-CSRFToken"] = token;
});
document.addEventListener("htmx:before:request", (event) => {
  const form = formOf(event.detail.ctx.sourceElement);
  if (form && event.detail.ctx.request.method.toLowerCase() !== "get") setBusy(form);
});
document.addEventListener("htmx:finally:request", (event) => {
  const { ctx } = event.detail;
  const form = formOf(ctx.sourceElement);
  if (form) setFree(form);
  if (ctx.response) unwarn();
  if (form && ctx.response?.status < 400) form.querySelectorAll("[data-pep-keep]").forEach((field) => drafts.delete(field));
});
document.addEventListener("htmx:error", (event) => {
  if (!event.detail.ctx) return;
  warn("Le serveur n'a pas répondu. Votre saisie reste ici : réessayez.");
  document.dispatchEvent(new CustomEvent("pep:offline"));
});

// ── After a swap: say what changed, put the focus where the reader needs it ────────────────────────────────────
const settle = (root, refused) => {
  root.querySelectorAll("[data-pep-say]").forEach((element) => {
    say(element.dataset.pepSay);
    element.removeAttribute("data-pep-say");
  });
  const wanted = root.querySelector("[data-pep-focus]") || (refused && root.querySelector("[data-pep-error-summary]"));
  if (!wanted) return;
  wanted.removeAttribute("data-pep-focus");
  if (!wanted.matches("a, button, input, select, textarea, [tabindex]")) wanted.setAttribute("tabindex", "-1");
  wanted.focus();
};
document.addEventListener("htmx:after:swap", (event) => settle(document, event.detail.ctx?.response?.status === 422));

// ── Dialogs and menus ──────────────────────────────────────────────────────────────────────────────────────────
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-pep-open]");
  if (opener) document.getElementById(opener.dataset.pepOpen)?.showModal();
  if (event.target.closest("[data-pep-close]") || event.target.matches("dialog[open]:not([data-pep-session])")) {
    event.target.closest("dialog")?.close();
  }
  document.querySelectorAll("details[data-pep-menu][open]").forEach((menu) => {
    if (!menu.contains(event.target)) menu.open = false;
  });
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  document.querySelectorAll("details[data-pep-menu][open]").forEach((menu) => {
    menu.open = false;
    menu.querySelector("summary").focus();
  });
});

// ── What is typed ──────────────────────────────────────────────────────────────────────────────────────────────
// Kept in the page only: health data never goes to the browser's storage (interface §4), so leaving asks first.
document.addEventListener("input", (event) => {
  const field = event.target;
  if (field.matches(".pp-composer textarea")) field.rows = field.value ? Math.max(field.rows, Math.min(10, Math.floor(field.scrollHeight / 24))) : 2;
  if (field.matches("[data-pep-keep]")) {
    if (field.value.trim()) drafts.set(field, true);
    else drafts.delete(field);
  }
  const form = field.closest("form[data-pep-autosubmit]");
  if (form) {
    window.clearTimeout(timers.get(form));
    timers.set(form, window.setTimeout(() => form.requestSubmit(), AUTOSUBMIT_AFTER));
  }
});
window.addEventListener("beforeunload", (event) => {
  const typed = [...drafts.keys()].some((field) => field.isConnected && field.value.trim());
  if (typed || document.querySelector("[data-pep-unsent]")) event.preventDefault();
});

// ── Tabs: the current one in sight ──
document.querySelectorAll(".pp-tabs [aria-current]").forEach((tab) => {
  const strip = tab.closest("ul");
  strip.scrollLeft = tab.offsetLeft - strip.offsetLeft - (strip.clientWidth - tab.offsetWidth) / 2;
});

watchNetwork();
watchSession();
settle(document, true);
if (document.querySelector("pp-combobox")) import("./combobox.js");
document.addEventListener("htmx:after:swap", () => {
  if (document.querySelector("pp-combobox:not(:defined)")) import("./combobox.js");
});
