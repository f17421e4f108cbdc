// State of the network in the header, with the number of sends that wait (« pep:queue », detail: number).
let waiting = 0;
let lost = false;

const show = () => {
  const off = lost || !navigator.onLine;
  const plural = waiting > 1 ? "s" : "";
  const queue = waiting ? ` – ${waiting} envoi${plural} en attente` : "";
  document.querySelectorAll("[data-pep-network]").forEach((element) => {
    element.classList.toggle("pp-network-off", off || waiting > 0);
    element.querySelector("[data-pep-network-text]").textContent = (off ? "Hors ligne" : "En ligne") + queue;
  });
};

export const watchNetwork = () => {
  const set = (value) => () => {
    lost = value;
    show();
  };
  window.addEventListener("online", set(false));
  window.addEventListener("offline", set(true));
  document.addEventListener("pep:offline", set(true));
  document.addEventListener("pep:online", set(false));
  document.addEventListener("htmx:after:request", set(false));
  document.addEventListener("pep:queue", (event) => {
    waiting = event.detail;
    show();
  });
  show();
};
