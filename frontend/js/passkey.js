// Passkeys: asks the browser, puts its answer in the form, sends the form. Without this file the code field still works.
const bytes = (text) => {
  const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
  return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
};
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

const withBytes = (options) => {
  const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));
  const ready = { ...options, challenge: bytes(options.challenge) };
  if (options.user) ready.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) ready.excludeCredentials = keys(options.excludeCredentials);
  if (options.allowCredentials) ready.allowCredentials = keys(options.allowCredentials);
  return ready;
};

const withText = (credential) => {
  const response = {};
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (credential.response[name]) response[name] = text(credential.response[name]);
  }
  return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response, clientExtensionResults: {} };
};

const ask = async (form) => {
  const options = JSON.parse(document.getElementById(form.dataset.pepOptions).textContent);
  const kind = form.dataset.pepPasskey;
  const credential = await navigator.credentials[kind]({ publicKey: withBytes(options) });
  form.elements[kind === "get" ? "assertion" : "registration"].value = JSON.stringify(withText(credential));
};

if (window.PublicKeyCredential) {
  document.querySelectorAll("[data-pep-passkey-ready]").forEach((part) => part.classList.remove("d-none"));
  document.querySelectorAll("[data-pep-passkey]").forEach((form) => {
    const button = form.querySelector("button");
    button.type = "button";
    button.addEventListener("click", async () => {
      const error = form.querySelector("[data-pep-passkey-error]");
      error.classList.add("d-none");
      try {
        await ask(form);
      } catch {
        error.classList.remove("d-none");
        return;
      }
      if (form.requestSubmit) form.requestSubmit();
      else form.submit();
    });
  });
}
