// Photos chosen on this device: turned upright, shrunk to 1,600 px, without EXIF, before they use the network.
const SIDE = 1600;
const QUALITY = 0.8;

const drawn = async (file) => {
  const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, SIDE / Math.max(bitmap.width, bitmap.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(bitmap.width * scale);
  canvas.height = Math.round(bitmap.height * scale);
  const context = canvas.getContext("2d");
  context.fillStyle = "#fff";
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
  bitmap.close();
  return new Promise((resolve) => { canvas.toBlob(resolve, "image/jpeg", QUALITY); });
};

// The file to send: a small JPEG for a photo, the file itself for anything else or when the browser cannot draw it.
export const shrink = async (file) => {
  if (!file.type.startsWith("image/")) return file;
  try {
    const blob = await drawn(file);
    if (!blob) return file;
    return new File([blob], `${file.name.replace(/\.[^.]*$/, "") || "photo"}.jpg`, { type: "image/jpeg" });
  } catch {
    return file;
  }
};
