// What the page shows of a status.
// What is shown stays the same element while it shows the same: a click, the
// focus and a selection outlive what changes around them.
function put(x, text) {
  if (x.textContent !== text) x.textContent = text;
}
function put_made(x, key, f) {
  if (x.shown === key) return;
  x.shown = key;
  x.replaceChildren(f());
}
function put_all(x, children) {
  if (x.children.length !== children.length || children.some((y, i) => x.children[i] !== y))
    x.replaceChildren(...children);
}
function name_class(x, className) {
  if (x.className !== className) x.className = className;
}

function state_of(p) {
  const next = p.next_try !== null && p.next_try > now()
    ? ", next try in " + span_of(p.next_try - now()) : "";
  const ill = { stalled: ", stalled", handler_slow: ", slow call", acks_overdue: ", acks overdue" };
  return p.state + (ill[p.health] || "") + (p.paused ? ", paused" : "") + next;
}

// Title, class, and what fills the cell; those of class `rest` are not needed
// where nothing is wrong and room is scarce.
const columns = [
  ["partition", "text name", (x, g, p) => put(x, name_of(p))],
  ["state", "text", (x, g, p) => put(x, state_of(p))],
  ["operations", "text acts", (x, g, p) =>
    put_made(x, kinds_of(p).join(" ") + p.failing_offset, () => buttons_of(g, p))],
  ["lag", "", (x, g, p) => put(x, number(p.lag))],
  ["15 min", "rest", (x, g, p) => put_made(x, p.lags.join(), () => line_of(p.lags))],
  ["progress", "", (x, g, p) => put(x, since(p.progress))],
  ["call", "rest", (x, g, p) => put(x, p.call_since === null ? "" : since(p.call_since))],
  ["restarts", "rest", (x, g, p) => put(x, number(p.restarts))],
  ["window", "rest", (x, g, p) => put(x, number(p.window_records))],
  ["watermark", "rest", (x, g, p) => put(x, number(p.watermark))],
  ["committed", "rest", (x, g, p) => put(x, number(p.committed))],
  ["end", "rest", (x, g, p) => put(x, number(p.end))],
];

function kinds_of(p) {
  const kinds = [p.paused ? "resume" : "pause", "restart", "move"];
  if (p.failing_offset !== null) kinds.push("dispose");
  else if (p.window_records > 0) kinds.push("record");
  return kinds;
}

function buttons_of(g, p) {
  const x = make("span");
  for (const kind of kinds_of(p)) {
    const button = make("button", kind);
    button.dataset.kind = kind;
    button.addEventListener("click", () => ask_for(kind, g, p));
    x.append(button);
  }
  return x;
}

const shown_columns = () => columns.filter(x => x[0] !== "operations" || state.operations);

function make_row(p) {
  const row = make("tr");
  row.dataset.partition = name_of(p);
  for (const [title, className] of shown_columns()) {
    const cell = make("td", null, className);
    cell.dataset.label = title;
    row.append(cell);
  }
  const why = make("tr", null, "why");
  const cell = make("td", null, "text");
  cell.colSpan = shown_columns().length;
  why.append(cell);
  return { row, why };
}

// Of a partition, and below it what is wrong with it.
function rows_of(part, g, p) {
  const key = name_of(p);
  let x = part.rows.get(key);
  if (!x) part.rows.set(key, x = make_row(p));
  name_class(x.row, p.healthy ? "calm" : "unwell");
  shown_columns().forEach(([, , fill], i) => fill(x.row.cells[i], g, p));
  name_class(x.row.cells[1], "text" + (p.healthy ? p.paused ? " warn" : "" : " bad"));
  let why = p.why || (p.error ? "last error: " + p.error + ": " + p.error_text : "");
  if (p.paused)
    why = "paused" + (p.paused_by ? " by " + p.paused_by : "")
      + (p.pause_reason ? ": " + p.pause_reason : "") + (why ? "; " + why : "");
  put(x.why.firstChild, why);
  name_class(x.why.firstChild, p.healthy ? "text dim" : "text");
  return why ? [x.row, x.why] : [x.row];
}

function tree_of(g) {
  const top = make("ul", null, "tree");
  const supervisor = make("li", "group_supervisor: " + g.restarts + " restarts of the group");
  const inner = make("ul");
  inner.append(make("li", "group_coordinator: " + (g.connected ? "connected" : "no broker")));
  const manager = make("li", "group_manager: " + g.state + ", " + g.rebalances + " rebalances");
  const workers = make("ul");
  for (const p of g.partitions)
    workers.append(make("li", "worker " + name_of(p) + ": " + p.state + ", "
      + p.restarts + " restarts", p.healthy ? "" : "bad"));
  manager.append(workers);
  inner.append(manager);
  supervisor.append(inner);
  top.append(supervisor);
  return top;
}

function pause_of(x) {
  const what = !x.topic ? "all partitions"
    : x.partition === null ? "all of " + x.topic : x.topic + "/" + x.partition;
  return "paused: " + what + (x.who ? " by " + x.who : "") + (x.reason ? ": " + x.reason : "");
}

// As many as are looked at without much of a scroll; of those with something
// wrong more.
const rows_max = 20;
const ill_rows_max = 50;

const parts = new Map(); // what is shown of each group
function make_part(name) {
  const x = { section: make("section"), title: make("h2"), sentence: make("p"),
    pauses: make("p", null, "warn"), wide: make("div", null, "wide"), table: make("table"),
    body: make("tbody"), all: make("button"), tree: make("details"), trunk: make("div"),
    rows: new Map(), shows_all: false };
  x.table.append(make("thead"), x.body);
  x.wide.append(x.table);
  x.all.className = "more";
  x.all.addEventListener("click", () => { x.shows_all = !x.shows_all; show(); });
  x.tree.append(make("summary", "Supervision tree", "dim"), x.trunk);
  x.tree.addEventListener("toggle", show);
  x.section.append(x.title, x.sentence, x.pauses, x.wide, x.all, x.tree);
  parts.set(name, x);
  return x;
}

function show_table(x, g) {
  const titles = shown_columns();
  put_made(x.table.tHead, titles.length, () => {
    const head = make("tr");
    for (const [title, className] of titles) head.append(make("th", title, className));
    x.rows.clear(); // they have other columns
    return head;
  });
  const all = g.partitions.slice().sort(by_weight);
  const needed = Math.min(all.filter(p => !p.healthy || p.paused).length, ill_rows_max);
  const few = Math.max(rows_max, needed);
  const most = x.shows_all ? all.length : few;
  put_all(x.body, all.slice(0, most).flatMap(p => rows_of(x, g, p)));
  const names = new Set(all.map(name_of));
  for (const key of x.rows.keys()) if (!names.has(key)) x.rows.delete(key);
  x.all.hidden = all.length <= few;
  put(x.all, x.shows_all ? "Show fewer" : "Show all " + all.length + " partitions");
}

function show_group(g) {
  const x = parts.get(g.name) || make_part(g.name);
  const [text, className] = sentence_of(g);
  put(x.title, g.name + (g.group && g.group !== g.name ? " (" + g.group + ")" : ""));
  put(x.sentence, text);
  name_class(x.sentence, "sentence " + className);
  const lives = g.state && !g.ended;
  // A pause of what is held is told with its partition.
  const pauses = lives ? g.pauses.filter(y => !g.partitions.some(p =>
    p.topic === y.topic && p.partition === y.partition)) : [];
  put(x.pauses, pauses.map(pause_of).join("; "));
  x.pauses.hidden = !pauses.length;
  x.wide.hidden = !lives || !g.partitions.length;
  x.all.hidden = true;
  x.tree.hidden = !lives;
  if (!x.wide.hidden) show_table(x, g);
  if (x.tree.open && lives) x.trunk.replaceChildren(tree_of(g));
  return x.section;
}

function event_of(e) {
  const x = make("li");
  x.append(make("span", new Date(e.at).toISOString().slice(11, 19) + " ", "dim"));
  x.append(make("b", e.kind + " ", e.warning ? "warn" : ""));
  const where = e.topic === undefined ? e.group : e.topic + "/" + e.partition;
  const rest = [where];
  if (e.offset !== undefined) rest.push("at " + e.offset);
  if (e.count !== undefined) rest.push("count " + e.count);
  if (e.code) rest.push(e.code);
  if (e.who) rest.push("by " + e.who);
  if (e.text) rest.push(e.text);
  x.append(rest.join("  "));
  return x;
}

const weights = ["bad", "warn", "dim", "good"];
function show() {
  if (!state) return;
  const field = id => document.getElementById(id);
  put(field("version"), state.version);
  const groups = state.groups.slice().sort((a, b) =>
    weights.indexOf(sentence_of(a)[1]) - weights.indexOf(sentence_of(b)[1]));
  for (const name of parts.keys())
    if (!groups.some(g => g.name === name)) parts.delete(name);
  put_all(field("main"), groups.length ? groups.map(show_group) : [none]);
  field("lost").hidden = !lost;
  if (lost) put(field("lost"), "No answer: what follows is from " + since(seen) + " ago.");
  const is_bad = lost || groups.some(g => sentence_of(g)[1] === "bad");
  document.title = (is_bad ? "⚠ " : "") + "cafka";
}

function take(next) {
  state = next;
  offset = next.now - Date.now();
  seen = next.now;
  lost = false;
  const log = document.getElementById("log");
  log.hidden = !next.events.length;
  const key = JSON.stringify(next.events);
  if (key !== events_shown) {
    events_shown = key;
    document.getElementById("events")
      .replaceChildren(...next.events.slice().reverse().map(event_of));
  }
  show();
}
