// A chat server: what one says, the others hear. Each connection is a task.
import { openConnection, type StreamReader, type StreamWriter, startServer } from "tsyncio";

const members = new Map<string, StreamWriter>();

function say(from: string, text: string) {
  for (const [name, writer] of members) if (name !== from) writer.write(`${from}: ${text}\n`);
}

async function chat(reader: StreamReader<string>, writer: StreamWriter) {
  const name = (await reader.readline()).trim();
  members.set(name, writer);
  writer.write(`welcome, ${name}\n`);
  try {
    for await (const line of reader) say(name, line);
  } finally {
    members.delete(name);
    say(name, "(has left)");
  }
}

export async function main() {
  await using server = await startServer(chat, "127.0.0.1", 0, { encoding: "utf8", limit: 1000, maxConnections: 100 });
  const join = async (name: string) => {
    const [reader, writer] = await openConnection("127.0.0.1", server.port, { encoding: "utf8" });
    writer.write(`${name}\n`);
    const hear = async () => console.log(`${name} hears "${(await reader.readline()).trimEnd()}"`);
    await hear();
    return { writer, hear };
  };
  const [ann, bob] = [await join("Ann"), await join("Bob")];
  ann.writer.write("hello, Bob\n");
  await bob.hear();
  bob.writer.write("hello, Ann\n");
  await ann.hear();
  bob.writer.close();
  await ann.hear();
  ann.writer.close();
}
