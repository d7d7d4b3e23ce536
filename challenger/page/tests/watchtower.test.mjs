// The page in a real browser, with every phase of a dispute.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";

import { DESK, isAccessible, launch, open, PHONE, picture, shows } from "./browser.mjs";
import * as phases from "./phases.mjs";
import { stub } from "./stub.mjs";

let browser;
let server;

before(async () => (browser = await launch()));
after(() => browser?.close());
beforeEach(async () => (server = await stub()));
afterEach(() => server.close());

/** Opens the page with `status`, looks with `look`, and finds no flaw. */
async function look(status, { name, ...options }, look) {
  server.say(status);
  const { page, flaws, close } = await open(browser, server.url, options);
  await shows(page, status.l1Block);
  await look(page);
  await isAccessible(page);
  if (name) await picture(page, name);
  assert.deepEqual(flaws, []);
  await close();
}

const text = (page, selector) => page.locator(selector).first().innerText();

describe("phases", () => {
  test("quiet: all claims agree", () =>
    look(phases.quiet, { name: "quiet" }, async (page) => {
      assert.match(await text(page, "#overall"), /All claims agree/);
      assert.match(await page.title(), /^All claims agree/);
      assert.equal(await page.locator("[role=treeitem]").count(), phases.quiet.claims.length);
      assert.match(await text(page, "#disputes"), /No claim is contested/);
      assert.equal(await page.locator(".alarm-banner").count(), 0);
      assert.match(await text(page, "#facts"), new RegExp(phases.quiet.l1Block.toLocaleString("en")));
    }));

  test("a wrong claim is chosen, and told in words", () =>
    look(phases.wrong, { name: "wrong" }, async (page) => {
      assert.match(await text(page, "#overall"), /Disputing/);
      const chosen = page.locator("[role=treeitem][aria-selected=true]");
      assert.match(await chosen.getAttribute("aria-label"), /wrong/);
      assert.match(await text(page, "#claim"), /Our own execution gives something else/);
    }));

  test("a slot match half way down: bars, clocks, and whose move it is", () =>
    look(phases.slots, { name: "slots" }, async (page) => {
      const [tournament] = phases.slots.tournaments.filter((it) => it.matches.length > 0);
      const [found] = tournament.matches;
      const card = page.locator(`[data-match="${found.id}"]`);
      assert.equal(await card.locator(".descent .cell").count(), found.descent.turns);
      assert.equal(await card.locator(".bar").count(), 5);
      assert.equal(await card.locator(".bar.open").count(), 1);
      const clocks = card.locator("[role=meter]");
      assert.equal(await clocks.count(), 2);
      const values = await clocks.evaluateAll((all) => all.map((it) => Number(it.getAttribute("aria-valuenow"))));
      assert.deepEqual(values, [found.one.clock.leftBlocks, found.two.clock.leftBlocks]);
      assert.match(await card.locator(".moves").innerText(), /to move/);
      assert.match(await card.locator(".who").allInnerTexts().then(String), /Right side[^]*Wrong side|Wrong side[^]*Right side/);
    }));

  test("a step match names transaction, opcode, program counter and call depth", () =>
    look(phases.steps, { name: "steps" }, async (page) => {
      const cards = page.locator(".match-card");
      assert.equal(await cards.count(), 2);
      assert.match(await cards.nth(0).innerText(), /Which slot\?[^]*Transaction \d+ of L2 block/);
      const steps = phases.steps.tournaments.find((it) => it.level === "steps").matches[0];
      const { step } = steps.descent.place;
      assert.equal(await cards.nth(1).locator(".opcode").innerText(), step.opcode);
      const words = await cards.nth(1).innerText();
      assert.ok(words.includes(step.transactionHash) && words.toLowerCase().includes(step.contract), words);
      assert.match(words, new RegExp(`call depth ${step.callDepth}`));
      const { y, height } = await page.locator(".dispute").boundingBox();
      await picture(page, "watchtower", { clip: { x: 0, y: 0, width: DESK.width, height: Math.ceil(y + height + 16) } });
    }));

  test("proven: the step that decided it stays, and money is slashed", () =>
    look(phases.proven, { name: "proven" }, async (page) => {
      assert.match(await text(page, "#overall"), /All claims agree/);
      const proof = page.locator(".decided", { hasText: "proof of a step" });
      assert.match(await proof.locator("summary").innerText(), /Step match: right side won/);
      await proof.locator("summary").click();
      assert.equal(await proof.locator(".descent .cell").count(), 6);
      assert.match(await text(page, "#money"), /burned/);
      assert.match(await text(page, "#events"), /slashed/);
    }));

  test("an alarm is said aloud", () =>
    look(phases.alarm, { name: "alarm" }, async (page) => {
      assert.match(await text(page, "#alarms[role=alert]"), /The right claim has lost its contest/);
      assert.match(await text(page, "#overall"), /Alarm/);
    }));

  test("what is unknown is no verdict", () =>
    look(phases.unknown, { name: "unknown" }, async (page) => {
      assert.match(await text(page, "#overall"), /Unknown[^]*Nothing is signed/);
      assert.match(await text(page, "#claim"), /unknown[^]*Not executed yet/);
      assert.match(await text(page, "#actions"), /does not know/);
    }));

  test("a round that failed says why", () =>
    look(phases.troubled, {}, async (page) => {
      assert.match(await text(page, "#alarms"), /nothing was signed[^]*the endpoint does not answer/);
    }));

  test("without a key it only watches", () =>
    look(phases.watching, {}, async (page) => {
      assert.match(await text(page, "#actions"), /only watches[^]*somebody must act/);
    }));
});

describe("many claims", () => {
  test("runs and crowds are folded, and unfold", () =>
    look(phases.many, { name: "many" }, async (page) => {
      const items = page.locator("[role=treeitem]");
      assert.ok((await items.count()) < 20, "201 claims are folded");
      const folded = page.locator(".claim.folded");
      assert.match((await folded.allTextContents()).join(" "), /more claims/);
      await folded.first().click();
      assert.equal(await items.count(), phases.many.claims.length);
    }));
});

describe("windows", () => {
  for (const [size, viewport] of [["phone", PHONE], ["desk", DESK]]) {
    for (const colorScheme of ["light", "dark"]) {
      test(`${size}, ${colorScheme}`, () =>
        look(phases.steps, { name: `${size}-${colorScheme}`, viewport, colorScheme }, async (page) => {
          assert.ok(await page.locator(".descent").first().isVisible());
          const small = await page.locator(".descent text").evaluateAll((all) => all.filter((it) => it.getBoundingClientRect().height < 9).length);
          assert.equal(small, 0, "letters that cannot be read");
        }));
    }
  }
});

describe("what others wrote", () => {
  test("is text, whatever it says", () =>
    look(phases.hostile, { name: "hostile" }, async (page) => {
      assert.ok(!(await page.title()).includes("owned"));
      assert.equal(await page.locator("main img, main script, [onerror], #alarms img").count(), 0);
      assert.ok((await text(page, "#alarms")).includes("<img src=x"));
      assert.doesNotMatch(await page.content(), /\u202e/);
    }));

  test("no script makes elements out of text", async () => {
    const directory = new URL("../", import.meta.url);
    for (const name of await readdir(directory)) {
      if (!/\.(js|html)$/.test(name)) continue;
      const source = await readFile(new URL(name, directory), "utf8");
      assert.doesNotMatch(source, /innerHTML|outerHTML|insertAdjacent|document\.write|\beval\b|new Function|DOMParser|createContextualFragment|https?:\/\/(?!www\.w3\.org\/)/, name);
    }
  });
});

describe("keyboard", () => {
  test("the tree is walked with the arrows", () =>
    look(phases.wrong, {}, async (page) => {
      const chosen = () => page.evaluate(() => document.activeElement.getAttribute("aria-label"));
      await page.locator("[role=treeitem][tabindex='0']").focus();
      const [wrong] = [await chosen()];
      await page.keyboard.press("ArrowUp");
      const right = await chosen();
      assert.match(right, /right/);
      await page.keyboard.press("ArrowLeft");
      assert.match(await chosen(), /Genesis/);
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowDown");
      assert.equal(await chosen(), wrong);
      assert.match(await text(page, "#claim"), /something else/);
    }));

  test("focus and what is open outlive an update", async () => {
    server.say(phases.proven);
    const { page, flaws, close } = await open(browser, server.url);
    await shows(page, phases.proven.l1Block);
    const details = page.locator("details").first();
    await details.locator("summary").click();
    await page.locator("[role=treeitem][tabindex='0']").focus();
    const focused = await page.evaluate(() => document.activeElement.dataset.key);
    const next = structuredClone(phases.proven);
    next.l1Block += 1;
    next.decided[0].moves += 1;
    next.claims[0].sinceL1Block = 7;
    server.say(next);
    await shows(page, next.l1Block);
    assert.ok(await details.evaluate((it) => it.open));
    assert.equal(await page.evaluate(() => document.activeElement.dataset.key), focused);
    assert.deepEqual(flaws, []);
    await close();
  });
});

describe("the line", () => {
  test("updates come without loading the page again, and nothing jumps", async () => {
    server.say(phases.quiet);
    const { page, flaws, close } = await open(browser, server.url);
    await shows(page, phases.quiet.l1Block);
    await page.evaluate(() => {
      window.stays = true;
      window.shifts = [];
      new PerformanceObserver((list) => window.shifts.push(...list.getEntries().map((it) => it.value))).observe({ type: "layout-shift", buffered: false });
    });
    const next = structuredClone(phases.quiet);
    next.l1Block += 1;
    server.say(next);
    await shows(page, next.l1Block);
    assert.equal(await page.evaluate(() => window.stays), true);
    const shift = await page.evaluate(() => window.shifts.reduce((sum, it) => sum + it, 0));
    assert.ok(shift < 0.01, `a layout shift of ${shift}`);
    assert.deepEqual(flaws, []);
    await close();
  });

  test("a broken line is shown, and mended", async () => {
    server.say(phases.quiet);
    const expected = [/Failed to load resource|ERR_|net::/];
    const { page, flaws, close } = await open(browser, server.url, { expected });
    await shows(page, phases.quiet.l1Block);
    assert.match(await text(page, "#line"), /live/);
    server.fall();
    await page.waitForSelector("body[data-line=disconnected]");
    assert.match(await text(page, "#line"), /disconnected, last round/);
    await picture(page, "disconnected");
    const next = structuredClone(phases.quiet);
    next.l1Block += 5;
    server.rise();
    server.say(next);
    await shows(page, next.l1Block);
    await page.waitForSelector("body[data-line=live]");
    assert.deepEqual(flaws, []);
    await close();
  });

  test("a daemon whose last round is long ago is stale", async () => {
    server.say(phases.quiet, 200_000);
    const { page, close } = await open(browser, server.url);
    await shows(page, phases.quiet.l1Block);
    await page.waitForSelector("body[data-line=stale]");
    assert.match(await text(page, "#line"), /stale, last round 3 min ago/);
    await close();
  });

  test("before the first round it says how far it has come", async () => {
    server.starting({ l1Block: 1234, l2Block: 56, lagSeconds: 9, behind: true });
    const { page, flaws, close } = await open(browser, server.url);
    await page.waitForFunction(() => document.getElementById("overall").innerText.includes("1,234"));
    assert.match(await text(page, "#overall"), /Starting[^]*executed up to L2 block 56/);
    assert.deepEqual(flaws, []);
    await close();
  });
});
