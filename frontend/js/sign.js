// Signature drawn on the screen, kept as points (« x,y x,y;x,y x,y »): no image. Without it the typed name is enough.
const WIDTH = 600;
const HEIGHT = 200;
const LONGEST = 20000;

const pad = document.querySelector("[data-pep-sign]");
const field = pad && document.getElementById(pad.dataset.pepSign);

if (field) {
  const svg = pad.querySelector("svg");
  let line = null;

  const point = (event) => {
    const box = svg.getBoundingClientRect();
    const place = (value, size, span) => Math.max(0, Math.min(span, Math.round((value / size) * span)));
    return `${place(event.clientX - box.left, box.width, WIDTH)},${place(event.clientY - box.top, box.height, HEIGHT)}`;
  };
  const keep = () => {
    field.value = [...svg.children].map((one) => one.getAttribute("points")).join(";");
  };
  const add = (event) => {
    const points = line.getAttribute("points");
    const next = point(event);
    if (field.value.length + points.length > LONGEST - 10 || points.endsWith(next)) return;
    line.setAttribute("points", points ? `${points} ${next}` : next);
  };

  svg.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    svg.setPointerCapture(event.pointerId);
    line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
    line.setAttribute("points", "");
    svg.append(line);
    add(event);
  });
  svg.addEventListener("pointermove", (event) => { if (line) add(event); });
  for (const end of ["pointerup", "pointercancel"]) {
    svg.addEventListener(end, () => { line = null; keep(); });
  }
  pad.querySelector("button").addEventListener("click", () => { svg.replaceChildren(); keep(); });
  pad.hidden = false;
}
