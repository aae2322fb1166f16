// What an operator intends, with a reason.
const field = id => document.getElementById(id);
const input_of = id => field(id).querySelector("input, select");
let asked = null;

function bytes_of(x) {
  if (x === null) return "null";
  return x.text + (x.cut ? " … (" : " (") + number(x.bytes) + " bytes)";
}

function record_of(x) {
  const list = make("dl");
  const add = (name, text) => list.append(make("dt", name), make("dd", text));
  add("offset", x.offset + (x.failures ? ", failed " + x.failures + " times" : ""));
  if (x.timestamp !== null) add("time", new Date(x.timestamp).toISOString());
  add("key", bytes_of(x.key));
  for (const h of x.headers) add(h.name, bytes_of(h.value));
  if (x.headers_left_out) add("", "and " + x.headers_left_out + " more headers");
  add("value", bytes_of(x.value));
  return list;
}

// Who decides on a record is to see it.
async function show_record(body) {
  const to = field("act-record");
  const mine = asked;
  to.textContent = "Asking for the record …";
  let made = "no answer: the record is not shown";
  try {
    const { group, topic, partition } = body;
    const answer = await fetch("/api/record?" + new URLSearchParams({ group, topic, partition }),
      { headers: head() });
    const text = await answer.text();
    if (answer.status === 200) made = record_of(JSON.parse(text));
    else {
      made = text;
      try { made = JSON.parse(text).text; } catch (e) {}
    }
  } catch (e) {}
  if (asked === mine) to.replaceChildren(made);
}

function ask_for(kind, g, p) {
  asked = { kind, body: { group: g.name, topic: p.topic, partition: p.partition } };
  const looks = kind === "record";
  if (kind === "dispose") asked.body.offset = p.failing_offset;
  field("act-title").textContent = kind + " " + name_of(p)
    + (kind === "dispose" ? " at " + p.failing_offset : "");
  field("act-record").hidden = !looks && kind !== "dispose";
  field("act-to").hidden = kind !== "move";
  field("act-step").hidden = kind !== "dispose";
  field("act-reason").hidden = field("act-who").hidden = field("act-do").hidden = looks;
  field("act-said").textContent = "";
  input_of("act-reason").value = "";
  if (!field("act-record").hidden) show_record(asked.body);
  field("act").showModal();
}

input_of("act-who").value = localStorage.getItem("who") || "";

field("act-do").addEventListener("click", async e => {
  e.preventDefault();
  if (!input_of("act-reason").reportValidity()) return;
  const { kind, body } = asked;
  body.reason = input_of("act-reason").value;
  body.who = input_of("act-who").value;
  localStorage.setItem("who", body.who);
  if (kind === "move") body.to = input_of("act-to").value;
  if (kind === "dispose") body.step = input_of("act-step").value;
  const what = kind + " " + name_of(body) + ": ";
  field("act-said").textContent = "Asking …";
  try {
    const answer = await fetch("/api/" + kind, { method: "POST",
      headers: { ...head(), "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const text = await answer.text();
    let said = { text };
    try { said = JSON.parse(text); } catch (e2) {}
    if (answer.status === 200) {
      field("act").close();
      say(what + said.text);
      tag = "";
      return;
    }
    field("act-said").textContent = said.result ? said.result + ": " + said.text : said.text;
  } catch (e2) {
    field("act-said").textContent = "no answer";
  }
});

setInterval(show, 1000); // countdowns go on
run();
