// The server, and the token that it may want.
function say(text) {
  const x = document.getElementById("said");
  put(x, text);
  x.hidden = !text;
}

function head() {
  return token ? { Authorization: "Bearer " + token } : {};
}

function ask_token() {
  state = null;
  say(token ? "This token is refused." : "");
  const form = document.getElementById("ask");
  form.hidden = false;
  document.getElementById("main").replaceChildren();
  document.getElementById("token").focus();
}

document.getElementById("ask").addEventListener("submit", e => {
  e.preventDefault();
  token = document.getElementById("token").value;
  sessionStorage.setItem("token", token);
  document.getElementById("ask").hidden = true;
  say("");
  run();
});

const pause = ms => new Promise(done => setTimeout(done, ms));

// False: a token is wanted.
async function poll() {
  const answer = await fetch("/api/status", { headers: { ...head(), ...(tag ? { "If-None-Match": tag } : {}) } });
  if (answer.status === 403 && answer.headers.get("WWW-Authenticate")) return false;
  if (answer.status === 200) {
    tag = answer.headers.get("ETag") || "";
    take(await answer.json());
  } else if (answer.status === 304) { lost = false; seen = now(); }
  else throw new Error(answer.status);
  return true;
}

// Until the stream ends; EventSource could not show the token.
async function listen() {
  const answer = await fetch("/api/events", { headers: head() });
  if (answer.status !== 200) return;
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    let end;
    while ((end = text.indexOf("\n\n")) >= 0) {
      const data = text.slice(0, end).split("\n").find(x => x.startsWith("data: "));
      text = text.slice(end + 2);
      if (data) take(JSON.parse(data.slice(6)));
    }
  }
}

async function run() {
  for (;;) {
    try {
      if (!await poll()) { ask_token(); return; }
      await listen();
    } catch (e) {
      lost = true;
    }
    await pause(2000);
  }
}
