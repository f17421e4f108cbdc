// One open discussion: puts entries at their number, fills holes, marks the reader's own messages, keeps receipts.
import { watchComposer } from "./composer.js";

const READ_AFTER = 800;

export const watchTalk = (section, { ask, badge }) => {
  const list = section.querySelector("#messages");
  const own = section.dataset.own;
  const readers = new Map([...section.querySelectorAll("[data-reader]")].map((item) => [item.dataset.reader, Number(item.dataset.seq)]));
  const csrf = () => document.querySelector('meta[name="csrf-token"]')?.content || "";
  let last = Number(section.dataset.last);
  let read = Number(section.dataset.read);
  let since = document.querySelector("[data-pep-now]")?.dataset.pepNow || "";
  let filling = false;
  let wanted = false;
  let reading = 0;

  // ── Entries ──
  const receipt = (entry) => {
    const place = entry.querySelector("[data-state]");
    if (!place || entry.dataset.author !== own || entry.classList.contains("pp-message-withdrawn")) return;
    const seq = Number(entry.dataset.seq);
    const others = [...readers].filter(([reader]) => reader !== own);
    const count = others.filter(([, reached]) => reached >= seq).length;
    place.textContent = count ? `Lu par ${count}/${others.length}` : "Reçu par le serveur";
  };
  const dress = (entry) => {
    if (entry.dataset.author === own && !("system" in entry.dataset)) entry.classList.add("pp-message-own");
    if (entry.dataset.mentions?.split(" ").includes(own)) entry.classList.add("pp-message-mine");
    receipt(entry);
  };
  const dayMark = (entry) => {
    const { day, dayLabel } = entry.dataset;
    if (!day || list.querySelector(`[data-day-mark="${day}"]`)) return null;
    const mark = document.createElement("li");
    mark.className = "pp-day";
    mark.dataset.dayMark = day;
    mark.textContent = dayLabel || "Aujourd'hui";
    return mark;
  };
  const atEnd = () => window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 240;
  const place = (entry) => {
    section.querySelector("[data-pep-empty]")?.remove();
    const follow = atEnd();
    const seq = Number(entry.dataset.seq);
    const after = [...list.querySelectorAll("[data-seq]")].reverse().find((one) => Number(one.dataset.seq) < seq);
    const mark = dayMark(entry);
    if (after) after.after(...(mark ? [mark, entry] : [entry]));
    else list.prepend(...(mark ? [mark, entry] : [entry]));
    if (follow) entry.scrollIntoView({ block: "nearest" });
  };
  const receive = (entry, seq, kind) => {
    const there = document.getElementById(entry.id);
    dress(entry);
    if (there) {
      there.replaceWith(entry);
    } else if ((kind === "message" || seq > last) && !("past" in section.dataset)) {
      place(entry); // a message corrected or withdrawn before this page knew it comes by its change alone
      if (kind === "message" && entry.dataset.author !== own) {
        document.dispatchEvent(new CustomEvent("pep:say", { detail: `Nouveau message de ${entry.querySelector("strong")?.textContent || "Pépites"}` }));
      }
    }
    if (seq > last + 1) fill();
    if (seq === last + 1) last = seq;
    if ("system" in entry.dataset) fill();
    markRead();
  };

  // ── Holes, receipts, names: what the server says by number ──
  const fill = async () => {
    wanted = true;
    if (filling) return;
    filling = true;
    while (wanted) {
      wanted = false;
      await fillOnce();
    }
    filling = false;
  };
  const fillOnce = async () => {
    try {
      const reached = last;
      const data = await ask(`${section.dataset.eventsUrl}?apres=${last}&depuis=${encodeURIComponent(since)}`);
      since = data.heure;
      last = Math.max(last, ...data.messages.map((one) => one.seq));
      if (last > reached && last < data.dernier) wanted = true; // more was missed than one answer holds
      data.messages.forEach((one) => {
        const holder = document.createElement("template");
        holder.innerHTML = one.html;
        const entry = holder.content.firstElementChild;
        dress(entry);
        const there = document.getElementById(entry.id);
        if (there) there.replaceWith(entry);
        else if (one.seq > reached && !("past" in section.dataset)) place(entry);
      });
      Object.entries(data.lecteurs).forEach(([reader, seq]) => readers.set(reader, seq));
      [...readers.keys()].forEach((reader) => { if (!(reader in data.lecteurs)) readers.delete(reader); });
      list.querySelectorAll(".pp-message-own").forEach(receipt);
      const names = section.querySelector("[data-pep-names]");
      if (names) names.textContent = data.noms;
      const people = section.querySelector("[data-pep-mentions]");
      if (people) people.innerHTML = data.mentions;
      badge(data.non_lus);
      markRead();
    } catch { /* the stream or the next poll tells */ }
  };
  const markRead = () => {
    window.clearTimeout(reading);
    reading = window.setTimeout(async () => {
      if (document.visibilityState === "hidden" || last <= read || "past" in section.dataset) return;
      const body = new URLSearchParams({ seq: String(last) });
      try {
        const answer = await fetch(section.dataset.readUrl, {
          method: "POST", body, headers: { Accept: "application/json", "X-CSRFToken": csrf(), "X-Pep-Background": "1" },
        });
        if (!answer.ok) return;
        read = Number(body.get("seq"));
        document.querySelector("[data-pep-mark-read]")?.remove();
        badge((await answer.json()).non_lus);
      } catch { /* asked again with the next message */ }
    }, READ_AFTER);
  };
  const check = async () => {
    const answer = await fetch(location.href, { method: "HEAD", headers: { "X-Pep-Background": "1" } }).catch(() => null);
    if (answer && answer.status === 404) location.replace("/discussions/");
  };

  // ── Own messages before the server has them ──
  const optimistic = (text, files, urgent) => {
    const entry = document.createElement("li");
    entry.className = `pp-message pp-message-own${urgent ? " pp-message-urgent" : ""}`;
    entry.dataset.pepUnsent = "1";
    const bubble = document.createElement("article");
    bubble.className = "pp-bubble";
    const words = document.createElement("div");
    words.className = "pp-prose pp-prose-typed";
    words.textContent = text || `${files} fichier${files > 1 ? "s" : ""}`;
    const foot = document.createElement("footer");
    foot.className = "pp-bubble-foot";
    bubble.append(words, foot);
    entry.append(bubble);
    list.append(entry);
    entry.scrollIntoView({ block: "nearest" });
    const button = (label, act) => {
      const one = document.createElement("button");
      one.type = "button";
      one.className = "btn btn-outline btn-sm";
      one.textContent = label;
      one.addEventListener("click", act);
      return one;
    };
    return {
      pending: () => { foot.textContent = navigator.onLine ? "Envoi en cours…" : "En attente de réseau"; },
      done: (data) => {
        const holder = document.createElement("template");
        holder.innerHTML = data.html;
        const final = holder.content.firstElementChild;
        entry.remove();
        receive(final, data.seq, "message");
      },
      refused: () => entry.remove(),
      failed: (retry) => {
        const state = document.createElement("span");
        state.className = "pp-state pp-state-failed";
        state.textContent = "Non envoyé";
        foot.replaceChildren(state, button("Réessayer", retry), button("Supprimer", () => entry.remove()));
        document.dispatchEvent(new CustomEvent("pep:say", { detail: "Message non envoyé. Votre texte reste dans la page." }));
      },
    };
  };

  // ── Urgent: acknowledged without leaving the page ──
  list.addEventListener("click", async (event) => {
    const link = event.target.closest("[data-pep-acknowledge]");
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    try {
      const answer = await fetch(`${link.href}prendre-en-compte/`, {
        method: "POST", headers: { Accept: "application/json", "X-CSRFToken": csrf() },
      });
      if (!answer.ok) throw new Error("refused");
      const holder = document.createElement("template");
      holder.innerHTML = (await answer.json()).html;
      const entry = holder.content.firstElementChild;
      receive(entry, Number(entry.dataset.seq), "ack");
    } catch {
      location.assign(link.href);
    }
  });

  const talk = {
    id: section.dataset.pepConversation,
    receive, fill, optimistic, check,
    read: (reader, seq) => {
      readers.set(reader, Math.max(readers.get(reader) || 0, seq));
      if (reader === own) read = Math.max(read, seq);
      list.querySelectorAll(".pp-message-own").forEach(receipt);
    },
    state: (live) => {
      const zone = section.querySelector("[data-pep-live]");
      if (zone) zone.textContent = live ? "" : "Le direct est interrompu. Les messages arrivent toutes les minutes.";
    },
  };
  list.querySelectorAll("[data-seq]").forEach(dress);
  const form = section.querySelector("[data-pep-composer]");
  if (form) watchComposer(form, talk);
  // First what is new; else the end, with as much of the composer as fits under the last message.
  const unread = list.querySelector("[data-pep-new]");
  if (!("past" in section.dataset) && !location.hash) {
    form?.scrollIntoView({ block: "end" });
    (unread || list.lastElementChild)?.scrollIntoView({ block: unread ? "start" : "nearest" });
  }
  markRead();
  return talk;
};
