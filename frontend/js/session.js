// Warns two minutes before the session closes, in every tab at once; the typed text stays in the page.
const WARN_BEFORE = 120;
const PATIENCE = 10000;

const token = () => document.querySelector('meta[name="csrf-token"]');
const reader = (page) => page.querySelector(".pp-account-panel")?.textContent.replace(/\s+/g, " ");

// Another sign-in since the page was read: its forms take the new session's token, if the reader is the same.
const renew = async () => {
  const answer = await fetch(location.href);
  if (!answer.ok || answer.redirected) return "closed";
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector('meta[name="csrf-token"]')?.content;
  if (!fresh || reader(page) !== reader(document)) return "closed";
  token().content = fresh;
  document.querySelectorAll("[name=csrfmiddlewaretoken]").forEach((field) => { field.value = fresh; });
  return "ok";
};

// Would a form sent now arrive? « ok », « closed » (no session any more) or « lost » (no network).
export const reach = async () => {
  const stop = new AbortController();
  const timer = window.setTimeout(() => stop.abort(), PATIENCE);
  try {
    const headers = { "X-CSRFToken": token()?.content || "" };
    const { pepExtend } = document.body.dataset;
    const answer = await fetch(pepExtend || location.href, { method: pepExtend ? "POST" : "HEAD", headers, signal: stop.signal });
    return answer.ok && !answer.redirected ? "ok" : await renew();
  } catch {
    return "lost";
  } finally {
    window.clearTimeout(timer);
  }
};

export const watchSession = () => {
  const { pepIdle } = document.body.dataset;
  const dialog = document.querySelector("[data-pep-session]");
  if (!pepIdle || !dialog) return;
  const idle = Number(pepIdle);
  const tabs = "BroadcastChannel" in window ? new BroadcastChannel("pep-session") : null;
  let seenAt = Date.now();

  const again = dialog.querySelector("[data-pep-session-again]");
  const [title, text, button] = ["h2", "p", "[data-pep-session-extend]"].map((one) => dialog.querySelector(one));
  const words = [title, text, button].map((one) => one.textContent);

  const alive = (tell) => {
    seenAt = Date.now();
    if (dialog.dataset.pepClosed) {
      delete dialog.dataset.pepClosed;
      [title, text, button].forEach((one, index) => { one.textContent = words[index]; });
      if (again) again.hidden = true;
    }
    if (dialog.open) dialog.close();
    if (tell) tabs?.postMessage("alive");
  };
  const extend = async () => {
    const state = await reach();
    if (state === "ok") alive(true);
    else if (state === "closed") close();
    else text.textContent = "Le serveur n'a pas répondu. Votre texte reste dans cette page. Réessayez.";
  };
  const close = () => {
    dialog.dataset.pepClosed = "1";
    title.textContent = "Votre session est fermée";
    text.textContent = "Votre texte reste dans cette page. Reconnectez-vous dans un autre onglet, puis revenez l'envoyer.";
    button.textContent = "Revenir à la page";
    if (again) again.hidden = false;
    if (!dialog.open) dialog.showModal();
  };
  const look = () => {
    const left = idle - (Date.now() - seenAt) / 1000;
    if (dialog.dataset.pepClosed) return;
    if (left <= 0) close();
    else if (left <= WARN_BEFORE && !dialog.open) dialog.showModal();
  };

  button.addEventListener("click", () => {
    if (dialog.dataset.pepClosed) dialog.close();
    else extend();
  });
  document.addEventListener("pep:alive", () => alive(true));
  document.addEventListener("pep:closed", close);
  document.addEventListener("htmx:after:request", (event) => {
    if (event.detail.ctx?.response?.status === 401) close();
    else alive(true);
  });
  tabs?.addEventListener("message", () => alive(false));
  document.addEventListener("visibilitychange", look);
  window.setInterval(look, 5000);
  tabs?.postMessage("alive");
};
