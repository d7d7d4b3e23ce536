// A real dispute, by the real challenger, on an L1 of its own: the page follows it to its end without being loaded again.
// RECORD=1 keeps a status of each phase for the other tests.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import http from "node:http";
import net from "node:net";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { isAccessible, launch, open, picture } from "./browser.mjs";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const PATIENCE = 300_000;

/** A port that is free now. */
async function freePort() {
  const server = net.createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

const get = (port, path, headers = {}) =>
  new Promise((resolve, reject) => {
    const request = http.get({ host: "127.0.0.1", port, path, headers }, (response) => {
      let body = "";
      response.on("data", (part) => (body += part));
      response.on("end", () => resolve({ status: response.statusCode, headers: response.headers, body }));
    });
    request.on("error", reject);
  });

/** Which phase a status shows, if it is one to keep. */
function phase({ claims, tournaments, decided }) {
  const matches = tournaments.flatMap((it) => it.matches);
  const slot = matches.find((it) => it.level === "slots");
  if (matches.some((it) => it.level === "steps")) return "steps";
  if (slot && slot.due === "turn" && slot.descent.turns >= 2) return "slots";
  if (claims.length === 2 && decided.length === 0) return "quiet";
  return decided.length === 2 && claims.every((it) => ["confirmed", "lost"].includes(it.standing)) ? "proven" : null;
}

/** Listens beside the browser, so that no status is missed. */
function listen(port) {
  const statuses = [];
  let rest = "";
  const request = http.get({ host: "127.0.0.1", port, path: "/api/live" }, (response) => {
    response.setEncoding("utf8");
    response.on("data", (part) => {
      const events = (rest + part).split("\n\n");
      rest = events.pop();
      for (const event of events) {
        const [, kind, data] = /^event: ?(\S+)\ndata: ?(.*)/.exec(event) ?? [];
        if (kind === "report") statuses.push(JSON.parse(data).status);
      }
    });
    response.on("error", () => {});
  });
  request.on("error", () => {});
  return { statuses, close: () => request.destroy() };
}

let browser;
let demo;
let ended;
let output = "";
let port;

before(async () => {
  [browser, port] = [await launch(), await freePort()];
  const program = `${ROOT}${process.env.PROGRAMS ?? "target/release"}/surety`;
  demo = spawn(program, ["demo", "--page", `127.0.0.1:${port}`, "--pace", "250"], { cwd: ROOT });
  for (const stream of [demo.stdout, demo.stderr]) stream.on("data", (part) => (output += part));
  ended = once(demo, "exit");
});

after(async () => {
  demo?.kill("SIGINT");
  await browser?.close();
});

async function until(what, told) {
  const patience = Date.now() + PATIENCE;
  for (;;) {
    const found = await what().catch(() => null);
    if (found) return found;
    assert.equal(demo.exitCode, null, `the demo ended: ${output}`);
    assert.ok(Date.now() < patience, `${told} never came: ${output}`);
    await new Promise((pause) => setTimeout(pause, 100));
  }
}

test("the page follows a dispute to its end", { timeout: 2 * PATIENCE }, async () => {
  await until(async () => (await get(port, "/")).status === 200, "the page");
  const spy = listen(port);
  const { page, flaws, close } = await open(browser, `http://127.0.0.1:${port}/`, { expected: [/ERR_|Failed to load/] });
  await page.evaluate(() => {
    window.stays = true;
    window.seen = { overall: [], turns: {}, opcodes: [] };
    const note = () => {
      const { seen } = window;
      const overall = document.getElementById("overall").dataset.overall;
      if (seen.overall.at(-1) !== overall) seen.overall.push(overall);
      for (const card of document.querySelectorAll("[data-match]")) {
        const turns = Number(card.querySelector(".descent")?.dataset.turns ?? 0);
        const all = (seen.turns[card.dataset.match] ??= []);
        if (all.at(-1) !== turns) all.push(turns);
        const opcode = card.querySelector(".opcode")?.textContent;
        if (opcode) seen.opcodes.push(opcode);
      }
    };
    note();
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, attributes: true });
  });

  await page.waitForSelector("[data-match]", { timeout: PATIENCE });
  await picture(page, "real-match");
  await page.waitForSelector(".decided", { timeout: PATIENCE });
  await until(async () => output.includes("stays until this is interrupted"), "the end of the story");
  await page.waitForFunction(() => document.getElementById("events").innerText.includes("slashed"), null, { timeout: 60_000 });
  await page.waitForSelector("#overall[data-overall=agree]", { timeout: 60_000 });

  const seen = await page.evaluate(() => window.seen);
  assert.equal(await page.evaluate(() => window.stays), true, "it was never loaded again");
  assert.ok(seen.overall.includes("disputing"), String(seen.overall));
  assert.ok(!seen.overall.includes("alarm"), String(seen.overall));
  const downs = Object.values(seen.turns);
  assert.equal(downs.length, 2, "a slot match and a step match");
  for (const turns of downs) {
    assert.ok(turns.length > 1, `it came down before our eyes: ${turns}`);
    assert.deepEqual(turns, [...turns].sort((a, b) => a - b), "and never up again");
  }
  const facts = /in dispute\s+(\S+) at pc (\d+)/.exec(output);
  const proof = page.locator(".decided", { hasText: "proof of a step" });
  await page.waitForFunction(() => document.querySelector(".decided .opcode"), null, { timeout: 60_000 });
  assert.equal(await proof.locator("summary .opcode").innerText(), facts[1], "the opcode that the demo tells of");
  await proof.locator("summary").click();
  assert.match(await proof.innerText(), new RegExp(`program counter\\s+${Number(facts[2]).toLocaleString("en")}`));
  assert.match(await page.locator("#money-summary").innerText(), /^[1-9].* burned/);
  const tree = await page.locator("[role=treeitem]").evaluateAll((all) => all.map((it) => it.getAttribute("aria-label")));
  assert.ok(tree.some((it) => /wrong, lost/.test(it)), String(tree));
  await isAccessible(page);
  await picture(page, "real-end");
  assert.deepEqual(flaws, []);
  await close();

  if (process.env.RECORD) {
    const kept = new Map();
    for (const status of spy.statuses) kept.set(phase(status), status);
    kept.set("quiet", spy.statuses.find((it) => phase(it) === "quiet"));
    kept.delete(null);
    for (const [name, status] of kept) {
      await writeFile(new URL(`fixtures/${name}.json`, import.meta.url), `${JSON.stringify(status, null, 1)}\n`);
    }
    assert.equal(kept.size, 4, [...kept.keys()].join());
  }
  spy.close();
});

test("its server answers as it should", { timeout: PATIENCE }, async () => {
  const page = await get(port, "/");
  assert.match(page.headers["content-security-policy"], /^default-src 'none'; script-src 'self'/);
  assert.equal(page.headers["x-content-type-options"], "nosniff");
  const status = await get(port, "/api/status");
  assert.equal(status.headers["cache-control"], "no-store");
  const body = JSON.parse(status.body);
  assert.equal(body.status.overall, "agree");
  assert.ok(body.ageMilliseconds < 60_000 && !("events" in body.status));
  assert.ok(JSON.parse((await get(port, "/api/events")).body).length > 10);
  assert.equal((await get(port, "/", { host: "evil.example" })).status, 421, "no rebinding of names");
  assert.equal((await get(port, "/api/status", { host: `localhost:${port}` })).status, 200);
  assert.equal((await get(port, "/etc/passwd")).status, 404);
  assert.equal((await get(port, "/..%2f..%2fCargo.toml")).status, 404);
});

test("an interrupted demo ends well", { timeout: 60_000 }, async () => {
  demo.kill("SIGINT");
  const [code] = await ended;
  assert.equal(code, 0, output);
});
