"use strict";
// What is said of a status, and how grave it is. The parts of the script follow
// each other in one: words, view, connection, operations.
//
// All text comes into the page by textContent: nothing in it is markup.
let token = sessionStorage.getItem("token") || "";
let state = null;   // the last status
let offset = 0;     // of this clock to the server's, in ms
let tag = "";
let lost = false;   // nobody answers
let seen = 0;       // when somebody did, by the server's clock
let events_shown = "";

function make(kind, text, className) {
  const x = document.createElement(kind);
  if (text !== undefined && text !== null) x.textContent = text;
  if (className) x.className = className;
  return x;
}

function span_of(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return s + " s";
  if (s < 3600) return Math.floor(s / 60) + " min";
  if (s < 172800) return Math.floor(s / 3600) + " h";
  return Math.floor(s / 86400) + " d";
}

const now = () => Date.now() + offset;
const none = make("p", "No group runs.", "dim");
const name_of = p => p.topic + "/" + p.partition;
const number = x => x === null || x === undefined ? "–" : x.toLocaleString("en");
const since = t => t === null || t === undefined ? "–" : span_of(now() - t);

// The worst first: stopped, failing, then whatever else is wrong, then paused,
// then by lag.
const gravest = ["exhausted", "failing", "stalled", "handler_slow", "acks_overdue"];
function rank(p) {
  const i = gravest.indexOf(p.health);
  return i >= 0 ? i : p.healthy ? gravest.length + (p.paused ? 1 : 2) : gravest.length;
}
function by_weight(a, b) {
  return rank(a) - rank(b) || (b.lag || 0) - (a.lag || 0)
    || a.topic.localeCompare(b.topic) || a.partition - b.partition;
}

function trouble_of(p) {
  const at = p.failing_offset === null ? "" : " at " + p.failing_offset;
  const cause = p.error ? " (" + (p.error_text || p.error).slice(0, 200) + ")" : "";
  const verb = { exhausted: "stands still", failing: "fails",
    stalled: "stalls", handler_slow: "has a slow call",
    acks_overdue: "waits for acks" }[p.health] || p.health;
  let text = name_of(p) + " " + verb + at + " since " + since(p.progress) + cause;
  if (p.next_try !== null && p.next_try > now())
    text += ", next try in " + span_of(p.next_try - now());
  return text;
}

// How a group is, in a sentence, and how bad that is.
function sentence_of(g) {
  if (g.ended)
    return [g.end_text ? "gave up: " + g.end_text : "has ended", g.end_text ? "bad" : "dim"];
  if (!g.state) return ["has not answered yet", "dim"];
  if (g.state === "restarting") return ["restarts as a whole", "bad"];
  if (!g.connected) return ["no broker is connected", "bad"];
  if (!g.partitions.length)
    return [g.rebalances ? "is in its group and holds no partition" : "joins its group", "dim"];
  const running = g.partitions.filter(p => p.healthy && !p.paused
    && (p.state === "running" || p.state === "isolating")).length;
  const paused = g.partitions.filter(p => p.paused).length;
  const text = running + " of " + g.partitions.length + " partitions run"
    + (paused ? ", " + paused + " paused" : "");
  const ill = g.partitions.filter(p => !p.healthy).sort(by_weight);
  if (!ill.length) return [text, running === g.partitions.length ? "good" : "warn"];
  return [text + "; " + trouble_of(ill[0])
    + (ill.length > 1 ? "; not healthy besides: " + (ill.length - 1) : ""), "bad"];
}

function line_of(lags) {
  const known = lags.filter(x => x !== null);
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("width", 90); svg.setAttribute("height", 18);
  if (known.length < 2) return svg;
  const top = Math.max(1, ...known);
  const points = lags.map((x, i) => x === null ? null
    : (90 - (lags.length - 1 - i) * 1.5).toFixed(1) + "," + (16 - 14 * x / top).toFixed(1));
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  line.setAttribute("points", points.filter(x => x).join(" "));
  svg.append(line);
  return svg;
}
