// The Slack service of the package `emulate`, made to deliver its events to one address, with people whose tokens are known.
//
//   node slack_emulator.mjs PORT DELIVER_URL SIGNING_SECRET PEOPLE
//
// Prints `ready` once it listens. A line `reset` on standard input forgets everything that happened and prints `ready`
// again; the end of standard input ends it. What the package lacks, and is added here:
//
// * It has no setting for where events go: its plugin is handed a dispatcher when it registers, which is caught and
//   given the address.
// * slack_sdk for Python sends many methods as GET, or with their arguments in the query; the package reads bodies of
//   POST requests only, so the query is folded into the body.
import { readdirSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";

const [port, deliverUrl, signingSecret, people] = process.argv.slice(2);
const dist = new URL("node_modules/emulate/dist/", import.meta.url);
const chunk = readdirSync(dist).find(
  (name) => /^dist-.*\.js$/.test(name) && readFileSync(new URL(name, dist), "utf8").includes("var slackPlugin ="),
);
const { slackPlugin } = await import(new URL(chunk, dist).href);
const { createEmulator } = await import("emulate");

let dispatcher;
const register = slackPlugin.register;
slackPlugin.register = function (app, store, webhooks, ...rest) {
  dispatcher = webhooks;
  const inner = app.fetch;
  app.fetch = async (request) => inner(await folded(request));
  return register.call(this, app, store, webhooks, ...rest);
};

async function folded(request) {
  const url = new URL(request.url);
  if (!url.pathname.startsWith("/api/") || (request.method !== "GET" && !url.search)) return request;
  const headers = new Headers(request.headers);
  headers.delete("content-length");
  const old = request.method === "GET" ? "" : await request.text();
  let body;
  if ((headers.get("content-type") ?? "").includes("application/json")) {
    body = JSON.stringify({ ...Object.fromEntries(url.searchParams), ...JSON.parse(old || "{}") });
  } else {
    body = [url.search.slice(1), old].filter(Boolean).join("&");
    headers.set("content-type", "application/x-www-form-urlencoded");
  }
  return new Request(url.origin + url.pathname, { method: "POST", headers, body });
}

const names = Array.from({ length: Number(people) }, (_, number) => `person${number}`);
const bot = { bot_id: "B00000LOTSE", bot_user_id: "U00000LOTSE", app_id: "A00000LOTSE" };
const emulator = await createEmulator({
  service: "slack",
  port: Number(port),
  seed: {
    slack: {
      team: { name: "Werft", domain: "werft" },
      signing_secret: signingSecret,
      users: names.map((name) => ({ name, real_name: `Person ${name}`, email: `${name}@werft.test` })),
      oauth_apps: [
        {
          ...bot,
          client_id: "1.2",
          client_secret: "none",
          name: "lotse",
          bot_name: "lotse",
          redirect_uris: ["http://127.0.0.1/none"],
          scopes: (process.env.SCOPES ?? "chat:write").split(","),
        },
      ],
      strict_scopes: Boolean(process.env.SCOPES),
      tokens: [
        {
          token: "xoxb-lotse",
          type: "bot",
          user_id: bot.bot_user_id,
          ...bot,
          ...(process.env.SCOPES ? { scopes: process.env.SCOPES.split(",") } : {}),
        },
        ...names.map((name) => ({ token: `xoxp-${name}`, type: "user", user: name })),
      ],
    },
  },
});

function listen() {
  dispatcher.register({ url: deliverUrl, events: ["*"], active: true, owner: "slack" });
  console.log("ready");
}

listen();
for await (const line of createInterface({ input: process.stdin })) {
  if (line === "reset") {
    emulator.reset();
    listen();
  }
}
await emulator.close();
