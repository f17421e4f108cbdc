// A certified OpenID provider with the addresses and claims of Pro Santé Connect (annuaire-et-authentification §7).
// `node provider.mjs PORT PERSONS.json CLIENT.json [CERTIFICATE.pem AUTHORITIES.pem]` ; with a certificate it is served over
// TLS and knows its client by one; tests only: it listens on loopback and is in no package.
import { createServer } from "node:http";
import { createServer as createSecureServer } from "node:https";
import { readFileSync } from "node:fs";
import { Readable } from "node:stream";
import * as jose from "jose";
import Provider from "oidc-provider";

if (process.env.DJANGO_ENV === "production" || process.env.PEPITES_ENV === "production") process.exit(2);
const [port, personsFile, clientFile, certificateFile, authoritiesFile] = process.argv.slice(2);
const persons = JSON.parse(readFileSync(personsFile, "utf8"));
const client = JSON.parse(readFileSync(clientFile, "utf8"));
const base = `${certificateFile ? "https" : "http"}://127.0.0.1:${port}`;
const realm = "/auth/realms/esante-wallet";
const protocol = `${realm}/protocol/openid-connect`;
const routes = {
  authorization: "/protocol/openid-connect/auth",
  token: "/protocol/openid-connect/token",
  userinfo: "/protocol/openid-connect/userinfo",
  jwks: "/protocol/openid-connect/certs",
  end_session: "/protocol/openid-connect/logout",
  introspection: "/protocol/openid-connect/token/introspect",
};
const key = async (kid) => {
  const { privateKey } = await jose.generateKeyPair("RS256", { extractable: true });
  return { ...(await jose.exportJWK(privateKey)), kid, use: "sig", alg: "RS256" };
};
const [first, next, hidden] = [await key("op-1"), await key("op-2"), await key("op-9")];
let fault = "aucune";
let person = Object.keys(persons)[0];

const profile = ["given_name", "family_name", "SubjectRefPro", "SubjectRole", "otherIds", "PSI_Locale"];
const provider = new Provider(`${base}${realm}`, {
  clients: [client],
  jwks: { keys: [first] },
  cookies: { keys: ["essai"], short: { path: "/" }, long: { path: "/" } },
  routes,
  acrValues: ["eidas1"],
  scopes: ["openid", "scope_all"],
  claims: {
    openid: ["sub", "acr", "amr", "auth_time", "sid", "preferred_username", "SubjectNameID"],
    scope_all: profile,
  },
  conformIdTokenClaims: false,
  ttl: { AccessToken: 120, RefreshToken: 1800, IdToken: 120, Session: 14400, AuthorizationCode: 60, Interaction: 600, Grant: 14400 },
  ...(certificateFile && { clientAuthMethods: ["tls_client_auth"] }),
  features: {
    mTLS: {
      enabled: Boolean(certificateFile),
      tlsClientAuth: true,
      getCertificate: (ctx) => (ctx.socket.authorized ? ctx.socket.getPeerX509Certificate() : undefined),
      certificateAuthorized: (ctx) => ctx.socket.authorized,
      certificateSubjectMatches: (ctx, property, expected) =>
        property === "tls_client_auth_subject_dn" && ctx.socket.getPeerX509Certificate().subject === expected,
    },
    devInteractions: { enabled: false },
    rpInitiatedLogout: {
      enabled: true,
      logoutSource: (ctx, form) => {
        ctx.body = `<!doctype html><html lang="fr"><title>Fin</title><body>${form}<button form="op.logoutForm" name="logout" value="yes">Oui</button></body></html>`;
      },
    },
    backchannelLogout: { enabled: true },
    introspection: { enabled: true },
  },
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  findAccount: (ctx, id) =>
    persons[id] && {
      accountId: persons[id].sub,
      claims: () => ({ ...persons[id], acr: "eidas1", amr: ["CARD"] }),
    },
  // It refuses, rightly, to call this very machine: here, whom it tells of logouts is on it.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
});
// The account is found by its number at the login, then by its subject.
for (const one of Object.values(persons)) persons[one.sub] ??= one;

async function interact(request, response) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (fault === "refus") {
    return provider.interactionFinished(request, response, { error: "access_denied" }, { mergeWithLastSubmission: false });
  }
  if (prompt.name === "login") {
    const login = { accountId: persons[params.login_hint ?? person].sub, acr: "eidas1", amr: ["CARD"] };
    return provider.interactionFinished(request, response, { login }, { mergeWithLastSubmission: false });
  }
  const grant = new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  grant.addOIDCScope("openid scope_all");
  const consent = { grantId: await grant.save() };
  return provider.interactionFinished(request, response, { consent }, { mergeWithLastSubmission: true });
}

const moment = () => Math.floor(Date.now() / 1000);
const WRONG = {
  acr_0: () => ({ acr: "0" }),
  sans_acr: () => ({ acr: undefined }),
  nonce: () => ({ nonce: "un-autre-nonce" }),
  aud: () => ({ aud: "un-autre-client" }),
  iss: () => ({ iss: "https://autre-emetteur.invalid" }),
  expire: () => ({ iat: moment() - 900, exp: moment() - 600 }),
  futur: () => ({ iat: moment() + 900, exp: moment() + 1200 }),
  kid_inconnu: () => ({}),
  cle_tournee: () => ({}),
  alg_none: () => ({}),
  hs256: () => ({}),
  signature: () => ({}),
};
const bare = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const sign = async (claims, jwk, typ = "JWT") =>
  new jose.SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: jwk.kid, typ }).sign(await jose.importJWK(jwk, "RS256"));

// What the provider really answered, changed as the fault asks, signed again by its own key (or by another).
async function altered(path, status, body) {
  if (path === `${protocol}/token` && status === 200 && WRONG[fault]) {
    const said = JSON.parse(body);
    const claims = { ...jose.decodeJwt(said.id_token), ...WRONG[fault]() };
    const jwk = { kid_inconnu: hidden, cle_tournee: next }[fault] ?? first;
    let token = await sign(claims, jwk);
    if (fault === "alg_none") token = `${bare({ alg: "none", kid: first.kid })}.${bare(claims)}.`;
    if (fault === "signature") token = `${token.slice(0, token.lastIndexOf(".") + 1)}${"A".repeat(342)}`;
    if (fault === "hs256") {
      const secret = new TextEncoder().encode(client.client_secret ?? "secret-vide-pour-une-panne-demandee");
      token = await new jose.SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: first.kid }).sign(secret);
    }
    return JSON.stringify({ ...said, id_token: token });
  }
  if (path === `${protocol}/userinfo` && status === 200) {
    const said = JSON.parse(body);
    if (fault === "userinfo_sub") return JSON.stringify({ ...said, sub: "f:un:autre" });
    if (fault === "userinfo_jwt") return sign({ ...said, iss: `${base}${realm}`, aud: client.client_id }, first);
    if (fault === "userinfo_jwt_faux") return sign(said, hidden);
  }
  if (path === `${protocol}/certs` && fault === "cle_tournee") {
    const said = JSON.parse(body);
    const { d, p, q, dp, dq, qi, ...shown } = next;
    return JSON.stringify({ keys: [...said.keys, shown] });
  }
  return body;
}

provider.on("server_error", (ctx, error) => console.error(error));

const handle = provider.callback();
const read = async (request) => {
  const parts = [];
  for await (const part of request) parts.push(part);
  return Buffer.concat(parts);
};

async function pass(request, response, path) {
  const body = await read(request);
  const inner = Readable.from(body.length ? [body] : []);
  Object.assign(inner, { method: request.method, headers: request.headers, socket: request.socket, httpVersion: "1.1" });
  inner.url = request.url.startsWith(realm) ? request.url.slice(realm.length) : request.url;
  if (inner.url.startsWith("/.well-known/wallet-openid-configuration")) inner.url = "/.well-known/openid-configuration";
  inner.originalUrl = request.url.startsWith(realm) ? `${realm}${inner.url}` : request.url;
  inner.connection = request.socket;
  const [write, end] = [response.write.bind(response), response.end.bind(response)];
  const parts = [];
  response.write = (part) => (parts.push(Buffer.from(part)), true);
  response.end = (part) => {
    if (part) parts.push(Buffer.from(part));
    altered(path, response.statusCode, Buffer.concat(parts).toString()).then((text) => {
      response.removeHeader("content-length");
      if (fault.startsWith("userinfo_jwt") && path.endsWith("/userinfo")) response.setHeader("content-type", "application/jwt");
      write(text);
      end();
    });
    return response;
  };
  return handle(inner, response);
}

async function answered(request, response) {
  const { pathname } = new URL(request.url, base);
  const answer = (status, text) => response.writeHead(status, { "content-type": "text/plain" }).end(text);
  if (pathname === "/etat") return answer(200, "op");
  if (pathname === "/commandes") {
    const said = new URLSearchParams((await read(request)).toString());
    fault = said.get("panne") ?? fault;
    person = said.get("personne") ?? person;
    return answer(204);
  }
  if (pathname.startsWith("/interaction/")) return interact(request, response);
  if (pathname === `${protocol}/token` && fault === "jeton_500") return answer(500, "panne");
  if (pathname === `${protocol}/token` && fault === "jeton_malforme") return answer(200, '{"access_token": ');
  if (pathname === `${protocol}/token` && fault === "jeton_lent") return setTimeout(() => answer(200, "{}"), 15_000).unref();
  if (pathname === `${protocol}/userinfo` && fault === "userinfo_500") return answer(500, "panne");
  if (pathname.endsWith("/wallet-openid-configuration") && fault === "decouverte") return answer(500, "panne");
  if (pathname.includes(".well-known/openid-configuration")) return answer(404, "");
  return pass(request, response, pathname);
}

const asking = () => {
  const mine = readFileSync(certificateFile);
  const ca = readFileSync(authoritiesFile);
  return createSecureServer({ cert: mine, key: mine, ca, requestCert: true, rejectUnauthorized: false }, answered);
};
(certificateFile ? asking() : createServer(answered)).listen(Number(port), "127.0.0.1", () => console.log("prêt"));
