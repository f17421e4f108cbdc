// The composer of a discussion: sends without leaving the page, keeps the text when the network fails, sends again
// with the same key so that nothing is posted twice. Without this file the form posts as any form does.
import { shrink } from "./photo.js";

const say = (text) => document.dispatchEvent(new CustomEvent("pep:say", { detail: text }));
const reach = () => new Promise((tell) => { document.dispatchEvent(new CustomEvent("pep:reach", { detail: tell })); });
const newKey = () => crypto.randomUUID?.()
  ?? "10000000-1000-4000-8000-100000000000".replace(/[018]/g, (c) => (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16));

export const watchComposer = (form, talk) => {
  const text = form.elements.texte;
  const preview = form.querySelector("[data-pep-preview]");
  const errors = form.querySelector("[data-pep-composer-error]");
  const concerns = form.querySelector("[data-pep-concerns]");
  const people = form.querySelector("[data-pep-mentions]");
  let files = [];

  const tell = (message) => {
    errors.hidden = !message;
    errors.textContent = message || "";
    if (message) say(message);
  };
  const show = () => {
    preview.replaceChildren(...files.map((file, index) => {
      const item = document.createElement("li");
      if (file.type.startsWith("image/")) {
        const image = document.createElement("img");
        image.src = URL.createObjectURL(file);
        image.alt = "";
        image.className = "pp-thumb";
        image.onload = () => URL.revokeObjectURL(image.src);
        item.append(image);
      }
      const name = document.createElement("span");
      name.textContent = `${file.name} (${Math.max(1, Math.round(file.size / 1024))} Ko)`;
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "btn btn-quiet btn-sm";
      remove.textContent = "Enlever";
      remove.setAttribute("aria-label", `Enlever ${file.name}`);
      remove.addEventListener("click", () => { files.splice(index, 1); show(); text.focus(); });
      item.append(name, remove);
      return item;
    }));
    preview.hidden = !files.length;
    if (concerns) concerns.hidden = !files.length;
  };
  form.querySelectorAll("[data-pep-files]").forEach((input) => input.addEventListener("change", async () => {
    const chosen = [...input.files].slice(0, 5 - files.length);
    input.value = "";
    for (const file of chosen) files.push(await shrink(file));
    show();
    if (chosen.length) say(`${files.length} fichier${files.length > 1 ? "s" : ""} joint${files.length > 1 ? "s" : ""}`);
  }));

  // ── Mentions ──
  const asked = () => /(?:^|\s)@([^\n@]{0,40})$/.exec(text.value.slice(0, text.selectionStart));
  text.addEventListener("input", () => {
    const found = asked();
    const start = found?.[1].toLowerCase() ?? "";
    let shown = 0;
    people.querySelectorAll("[data-mention]").forEach((button) => {
      button.parentElement.hidden = !found || !button.textContent.toLowerCase().includes(start.trim());
      if (!button.parentElement.hidden) shown += 1;
    });
    people.hidden = !found || !shown;
  });
  people.addEventListener("click", (event) => {
    const button = event.target.closest("[data-mention]");
    const found = button && asked();
    if (!found) return;
    const end = text.selectionStart;
    const start = end - found[1].length - 1;
    text.setRangeText(`${button.dataset.mention} `, start, end, "end");
    people.hidden = true;
    text.focus();
  });

  // ── Sending ──
  const attempt = async (entry, body) => {
    entry.pending();
    try {
      const answer = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const data = await answer.json().catch(() => ({}));
      if (answer.redirected || answer.status === 401 || answer.status === 403) {
        // No session any more, or another since the page was read: the message waits here.
        const state = await reach();
        if (state === "ok" && body.get("csrfmiddlewaretoken") !== form.elements.csrfmiddlewaretoken.value) {
          body.set("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
          return attempt(entry, body);
        }
        entry.failed(() => attempt(entry, body));
        if (state === "closed") document.dispatchEvent(new CustomEvent("pep:closed"));
      } else if (answer.ok) {
        entry.done(data);
        document.dispatchEvent(new CustomEvent("pep:online"));
        document.dispatchEvent(new CustomEvent("pep:alive"));
        say("Message envoyé");
      } else if (answer.status === 422 || answer.status === 409) {
        entry.refused();
        if (!text.value) text.value = body.get("texte");
        tell(data.erreur || "Le message n'a pas pu être envoyé.");
      } else {
        entry.failed(() => attempt(entry, body));
      }
    } catch {
      document.dispatchEvent(new CustomEvent("pep:offline"));
      entry.failed(() => attempt(entry, body));
    }
    return undefined;
  };
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    if (!text.value.trim() && !files.length) {
      tell("Écrivez un message ou joignez un fichier.");
      text.focus();
      return;
    }
    tell("");
    const body = new FormData(form);
    body.delete("photo");
    body.delete("fichiers");
    const plain = !files.length;
    files.forEach((file) => body.append("fichiers", file, file.name));
    const entry = talk.optimistic(text.value, files.length, body.get("urgent") === "1");
    text.value = "";
    text.dispatchEvent(new Event("input", { bubbles: true }));
    form.elements.cle.value = newKey();
    form.elements.urgent.checked = false;
    files = [];
    show();
    text.focus();
    // Without a file the form is sent as plain fields: the server posts those at less cost.
    attempt(entry, plain ? new URLSearchParams(body) : body);
  });
  text.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
};
