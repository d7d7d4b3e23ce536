// Recorded statuses of a real dispute, one a phase, and what is made of them by changing what cannot be recorded at will.

import { readFile } from "node:fs/promises";

const recorded = async (name) => JSON.parse(await readFile(new URL(`fixtures/${name}.json`, import.meta.url), "utf8"));

const copy = (status, changes = {}) => ({ ...structuredClone(status), ...changes });
const id = (n) => `0x${n.toString(16).padStart(64, "0")}`;

export const quiet = await recorded("quiet");
export const slots = await recorded("slots");
export const proven = await recorded("proven");

/** The rival has just come, and no match has begun. */
export const wrong = copy(slots, {
  tournaments: [],
  claims: slots.claims.map((claim) => (claim.standing === "playing" ? { ...claim, standing: "joining", matchId: null } : claim)),
});

/** The moment before the proof: the step match is down to the step that decided it. */
export const steps = await recorded("steps").then((status) => {
  const { descent } = proven.decided.find((it) => it.level === "steps");
  const at = { due: "proof", mover: "either", descent, text: "Down to one step: whoever proves it ends the match." };
  const clock = (side) => ({ ...side, clock: { ...side.clock, running: true, until: { l1Block: status.l1Block + 50, blocksLeft: 50, secondsLeft: 600 } } });
  const seal = (it) => (it.level === "steps" ? { ...it, ...at, one: clock(it.one), two: clock(it.two) } : it);
  return copy(status, { tournaments: status.tournaments.map((it) => ({ ...it, matches: it.matches.map(seal) })) });
});

export const alarm = copy(slots, {
  overall: "alarm",
  alarms: [{ code: "honestClaimLost", subject: { kind: "claim", id: slots.claims[1].id }, text: "The right claim has lost its contest." }],
});

export const troubled = copy(quiet, { overall: "unknown", trouble: "L1: the endpoint does not answer" });

export const unknown = copy(wrong, {
  overall: "unknown",
  claims: wrong.claims.map((claim) =>
    claim.verdict?.kind === "wrong" ? { ...claim, verdict: { kind: "unknown", reason: "Not executed yet: the claim over blocks 1 to 2.", wrongClaim: null } } : claim,
  ),
  actions: [{ kind: "unknown", verb: null, subject: { kind: "account", id: null }, text: "Not known yet, so nothing is signed: the claim over blocks 1 to 2.", until: null }],
});

const [genesis, open] = quiet.claims;

const child = (parent, n, changes = {}) => ({
  ...open,
  id: id(n),
  parent: parent.id,
  firstBlock: parent.lastBlock + 1,
  lastBlock: parent.lastBlock + 4,
  ...changes,
});

/** 120 right claims one on another, and 80 wrong ones beside one of them. */
export const many = (() => {
  const claims = [genesis];
  for (let n = 1; n <= 120; n += 1) claims.push(child(claims[n - 1], n));
  const verdict = { kind: "wrong", reason: "Our own execution gives something else.", wrongClaim: null };
  for (let n = 201; n <= 280; n += 1) claims.push(child(claims[60], n, { verdict }));
  const claimCounts = { all: 201, open: 200, right: 120, wrong: 80, onWrong: 0, unknown: 0 };
  return copy(quiet, { overall: "disputing", claims, claimCounts });
})();

export const HOSTILE = `<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"';--\u202e${"W".repeat(400)}`;

/** Whatever is text says what an attacker would like it to. */
export const hostile = (() => {
  const status = copy(steps);
  const change = (value, key) => {
    if (typeof value === "string" && ["text", "reason", "next", "trouble", "opcode", "phase"].includes(key)) return HOSTILE;
    if (Array.isArray(value)) return value.map((it) => change(it, key));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, it]) => [name, change(it, name)]));
    return value;
  };
  return { ...change(status), trouble: HOSTILE, alarms: [{ code: "funds", subject: { kind: HOSTILE, id: HOSTILE }, text: HOSTILE }] };
})();

/** Nobody has a key here. */
export const watching = copy(wrong, {
  money: { ...wrong.money, wallet: null },
  actions: [{ kind: "act", verb: "turn", subject: { kind: "match", id: id(5) }, text: "Open four levels more.", until: null }],
});
