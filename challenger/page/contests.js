// Disputes: two commitments on the way down to the one step on which they differ.

import { h, icon, s, show } from "./dom.js";
import { blocks, duration, l2blocks, left, number, plural, range, short, sideWords } from "./words.js";

const ROW = 42;
const THICK = 15;
/** Small letters on a small window would not be read: then the bars are shorter instead. */
const narrow = matchMedia("(max-width: 40rem)");
const LABEL = 128;

const unit = (level, count) => (level === "slots" ? plural(count, "slot") : plural(count, "step"));

/** The picture of the way down: each bar is one sixteenth of the bar above it. */
function descentPicture(descent, level) {
  const { ranges, turns, turnsInAll, treeHeight } = descent;
  const rows = Array.from({ length: turnsInAll + 1 }, (_, index) => ({
    height: treeHeight - 4 * index,
    top: 4 + index * ROW,
    known: ranges[index],
    next: ranges[index + 1],
  }));
  const BAR = narrow.matches ? 196 : 372;
  const cell = BAR / 16;
  const parts = rows.map(({ height, top, known, next }, index) => {
    const size = 2 ** height;
    const text = [
      s("text", { x: LABEL - 12, y: top + 9, "text-anchor": "end", class: known ? "size" : "size later" }, unit(level, size)),
      known && s("text", { x: LABEL - 12, y: top + 22, "text-anchor": "end", class: "range" }, range(known.first, known.last)),
    ];
    if (height === 0) {
      const middle = LABEL + BAR / 2;
      const shape = `M${middle} ${top - 3}l9 9-9 9-9-9Z`;
      return [text, s("path", { d: shape, class: known ? "leaf" : "leaf later" })];
    }
    if (!known) return [text, s("rect", { x: LABEL, y: top, width: BAR, height: THICK, rx: 3, class: "bar later" })];
    const at = next ? Math.floor((next.first - known.first) / (size / 16)) : null;
    const newest = index === turns;
    const cells = Array.from({ length: 15 }, (_, i) =>
      s("line", { x1: LABEL + (i + 1) * cell, x2: LABEL + (i + 1) * cell, y1: top, y2: top + THICK, class: "tick" }),
    );
    const target = rows[index + 1];
    const funnel = (() => {
      if (at === null) return null;
      const [a, b] = [LABEL + at * cell, LABEL + (at + 1) * cell];
      const [l, r] = target.height === 0 ? [LABEL + BAR / 2 - 5, LABEL + BAR / 2 + 5] : [LABEL, LABEL + BAR];
      return s("path", { d: `M${a} ${top + THICK}H${b}L${r} ${target.top}H${l}Z`, class: "funnel" });
    })();
    return [
      text,
      funnel,
      s("rect", { x: LABEL, y: top, width: BAR, height: THICK, rx: 3, class: newest ? "bar open" : "bar" }),
      cells,
      at !== null && s("rect", { x: LABEL + at * cell, y: top, width: cell, height: THICK, class: "cell" }),
    ];
  });
  const height = 4 + turnsInAll * ROW + 24;
  const what = level === "slots" ? "slot" : "step";
  const label = `Way down to one ${what}: ${turns} of ${turnsInAll} turns made. In question: ${descent.place.text}.`;
  return s(
    "svg",
    { role: "img", "aria-label": label, viewBox: `0 0 ${LABEL + BAR + 6} ${height}`, class: "descent", "data-turns": turns },
    // what lies behind first: no bar is drawn over
    parts.flat(Infinity).filter((it) => it && it.classList.contains("funnel")),
    parts.flat(Infinity).filter((it) => it && !it.classList.contains("funnel")),
  );
}

const pair = (name, value, mono = false) => [h("dt", {}, name), h("dd", { class: mono ? "mono" : null }, value)];

/** What is in question, in words as exact as they are known. */
function placeWords(place) {
  const { slot, step, steps } = place;
  if (!slot) {
    const { firstBlock, lastBlock, slots } = place;
    const whole = !slots || (slots[0] === 0 && slots[1] === 1023);
    const nothing = place.text.startsWith("nothing");
    const text = whole ? l2blocks(firstBlock, lastBlock) : `Slots ${range(...slots)} of ${l2blocks(firstBlock, lastBlock)}`;
    return h("p", { class: "place" }, nothing ? place.text : text);
  }
  const KINDS = {
    begin: `Begin of L2 block ${number(slot.l2Block)}`,
    transaction: `Transaction ${slot.slot} of L2 block ${number(slot.l2Block)}`,
    skipped: `Skipped entry ${slot.slot} of L2 block ${number(slot.l2Block)}`,
    idle: `Idle slot ${slot.slot} of L2 block ${number(slot.l2Block)}`,
    seal: `End of L2 block ${number(slot.l2Block)}`,
    unknown: `Slot ${slot.slot} of L2 block ${number(slot.l2Block)}`,
  };
  return [
    h(
      "p",
      { class: "place" },
      step && h("strong", { class: "opcode" }, step.opcode ?? step.phase),
      steps && (steps[0] === steps[1] ? `Step ${number(steps[0])} of ` : `Steps ${range(...steps)} of `),
      KINDS[slot.kind] ?? place.text,
    ),
    (slot.transactionHash || step) &&
      h(
        "dl",
        { class: "pairs" },
        slot.transactionHash && pair("transaction", slot.transactionHash, true),
        step?.contract && pair("code of", step.contract, true),
        step?.contract && pair("program counter", `${number(step.pc)}, call depth ${number(step.callDepth)}`),
      ),
  ];
}

function clock(side, name, mover, due) {
  const [sign, words] = sideWords(side, name);
  const { clock } = side;
  const moves = mover === name || (mover === "either" && clock.running);
  const share = clock.budgetBlocks === 0 ? 0 : Math.min(1, clock.leftBlocks / clock.budgetBlocks);
  const state = clock.running ? "runs" : "stands still";
  const free = clock.running && clock.freeBlocks > 0 ? `, ${blocks(clock.freeBlocks)} free` : "";
  const until = clock.running && clock.until ? `, up in L1 block ${number(clock.until.l1Block)}` : "";
  const text = `${number(clock.leftBlocks)} of ${blocks(clock.budgetBlocks)} left, about ${duration(clock.leftBlocks * 12)}`;
  const fill = h("div", { class: "level" });
  fill.style.width = `${100 * share}%`;
  return h(
    "div",
    { class: `side ${sign} ${moves ? "moves" : ""}` },
    h(
      "div",
      { class: "who" },
      icon(sign),
      h("strong", {}, words),
      side.owner && h("span", { class: "mono muted", title: side.owner }, short(side.owner)),
      moves && due !== "timeout" && h("span", { class: "chip" }, icon("move"), mover === "either" ? "may prove" : "to move"),
    ),
    h(
      "div",
      {
        class: `clock ${clock.running ? "running" : ""} ${share < 0.2 ? "low" : ""}`,
        role: "meter",
        "aria-label": `Clock of the ${words.toLowerCase()}`,
        "aria-valuemin": 0,
        "aria-valuemax": clock.budgetBlocks,
        "aria-valuenow": clock.leftBlocks,
        "aria-valuetext": `${text}, ${state}`,
      },
      fill,
    ),
    h("p", { class: "clock-text" }, icon(clock.running ? "wait" : "still"), `${text}${free}; ${state}${until}`),
  );
}

function matchCard(found) {
  const what = found.level === "slots" ? "Which slot?" : "Which step?";
  const { descent } = found;
  return h(
    "article",
    { class: `match-card ${found.level}`, "data-match": found.id, "data-due": found.due },
    h(
      "div",
      { class: "match-body" },
      h(
        "div",
        { class: "players" },
        h("h4", {}, what, h("span", { class: "muted" }, ` ${descent.turns} of ${descent.turnsInAll} turns`)),
        h("p", { class: "due" }, found.text, found.until ? ` ${left(found.until)}.` : ""),
        h("div", { class: "sides" }, clock(found.one, "one", found.mover, found.due), clock(found.two, "two", found.mover, found.due)),
      ),
      descentPicture(descent, found.level),
      h("div", { class: "question" }, h("h5", {}, "In question"), placeWords(descent.place)),
    ),
  );
}

function waiting(tournament) {
  const alive = tournament.commitments.filter((it) => !it.eliminated).length;
  const what = tournament.standing === "joining" ? `Others may join. ${left(tournament.closing)}.` : "";
  const state = { won: "Won.", noWinner: "Nobody is left.", playing: "The next pair is to meet.", joining: "" }[tournament.standing];
  return h(
    "article",
    { class: "match-card waiting" },
    h("h4", {}, tournament.level === "slots" ? "Which slot?" : "Which step?"),
    h("p", { class: "due" }, `${plural(alive, "commitment")} left, and no match runs. ${state} ${what}`),
  );
}

function dispute(root, steps) {
  const cards = root.matches.flatMap((found) => {
    const below = steps.find((it) => it.id === found.stepTournament);
    const inner = below ? (below.matches.length ? below.matches.map(matchCard) : [waiting(below)]) : [];
    return [h("div", { class: "pair" }, matchCard(found), inner)];
  });
  return h(
    "section",
    { class: "dispute", "aria-label": `Contest over ${l2blocks(root.firstBlock, root.lastBlock)}` },
    h(
      "h3",
      {},
      icon("match"),
      `Contest over ${l2blocks(root.firstBlock, root.lastBlock)}`,
      h(
        "span",
        { class: "muted" },
        ` ${plural(root.commitments.length, "claim")}, ${root.commitments.filter((it) => !it.eliminated).length} left` +
          (root.standing === "joining" ? `; joining closes in ${duration(root.closing.secondsLeft)}` : ""),
      ),
    ),
    cards.length ? cards : waiting(root),
  );
}

const DECISIONS = { proof: "proof of a step", stepTournament: "step tournament", timeout: "time" };

function decidedItem(it) {
  const [sign, won] = it.rightWon === true ? ["right", "Right side won"] : it.rightWon === false ? ["wrong", "Wrong side won"] : ["unknown", it.winner === "neither" ? "Both lost" : `Side ${it.winner} won`];
  return h(
    "details",
    { "data-key": it.id, "data-decided": it.id, class: `decided ${sign}` },
    h(
      "summary",
      {},
      icon(sign),
      h("span", { class: "what" }, h("strong", {}, `${it.level === "slots" ? "Slot match" : "Step match"}: ${won.toLowerCase()}`), ` by ${DECISIONS[it.decision]}`),
      it.descent?.place.step && h("strong", { class: "opcode" }, it.descent.place.step.opcode ?? it.descent.place.step.phase),
      h("span", { class: "muted" }, `L1 block ${number(it.l1Block)}`),
    ),
    h("p", {}, it.text),
    it.descent && h("div", { class: "decided-body" }, descentPicture(it.descent, it.level), h("div", { class: "question" }, h("h5", {}, "It came down to"), placeWords(it.descent.place))),
  );
}

let latest = null;
narrow.addEventListener("change", () => latest && render(latest));

export function render(status) {
  latest = status;
  const roots = status.tournaments.filter((it) => it.level === "slots");
  const steps = status.tournaments.filter((it) => it.level === "steps");
  const live = roots.filter((it) => it.matches.length > 0 || it.standing === "joining" || it.standing === "playing");
  show(document.getElementById("disputes"), [live, steps, narrow.matches], () =>
    live.length ? live.map((root) => dispute(root, steps)) : h("p", { class: "empty" }, icon("right"), "No claim is contested."),
  );
  show(document.getElementById("decided"), [status.decided, narrow.matches], ([decided]) =>
    decided.length ? [h("h3", { class: "sub" }, "Decided"), decided.map(decidedItem)] : [],
  );
  const running = status.tournaments.reduce((sum, it) => sum + it.matches.length, 0);
  show(document.getElementById("disputes-summary"), [running, status.decided.length], () =>
    `${plural(running, "running match", "running matches")}, ${number(status.decided.length)} decided lately`,
  );
}
