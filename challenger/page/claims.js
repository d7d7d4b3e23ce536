// The tree of claims: from left to right along L2, the claim that lives longest on top. Long runs and crowds are folded.

import { h, icon, s, show } from "./dom.js";
import { briefly, claimWords, duration, ether, isDead, l2blocks, left, number, short } from "./words.js";

const WIDTH = 188;
const HEIGHT = 74;
const GAP_X = 44;
const GAP_Y = 16;
const TOP = 34;
const EDGE = 14;
/** Lone claims in a row, and like siblings, that are shown before the rest is folded. */
const RUN = 5;
const CROWD = 4;

let chosen = null;
/** Whether somebody chose it: else the one that needs a look is shown. */
let picked = false;
let unfolded = false;
let latest = null;

const rank = (claim) => {
  if (claim.standing === "confirmed") return 0;
  const by = { right: 1, unknown: 3, wrong: 4, onWrong: 5 }[claim.verdict?.kind] ?? 2;
  return isDead(claim) ? by + 10 : by;
};

/** A claim with its children, those first that are likelier to live. */
function grow(claims) {
  const nodes = new Map(claims.map((claim) => [claim.id, { claims: [claim], children: [] }]));
  const roots = [];
  for (const claim of claims) {
    const parent = nodes.get(claim.parent);
    (parent ? parent.children : roots).push(nodes.get(claim.id));
  }
  for (const node of nodes.values()) node.children.sort((a, b) => rank(a.claims[0]) - rank(b.claims[0]));
  return roots;
}

const kind = (node) => {
  const [claim] = node.claims;
  return `${claimWords(claim).kind} ${claim.verdict?.kind} ${claim.standing}`;
};

const isChosen = (node) => node.claims.some((claim) => claim.id === chosen);

/** Folds like claims in a row, and like siblings without children. */
function fold(node, contested) {
  let run = [node];
  const lone = (it) => it.children.length === 1 && !isChosen(it) && !contested.has(it.claims[0].id);
  const first = node;
  while (run.at(-1).children.length === 1) {
    const next = run.at(-1).children[0];
    if (!lone(next) || kind(next) !== kind(first.children[0])) break;
    run.push(next);
  }
  run = run.slice(1);
  if (run.length >= RUN) {
    const [head, ...rest] = run;
    const last = rest.at(-1);
    node.children = [head];
    head.children = [{ claims: rest.map((it) => it.claims[0]), run: true, children: last.children }];
    fold(head.children[0], contested);
    return;
  }
  const crowds = new Map();
  for (const child of node.children) {
    if (child.children.length > 0 || isChosen(child) || contested.has(child.claims[0].id)) continue;
    crowds.set(kind(child), [...(crowds.get(kind(child)) ?? []), child]);
  }
  for (const crowd of crowds.values()) {
    if (crowd.length <= CROWD) continue;
    const rest = crowd.slice(CROWD - 1);
    const folded = { claims: rest.map((it) => it.claims[0]), crowd: true, children: [] };
    node.children = node.children.filter((it) => !rest.includes(it)).concat(folded);
  }
  for (const child of node.children) fold(child, contested);
}

/** Gives each node its column and its lane. */
function place(roots) {
  const placed = [];
  let lanes = 0;
  const visit = (node, column, parent) => {
    const at = { node, column, parent, lane: 0, index: placed.length };
    placed.push(at);
    at.children = node.children.map((child, index) => {
      if (index > 0) lanes += 1;
      return visit(child, column + 1, at);
    });
    at.lane = at.children[0]?.lane ?? lanes;
    return at;
  };
  roots.forEach((root, index) => {
    if (index > 0) lanes += 1;
    visit(root, 0, null);
  });
  return { placed, lanes: lanes + 1, columns: Math.max(0, ...placed.map((it) => it.column)) + 1 };
}

const x = (at) => EDGE + at.column * (WIDTH + GAP_X);
const y = (at) => TOP + at.lane * (HEIGHT + GAP_Y);

function timeLeft(claim) {
  if (!claim.until) return "";
  return claim.until.blocksLeft === 0 ? "time is up" : duration(claim.until.secondsLeft);
}

function lines(node) {
  const [claim] = node.claims;
  const words = claimWords(claim);
  const state = claim.standing === "confirmed" ? words.standing : words.verdict;
  if (node.claims.length > 1) {
    const last = node.claims.at(-1);
    const to = node.run ? `up to L2 block ${number(last.lastBlock)}` : words.standing;
    return [`${number(node.claims.length)} more claims`, state, to];
  }
  if (!claim.parent) return ["genesis", state, `L2 block ${number(claim.lastBlock)}`];
  const title = briefly(claim.firstBlock, claim.lastBlock);
  const id = `${short(claim.id)}${claim.ours ? " · ours" : ""}`;
  if (claim.standing === "confirmed") return [title, state, id];
  return [title, `${state}${claim.ours ? " · ours" : ""}`, [words.standing, timeLeft(claim)].filter(Boolean).join(", ")];
}

function label(node) {
  const [claim] = node.claims;
  const words = claimWords(claim);
  if (node.claims.length > 1) return `${number(node.claims.length)} more claims: ${words.verdict}, ${words.standing}. Press to show them.`;
  const name = claim.parent ? `Claim over ${l2blocks(claim.firstBlock, claim.lastBlock)}` : `Genesis at L2 block ${number(claim.lastBlock)}`;
  return `${name}: ${words.verdict}, ${words.standing}${claim.until ? `, ${left(claim.until)}` : ""}.`;
}

function card(at, choose) {
  const { node } = at;
  const [claim] = node.claims;
  const words = claimWords(claim);
  const [title, state, more] = lines(node);
  const folded = node.claims.length > 1;
  const [left, top] = [x(at), y(at)];
  const stack = folded ? [s("rect", { x: left + 6, y: top - 5, width: WIDTH - 12, height: HEIGHT, rx: 9, class: "stack" })] : [];
  return s(
    "g",
    {
      role: "treeitem",
      class: `claim ${words.kind} ${folded ? "folded" : ""}`,
      "data-key": claim.id,
      "data-claim": folded ? undefined : claim.id,
      "aria-level": at.column + 1,
      "aria-selected": String(claim.id === chosen),
      "aria-label": label(node),
      tabindex: claim.id === chosen ? 0 : -1,
      onclick: () => choose(at),
    },
    stack,
    s("rect", { x: left, y: top, width: WIDTH, height: HEIGHT, rx: 9, class: "box" }),
    s("path", { d: `M${left + 9} ${top}a9 9 0 0 0-9 9v${HEIGHT - 18}a9 9 0 0 0 9 9Z`, class: "edge" }),
    s("use", { href: `#i-${words.sign}`, x: left + 18, y: top + 11, width: 16, height: 16, class: `icon ${words.sign}` }),
    s("text", { x: left + 42, y: top + 25, class: "title" }, title),
    s("text", { x: left + 18, y: top + 45, class: "state" }, state),
    s("text", { x: left + 18, y: top + 62, class: "more" }, more),
  );
}

function edge(at) {
  const from = [x(at.parent) + WIDTH, y(at.parent) + HEIGHT / 2];
  const to = [x(at), y(at) + HEIGHT / 2];
  const middle = (from[0] + to[0]) / 2;
  const words = claimWords(at.node.claims[0]);
  return s("path", { d: `M${from}C${middle} ${from[1]} ${middle} ${to[1]} ${to}`, class: `way ${words.kind}` });
}

/** Between what is final and what is not. */
function frontier(placed, height) {
  const final = placed.filter((at) => at.node.claims.at(-1).standing === "confirmed");
  const last = final.at(-1);
  if (!last) return [];
  const at = x(last) + WIDTH + GAP_X / 2;
  const block = number(last.node.claims.at(-1).lastBlock);
  return [
    s("line", { x1: at, y1: 22, x2: at, y2: height - 6, class: "frontier" }),
    s("text", { x: at - 8, y: 16, "text-anchor": "end", class: "frontier-label" }, `final up to L2 block ${block}`),
    placed.some((it) => it.column > last.column) && s("text", { x: at + 8, y: 16, class: "frontier-label" }, "undecided"),
  ];
}

function move(event, at, choose) {
  const siblings = at.parent?.children ?? [];
  const index = siblings.indexOf(at);
  const to = {
    ArrowLeft: at.parent,
    ArrowRight: at.children[0],
    ArrowUp: siblings[index - 1],
    ArrowDown: siblings[index + 1] ?? (index < 0 ? undefined : at.parent?.parent?.children[at.parent.parent.children.indexOf(at.parent) + 1]),
    Enter: at,
    " ": at,
  }[event.key];
  if (event.key in { ArrowLeft: 1, ArrowRight: 1, ArrowUp: 1, ArrowDown: 1, Enter: 1, " ": 1 }) event.preventDefault();
  if (to) choose(to, true);
}

/** What is looked at first: the latest claim that needs a look, else the newest one. */
function first(claims) {
  const open = claims.filter((claim) => !isDead(claim) && claim.standing !== "confirmed");
  const odd = open.findLast((claim) => claim.verdict?.kind === "wrong") ?? open.find((claim) => claim.verdict?.kind !== "right");
  return (odd ?? open.at(-1) ?? claims.at(-1))?.id ?? null;
}

export function render(status) {
  latest = status;
  const ids = new Set(status.claims.map((claim) => claim.id));
  picked &&= ids.has(chosen);
  if (!picked) chosen = first(status.claims);
  draw(false);
}

function draw(focus) {
  const { claims, tournaments, claimCounts } = latest;
  const container = document.getElementById("claims");
  const facts = claims.map(({ until, ...claim }) => ({ ...claim, left: until?.blocksLeft }));
  const before = container.querySelector("[aria-selected=true]")?.dataset.claim;
  show(container, [facts, chosen, unfolded], () => picture(claims, tournaments));
  if (before !== chosen && !picked) center(container);
  if (focus) container.querySelector(`[data-claim="${chosen}"]`)?.focus();

  const summary = document.getElementById("claims-summary");
  show(summary, claimCounts, ({ open, right, wrong, onWrong, unknown }) => {
    if (open === 0) return "nothing undecided";
    const parts = [[right, "right"], [wrong, "wrong"], [onWrong, "on a wrong one"], [unknown, "unknown"]];
    return `${number(open)} undecided: ${parts.filter(([count]) => count > 0).map(([count, word]) => `${number(count)} ${word}`).join(", ")}`;
  });
  const claim = claims.find((it) => it.id === chosen);
  show(document.getElementById("claim"), claim ?? null, () => (claim ? detail(claim) : []));
}

function center(container) {
  const box = container.querySelector("[aria-selected=true] .box");
  if (!box) return;
  container.scrollLeft = box.x.baseVal.value - (container.clientWidth - WIDTH) / 2;
  container.scrollTop = box.y.baseVal.value - (container.clientHeight - HEIGHT) / 2;
}

function picture(claims, tournaments) {
  const roots = grow(claims);
  const contested = new Set(tournaments.flatMap((it) => it.matches).flatMap((it) => [it.one.claim, it.two.claim]));
  if (!unfolded) roots.forEach((root) => fold(root, contested));
  const { placed, lanes, columns } = place(roots);
  const width = 2 * EDGE + columns * WIDTH + (columns - 1) * GAP_X + 40;
  const height = TOP + lanes * (HEIGHT + GAP_Y);
  const choose = (at, focus = true) => {
    const folded = at.node.claims.length > 1;
    if (folded) unfolded = true;
    [chosen, picked] = [at.node.claims[0].id, true];
    draw(focus);
  };
  const drawing = s(
    "svg",
    {
      role: "tree",
      "aria-label": "Claims, from the oldest on the left to the newest on the right",
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      onkeydown: (event) => {
        const key = event.target.closest?.("[role=treeitem]")?.dataset.key;
        const at = placed.find((it) => it.node.claims[0].id === key);
        if (at) move(event, at, choose);
      },
    },
    placed.filter((at) => at.parent).map(edge),
    frontier(placed, height),
    placed.map((at) => card(at, choose)),
  );
  if (!drawing.querySelector("[tabindex='0']")) drawing.querySelector("[role=treeitem]")?.setAttribute("tabindex", "0");
  return drawing;
}

const row = (name, ...value) => [h("dt", {}, name), h("dd", {}, ...value)];

function detail(claim) {
  const words = claimWords(claim);
  const title = claim.parent ? `Claim over ${l2blocks(claim.firstBlock, claim.lastBlock)}` : "Genesis";
  return [
    h("h3", { class: words.kind }, icon(words.sign), title),
    h(
      "dl",
      { class: "pairs" },
      row("our verdict", claim.verdict ? `${words.verdict}. ${claim.verdict.reason}` : "none: it is decided"),
      claim.verdict?.wrongClaim ? row("wrong claim below", h("span", { class: "mono" }, claim.verdict.wrongClaim)) : [],
      row("what is next", claim.next, claim.until ? ` ${left(claim.until)} (L1 block ${number(claim.until.l1Block)}).` : ""),
      claim.proposer ? row("proposed by", h("span", { class: "mono" }, claim.proposer), claim.ours ? " (ours)" : "") : [],
      claim.bond ? row("bond", `${number(claim.bond)}: `, claim.stakeWei === "0" ? "nothing at stake any more" : `${ether(claim.stakeWei)} at stake`) : [],
      claim.sinceL1Block ? row("made in", `L1 block ${number(claim.sinceL1Block)}${claim.round > 0 ? `, round ${claim.round}` : ""}`) : [],
      row("id", h("span", { class: "mono" }, claim.id)),
    ),
  ];
}

