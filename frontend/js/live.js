// Live discussions: one stream per page, closed when the page is hidden. The client drops what it knows, asks for any
// hole by number, comes back after a pause drawn at random, and polls each minute while no stream can open.
import { watchTalk } from "./talk.js";

const POLL = 60_000;
const FIRST_PAUSE = 500;
const LONGEST_PAUSE = 30_000;
const BACKGROUND = { headers: { Accept: "application/json", "X-Pep-Background": "1" } };

let source = null;
let lastEvent = 0;
let pause = FIRST_PAUSE;
let asked = 0;
let timer = 0;
let poller = 0;
const known = new Set();

const section = document.querySelector("[data-pep-conversation]");
const talk = section ? watchTalk(section, { ask: async (url) => (await fetch(url, BACKGROUND)).json(), badge: (n) => setBadge(n) }) : null;

// ── Badge of the navigation ──
const link = () => document.querySelector('.pp-nav-link[href="/discussions/"]');
function setBadge(count) {
  const place = link()?.querySelector(".pp-nav-icon");
  if (!place) return;
  let badge = place.querySelector(".pp-count");
  let words = link().querySelector(".visually-hidden");
  if (!count) {
    badge?.remove();
    words?.remove();
    return;
  }
  if (!badge) {
    badge = document.createElement("span");
    badge.className = "pp-count";
    badge.setAttribute("aria-hidden", "true");
    place.append(badge);
  }
  if (!words) {
    words = document.createElement("span");
    words.className = "visually-hidden";
    link().append(words);
  }
  badge.textContent = count > 99 ? "99+" : String(count);
  words.textContent = ` (${count} messages non lus)`;
}
// The server replays two minutes when a stream opens: what the page already counts is no news. Both hours are its own.
const pageAt = new Date(document.querySelector("[data-pep-now]")?.dataset.pepNow || 0);
const isNews = (fragment) => new Date(fragment.querySelector("time[datetime]")?.dateTime || Date.now()) > pageAt;
let refreshing = 0;
const refreshBadge = () => {
  window.clearTimeout(refreshing);
  refreshing = window.setTimeout(async () => {
    try {
      setBadge((await (await fetch("/discussions/non-lus/", BACKGROUND)).json()).non_lus);
    } catch { /* the next message or poll tells */ }
  }, 400);
};

// ── Rows of the list of discussions ──
const touchRow = (conversation, fragment) => {
  const row = document.querySelector(`[data-pep-talks] [data-conversation="${conversation}"]`);
  if (!row || !isNews(fragment)) return;
  const count = row.querySelector("[data-unread]");
  const before = Number(count.querySelector(".pp-count")?.textContent || 0);
  count.innerHTML = "";
  const pill = document.createElement("span");
  pill.className = "pp-count";
  pill.textContent = String(before + 1);
  count.append(pill);
  row.classList.add("pp-talk-unread");
  const words = row.querySelector(".pp-talk-last");
  const author = fragment.querySelector(".pp-bubble-head strong")?.textContent;
  words.textContent = `${author ? `${author} : ` : ""}${(fragment.querySelector(".pp-prose") || fragment).textContent.trim().slice(0, 140)}`;
  row.parentElement.prepend(row);
};

const receive = (event) => {
  const data = JSON.parse(event.data);
  const number = Number(event.lastEventId || 0);
  if (known.has(number)) return;
  known.add(number);
  lastEvent = Math.max(lastEvent, number);
  const holder = document.createElement("template");
  holder.innerHTML = data.html;
  const fragment = holder.content.firstElementChild;
  if (!fragment) return;
  const here = talk && talk.id === data.conversation;
  if (here) talk.receive(fragment, data.seq, data.genre);
  else if (data.genre === "message" && fragment.dataset.author !== section?.dataset.own) touchRow(data.conversation, fragment);
  if (data.genre === "message" && isNews(fragment) && !(here && document.visibilityState === "visible")) refreshBadge();
};

// ── The stream ──
const open = () => {
  window.clearTimeout(timer);
  if (source || document.visibilityState === "hidden") return;
  asked = Date.now();
  source = new EventSource(`/flux${lastEvent ? `?depuis=${lastEvent}` : ""}`);
  source.addEventListener("bienvenue", () => {
    pause = FIRST_PAUSE;
    window.clearInterval(poller);
    poller = 0;
    talk?.state(true);
    document.dispatchEvent(new CustomEvent("pep:online"));
    if (talk) talk.fill();
  });
  source.addEventListener("message", receive);
  source.addEventListener("lu", (event) => {
    const data = JSON.parse(event.data);
    if (talk?.id === data.conversation) talk.read(data.lecteur, data.seq);
  });
  source.addEventListener("trou", () => talk?.fill());
  source.addEventListener("fin", (event) => {
    if (event.data === "droits" && talk) talk.check();
    again(event.data === "session");
  });
  source.onerror = () => again(false);
};
const close = () => {
  source?.close();
  source = null;
};
const again = (slow) => {
  close();
  talk?.state(false);
  if (Date.now() - asked > 10_000) pause = FIRST_PAUSE;
  const wait = (slow ? LONGEST_PAUSE : pause) * (0.5 + Math.random());
  pause = Math.min(pause * 2, LONGEST_PAUSE);
  window.clearTimeout(timer);
  timer = window.setTimeout(open, wait);
  if (!poller) poller = window.setInterval(poll, POLL);
};
const poll = () => {
  if (document.visibilityState === "hidden") return;
  if (talk) talk.fill();
  else refreshBadge();
};

document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "hidden") {
    close();
    window.clearTimeout(timer);
  } else {
    open();
    refreshBadge();
  }
});
window.addEventListener("pagehide", close);
window.addEventListener("pageshow", (event) => { if (event.persisted) open(); });
open();
