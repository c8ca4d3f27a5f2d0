// A TLS server with a certificate made on the spot. A client that does not know its authority refuses it.
import { openConnection, startServer } from "tsyncio";
import { makeCertificate } from "./make-certificate.ts";

export async function main() {
  const { key, cert } = makeCertificate();
  await using server = await startServer(async (_, writer) => writer.write("a secret\n"), "127.0.0.1", 0, {
    ssl: { key, cert },
    sslHandshakeTimeout: "5s",
  });
  try {
    await openConnection("127.0.0.1", server.port, { ssl: true, serverHostname: "localhost" });
  } catch (error) {
    console.log(`refused: ${(error as { code?: string }).code}`);
  }
  const [reader, writer] = await openConnection("127.0.0.1", server.port, {
    ssl: { ca: cert },
    serverHostname: "localhost",
    encoding: "utf8",
  });
  console.log(`certificate of ${writer.getExtraInfo("peercert")?.subject.CN}, ${writer.getExtraInfo("cipher")?.[1]}`);
  console.log((await reader.readline()).trimEnd());
  writer.close();
}
