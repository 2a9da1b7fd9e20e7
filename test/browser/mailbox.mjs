// A mail server for tests that accepts all mail and stores its text.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { createInterface } from "node:readline";
import { eventually } from "./portal.mjs";

// startMailbox listens on a free port. next returns the text of the oldest mail to an address that it has not returned
// yet.
export async function startMailbox() {
  const mails = [];
  const server = createServer((socket) => void converse(socket, mails));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const next = (address) => eventually(async () => {
    const at = mails.findIndex((mail) => mail.to === address);
    assert.notEqual(at, -1, `no mail has come to ${address}`);
    return mails.splice(at, 1)[0].text;
  });
  return { url: `smtp://127.0.0.1:${server.address().port}`, next, stop: () => server.close() };
}

async function converse(socket, mails) {
  socket.on("error", () => {}); // a client that hangs up is done
  const say = (line) => socket.write(`${line}\r\n`);
  let to, data;
  say("220 mailbox");
  for await (const line of createInterface({ input: socket })) {
    if (data) {
      if (line === ".") {
        mails.push({ to, text: plainText(data.join("\n")) });
        data = undefined;
        say("250 taken");
      } else {
        data.push(line.replace(/^\./, ""));
      }
      continue;
    }
    const [verb] = line.toUpperCase().split(/[ :]/);
    if (verb === "RCPT") {
      to = /<(.*?)>/.exec(line)[1];
    } else if (verb === "DATA") {
      data = [];
    }
    say(verb === "DATA" ? "354 go on" : verb === "QUIT" ? "221 bye" : "250 yes");
  }
}

// plainText decodes the first part of a mail, which is quoted-printable.
function plainText(mail) {
  const [, part] = /Content-Type: text\/plain.*?\n\n(.*?)\n--/s.exec(mail);
  const bytes = part.replace(/=\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, "latin1").toString("utf8");
}
