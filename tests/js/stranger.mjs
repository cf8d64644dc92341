// Uses the client once through, on a sign-in link of the demonstration, and prints what it saw as
// one line of JSON: joins, reads a case, adds a contact, sends it, and finds it again.
//
//     node tests/js/stranger.mjs http://127.0.0.1:8420/join/... "Family name"

import { randomBytes } from "node:crypto";
import { Client, join, register, scalars } from "./client.mjs";

const [link, familyName] = process.argv.slice(2);
if (!familyName) throw new Error("Give a sign-in link and somebody's family name.");
process.stdout.write(`${JSON.stringify(await use(link, familyName))}\n`);

async function use(link, familyName) {
  const session = await join(link);
  const client = new Client(session);
  const profile = await client.me();
  const directory = await client.directory();
  const first = await client.sync();
  const [id, held] = findPerson(client, familyName);
  const seen = {
    user: client.user,
    device: client.device,
    name: profile.name,
    cases: client.cases.size,
    services: directory.length,
    firstExchanges: first.exchanges,
    case: id,
    person: `${register(held.document, "given_names")} ${register(held.document, "family_name")}`,
    events: Object.keys(held.document.events).length,
  };
  const { contact, begun } = write(client, id);
  const lost = [...held.unsent];
  seen.sent = (await client.sync()).verdicts;
  // As after a request whose answer was lost.
  held.unsent = lost;
  seen.sentAgain = (await client.sync()).verdicts;
  seen.idle = (await client.sync()).verdicts;
  seen.idleBytes = client.bodyBytes;
  // As after a restore: the epoch is another one, so everything of this device is sent again.
  client.epoch = new Uint8Array(randomBytes(16));
  seen.sentAfterRestore = (await client.sync()).verdicts;
  return { ...seen, contact, begun, ...(await readAnew(session, id, contact, begun)) };
}

function findPerson(client, familyName) {
  const found = [...client.cases].find(([, held]) =>
    register(held.document, "family_name").includes(familyName),
  );
  if (!found) throw new Error(`${familyName} is not on this caseload`);
  return found;
}

// A contact in the newest episode of a case, and a case that begins with a referral.
function write(client, id) {
  const { events } = client.cases.get(id).document;
  const referrals = Object.keys(events).filter((key) => String(events[key].kind) === "referred");
  const contact = client.sign(id, "contact", {
    episode: referrals.sort().at(-1),
    mode: "telephone",
    outcome: "seen",
    purpose: "support",
    venue: "By phone",
    minutes: { preparation: 5, session: 25, write_up: 10, research: 0 },
    needs: ["loneliness", "transport"],
    note: `Written by another client. ${"She has joined the Thursday knitters. ".repeat(60)}`,
    next_step: "Ring again",
    next_on: null,
  });
  const begun = client.begin((root) => {
    Object.assign(root.person, scalars({ given_names: "Ann", family_name: "Stranger" }));
  });
  client.sign(begun, "referred", { source: "person", reason: "Would like company." });
  return { contact, begun };
}

// What a client with nothing in its hands is given.
async function readAnew(session, id, contact, begun) {
  const client = new Client(session);
  await client.me();
  await client.sync();
  const { document } = client.cases.get(id);
  const event = document.events[contact];
  const added = client.cases.get(begun);
  return {
    eventsAnew: Object.keys(document.events).length,
    noteAnew: event && String(event.note).slice(0, 26),
    minutesAnew: event?.minutes.session,
    begunAnew: added && register(added.document, "family_name"),
  };
}
