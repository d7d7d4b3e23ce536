// Listens to the challenger and shows what it says. A line that is silent or broken is shown as such.

import * as claims from "./claims.js";
import * as contests from "./contests.js";
import { h, icon, show } from "./dom.js";
import * as tables from "./tables.js";
import { duration, number, OVERALL, short } from "./words.js";

/** The server sends something at least every 5 seconds. */
const SILENCE = 15_000;
/** Without a new round for so long the daemon may hang. */
const STALE = 90_000;
const RETRY = [1_000, 2_000, 5_000, 10_000];

const at = (id) => document.getElementById(id);

let source = null;
let heard = 0;
let round = null;
let tries = 0;
let connected = false;

function header(status) {
  document.title = `${OVERALL[status.overall]?.[1] ?? status.overall} · Surety watchtower`;
  show(at("rollup"), [status.rollup, status.l1ChainId, status.l2ChainId], () => [
    `rollup ${short(status.rollup)}, chain ${number(status.l2ChainId)} on L1 chain ${number(status.l1ChainId)}`,
  ]);
  at("rollup").title = status.rollup;
  const overall = at("overall");
  overall.dataset.overall = status.overall;
  show(overall, status.overall, (word) => {
    const [sign, title, text] = OVERALL[word] ?? ["unknown", word, ""];
    return [icon(sign), h("div", {}, h("strong", {}, title), h("span", {}, text))];
  });
  const behind = status.latestL2Block - status.executedL2Block;
  const facts = [
    ["L1 block", number(status.l1Block)],
    ["L1 lag", duration(status.l1LagSeconds)],
    ["L2 head", number(status.latestL2Block)],
    ["executed", behind > 0 ? `${number(status.executedL2Block)} (${number(behind)} behind)` : number(status.executedL2Block)],
    ["final", number(status.confirmedL2Block)],
    ["contest window", duration(status.timing.budgetBlocks * 12)],
  ];
  show(at("facts"), facts, () => facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value))));
}

function starting({ l1Block, l2Block }) {
  const overall = at("overall");
  overall.dataset.overall = "starting";
  show(overall, ["starting", l1Block, l2Block], () => [
    icon("wait"),
    h("div", {}, h("strong", {}, "Starting"), h("span", {}, l1Block ? `Following L1: block ${number(l1Block)}, executed up to L2 block ${number(l2Block)}.` : "Following L1.")),
  ]);
}

function render({ status, ageMilliseconds }) {
  round = performance.now() - ageMilliseconds;
  header(status);
  tables.render(status);
  claims.render(status);
  contests.render(status);
  document.body.dataset.shown = String(status.l1Block);
}

/** Says how fresh all this is. */
function line() {
  const now = performance.now();
  if (source && now - heard > SILENCE) {
    connected = false;
    source.close();
    connect();
  }
  const age = round === null ? null : Math.max(0, Math.round((now - round) / 1000));
  const state = !connected ? "disconnected" : age === null ? "connected" : age * 1000 > STALE ? "stale" : "live";
  at("line").dataset.line = state;
  document.body.dataset.line = state;
  // said aloud only when it changes; the age changes every second
  write(at("line-state"), state);
  write(at("line-age"), age === null ? "" : `, last round ${duration(age)} ago`);
}

function write(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function connect() {
  heard = performance.now();
  source = new EventSource("api/live");
  const hear = () => {
    [heard, connected, tries] = [performance.now(), true, 0];
    line();
  };
  source.addEventListener("report", ({ data }) => {
    hear();
    render(JSON.parse(data));
    line();
  });
  source.addEventListener("starting", ({ data }) => {
    hear();
    starting(JSON.parse(data));
  });
  source.addEventListener("round", ({ data }) => {
    round = performance.now() - JSON.parse(data).ageMilliseconds;
    hear();
  });
  source.addEventListener("beat", hear);
  source.onerror = () => {
    connected = false;
    source.close();
    source = null;
    line();
    setTimeout(connect, RETRY[Math.min(tries, RETRY.length - 1)]);
    tries += 1;
  };
}

connect();
setInterval(line, 1_000);
