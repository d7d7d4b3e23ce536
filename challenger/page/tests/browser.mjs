// A real browser without a window, which remembers whatever a page did wrong.

import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import chromium from "@sparticuz/chromium";
import { chromium as playwright } from "playwright-core";

export async function launch() {
  return playwright.launch({
    executablePath: await chromium.executablePath(),
    // not chromium.args: they switch off what keeps origins apart, and end the browser with its first window
    args: ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"],
    headless: true,
  });
}

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1440, height: 1000 };

/** Opens `url`; `flaws` is empty as long as nothing went wrong. */
export async function open(browser, url, { viewport = DESK, colorScheme = "light", expected = [] } = {}) {
  const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
  const page = await context.newPage();
  const flaws = [];
  const origin = new URL(url).origin;
  const flaw = (text) => expected.some((it) => it.test(text)) || flaws.push(text);
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && flaw(message.text()));
  page.on("pageerror", (error) => flaw(String(error)));
  page.on("request", (request) => new URL(request.url()).origin !== origin && flaw(`a request to ${request.url()}`));
  page.on("dialog", (dialog) => flaw(`a dialog: ${dialog.message()}`));
  await page.goto(url, { waitUntil: "load" });
  return { page, flaws, close: () => context.close() };
}

/** Waits until the page has shown a status of this L1 block. */
export const shows = (page, l1Block) => page.waitForFunction((block) => document.body.dataset.shown === String(block), l1Block);

const directory = process.env.SCREENSHOTS;

/** Keeps a picture, if somebody wants to look. */
export async function picture(page, name, options = {}) {
  if (!directory) return;
  await mkdir(directory, { recursive: true });
  await page.screenshot({ path: join(directory, `${name}.png`), fullPage: true, ...options });
}

/** Nothing is wider than the window, and whatever can be pressed or read has a name and enough contrast. */
export async function isAccessible(page) {
  const problems = await page.evaluate(() => {
    const problems = [];
    const root = document.documentElement;
    if (root.scrollWidth > root.clientWidth) problems.push(`the page is ${root.scrollWidth} wide, the window ${root.clientWidth}`);
    const name = (it) => it.getAttribute("aria-label") || it.getAttribute("aria-labelledby") || it.textContent.trim();
    for (const it of document.querySelectorAll("[role], [tabindex='0'], a, button, summary, section")) {
      if (!it.hidden && it.getAttribute("role") !== "alert" && !name(it)) problems.push(`no name: ${it.outerHTML.slice(0, 120)}`);
    }
    if (document.querySelectorAll("h1").length !== 1) problems.push("not one h1");
    if (!document.documentElement.lang) problems.push("no language");
    for (const it of document.querySelectorAll("svg:not([role])")) {
      if (it.getAttribute("aria-hidden") !== "true") problems.push("a picture without a role that is not hidden");
    }
    const ids = [...document.querySelectorAll("[id]")].map((it) => it.id);
    if (new Set(ids).size !== ids.length) problems.push("an id twice");

    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const rgba = (color) => {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
      return canvas.getImageData(0, 0, 1, 1).data;
    };
    const luminance = ([r, g, b]) => {
      const linear = [r, g, b].map((it) => (it / 255 <= 0.04045 ? it / 255 / 12.92 : ((it / 255 + 0.055) / 1.055) ** 2.4));
      return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const background = (it) => {
      for (let at = it; at; at = at.parentElement) {
        const box = at.matches?.("g.claim") ? at.querySelector(".box") : null;
        const color = rgba(box ? getComputedStyle(box).fill : getComputedStyle(at).backgroundColor);
        if (color[3] > 250) return color;
      }
      return [255, 255, 255, 255];
    };
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const it = walker.currentNode.parentElement;
      if (!walker.currentNode.textContent.trim() || it.closest(".hidden, .sprite, .skip, noscript, title") || !it.getClientRects().length) continue;
      const style = getComputedStyle(it);
      const ink = rgba(it instanceof SVGElement ? style.fill : style.color);
      const [a, b] = [luminance(ink), luminance(background(it))].sort((x, y) => y - x);
      const contrast = (a + 0.05) / (b + 0.05);
      if (contrast < 4.5) problems.push(`contrast ${contrast.toFixed(2)}: ${walker.currentNode.textContent.trim().slice(0, 60)}`);
    }
    return [...new Set(problems)];
  });
  assert.deepEqual(problems, []);
}
