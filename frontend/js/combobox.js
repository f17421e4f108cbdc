// <pp-combobox>: text field with a list served by the site, ARIA 1.2 « combobox with listbox popup ».
// Without this file the text alone is sent, and the server looks it up.
const WAIT = 200;
let rank = 0;

class Combobox extends HTMLElement {
  connectedCallback() {
    if (this.list) return;
    [this.field, this.hiddenField] = [this.querySelector("input:not([type=hidden])"), this.querySelector("input[type=hidden]")];
    rank += 1;
    this.list = Object.assign(document.createElement("ul"), { className: "pp-options", id: `pp-options-${rank}`, hidden: true });
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.field.labels[0]?.textContent.trim() || "Propositions");
    this.append(this.list);
    const roles = { role: "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": this.list.id };
    Object.entries(roles).forEach(([name, value]) => this.field.setAttribute(name, value));
    this.field.addEventListener("input", () => this.typed());
    this.field.addEventListener("keydown", (event) => this.pressed(event));
    this.field.addEventListener("blur", () => window.setTimeout(() => this.close(), 150));
    this.list.addEventListener("mousedown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const option = event.target.closest("[data-value]");
      if (option) this.choose(option);
    });
  }

  typed() {
    this.hiddenField.value = "";
    window.clearTimeout(this.timer);
    const text = this.field.value.trim();
    if (text.length < Number(this.dataset.min || 2)) this.close();
    else this.timer = window.setTimeout(() => this.load(text), WAIT);
  }

  async load(text) {
    this.asked?.abort();
    this.asked = new AbortController();
    try {
      const url = new URL(this.dataset.url, location.href);
      url.searchParams.set("q", text);
      const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: this.asked.signal });
      if (answer.ok) this.show((await answer.json()).results);
    } catch (error) {
      if (error.name !== "AbortError") this.close();
    }
  }

  show(results) {
    this.list.replaceChildren(...results.map((result, index) => {
      const option = Object.assign(document.createElement("li"), { id: `${this.list.id}-${index}`, textContent: result.label });
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", "false");
      option.dataset.value = result.value;
      option.dataset.label = result.label;
      if (result.hint) option.append(Object.assign(document.createElement("small"), { textContent: result.hint }));
      return option;
    }));
    if (!results.length) {
      const none = Object.assign(document.createElement("li"), { className: "pp-options-none", textContent: "Aucune proposition" });
      none.setAttribute("role", "option");
      none.setAttribute("aria-disabled", "true");
      this.list.append(none);
    }
    this.list.hidden = false;
    this.field.setAttribute("aria-expanded", "true");
    this.mark(-1);
    const count = results.length;
    document.dispatchEvent(new CustomEvent("pep:say", { detail: count ? `${count} proposition${count > 1 ? "s" : ""}` : "Aucune proposition" }));
  }

  options() {
    return [...this.list.querySelectorAll("[data-value]")];
  }

  mark(index) {
    this.index = index;
    this.options().forEach((option, rankInList) => option.setAttribute("aria-selected", String(rankInList === index)));
    const option = this.options()[index];
    if (option) {
      this.field.setAttribute("aria-activedescendant", option.id);
      option.scrollIntoView({ block: "nearest" });
    } else {
      this.field.removeAttribute("aria-activedescendant");
    }
  }

  pressed(event) {
    const options = this.options();
    const open = !this.list.hidden;
    if (event.key === "Escape" && open) {
      event.preventDefault();
      this.close();
    } else if (event.key === "Enter" && open && options[this.index]) {
      event.preventDefault();
      this.choose(options[this.index]);
    } else if (/^Arrow(Down|Up)$/.test(event.key) && open && options.length) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      this.mark((this.index + step + options.length + (this.index < 0 && step < 0 ? 1 : 0)) % options.length);
    } else if (event.key === "ArrowDown" && !open && this.field.value.trim()) {
      this.load(this.field.value.trim());
    }
  }

  choose(option) {
    this.field.value = option.dataset.label;
    this.hiddenField.value = option.dataset.value;
    this.hiddenField.dispatchEvent(new Event("change", { bubbles: true }));
    this.close();
  }

  close() {
    this.list.hidden = true;
    this.field.setAttribute("aria-expanded", "false");
    this.field.removeAttribute("aria-activedescendant");
  }
}

if (!customElements.get("pp-combobox")) customElements.define("pp-combobox", Combobox);
