// The INS datamatrix of a document read by the camera (identite-ins §1.6). The picture never leaves the page.
const EVERY = 120;
const SIDE = 800;
const PATIENCE = 45000;
const GS = /\x1d/g;

const zone = document.querySelector("[data-pep-scan]");
const field = zone && document.getElementById(zone.dataset.pepScan);

if (field && navigator.mediaDevices?.getUserMedia) {
  const [start, stop] = zone.querySelectorAll("button");
  const video = zone.querySelector("video");
  const status = zone.querySelector("[role=status]");
  const canvas = document.createElement("canvas");
  const context = canvas.getContext("2d", { willReadFrequently: true });
  let stream = null;

  const end = (words) => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    video.hidden = stop.hidden = true;
    start.hidden = false;
    status.textContent = words;
  };

  const seen = (read) => {
    const scale = SIDE / Math.max(video.videoWidth, video.videoHeight);
    const width = (canvas.width = Math.round(video.videoWidth * scale));
    const height = (canvas.height = Math.round(video.videoHeight * scale));
    context.drawImage(video, 0, 0, width, height);
    const { data } = context.getImageData(0, 0, width, height);
    const grey = new Uint8ClampedArray(width * height);
    for (let at = 0; at < grey.length; at += 1) grey[at] = (data[4 * at] * 3 + data[4 * at + 1] * 6 + data[4 * at + 2]) / 10;
    return read(grey, width, height);
  };

  const watch = (read, until) => {
    if (!stream) return;
    const text = video.videoWidth ? seen(read) : "";
    if (text.startsWith("IS01")) {
      end("Code lu, recherche en cours…");
      field.value = text.replace(GS, "␝");
      field.form.requestSubmit();
    } else if (performance.now() > until) {
      end("Rien n'a été lu. Posez le document à plat, bien éclairé, et recommencez ; ou cherchez par la date.");
    } else {
      if (text) status.textContent = "Ce code n'est pas un code INS. Cherchez le carré de points noirs près de l'identité.";
      window.setTimeout(() => watch(read, until), EVERY);
    }
  };

  start.addEventListener("click", async () => {
    start.hidden = true;
    status.textContent = "Ouverture de l'appareil photo…";
    try {
      const [{ read }, opened] = await Promise.all([
        import("./datamatrix.js"),
        navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment", width: { ideal: 1280 } } }),
      ]);
      stream = opened;
      video.srcObject = stream;
      video.hidden = stop.hidden = false;
      await video.play();
      status.textContent = "Visez le code : un carré de points noirs.";
      watch(read, performance.now() + PATIENCE);
    } catch {
      end("L'appareil photo est absent ou refusé. Tapez le numéro, ou cherchez par la date de naissance.");
    }
  });
  stop.addEventListener("click", () => { end(""); start.focus(); });
  document.addEventListener("visibilitychange", () => { if (document.hidden && stream) end(""); });
  window.addEventListener("pagehide", () => end(""));
  zone.hidden = false;
}
