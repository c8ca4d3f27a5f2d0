// A certificate for this machine that is its own authority, made on the spot (X.509, in DER). For examples: real ones come from an authority.
import { generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** A value of ASN.1: its kind, its length, and what is in it. */
function der(tag: number, ...parts: (Uint8Array | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => Buffer.from(part as string)));
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return Buffer.concat([Uint8Array.of(tag, ...size), body]);
}

const sequence = (...parts: Uint8Array[]) => der(0x30, ...parts);
const objectId = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const time = (date: Date) => der(0x17, `${date.toISOString().replaceAll(/[-:T]/g, "").slice(2, 14)}Z`);
const bits = (bytes: Uint8Array) => der(0x03, Uint8Array.of(0), bytes);

const commonName = objectId("550403");
const ecdsaWithSha256 = sequence(objectId("2a8648ce3d040302"));
const alternativeName = objectId("551d11");
const basicConstraints = objectId("551d13");

/** A key and a certificate for `localhost` and 127.0.0.1, good for an hour. */
export function makeCertificate(): { key: string; cert: string } {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
  const name = sequence(der(0x31, sequence(commonName, der(0x0c, "localhost"))));
  const names = sequence(der(0x82, "localhost"), der(0x87, Uint8Array.of(127, 0, 0, 1)));
  const isAuthority = sequence(der(0x01, Uint8Array.of(255)));
  const content = sequence(
    der(0xa0, der(0x02, Uint8Array.of(2))),
    der(0x02, Uint8Array.of(1), randomBytes(8)),
    ecdsaWithSha256,
    name,
    sequence(time(new Date(Date.now() - 60_000)), time(new Date(Date.now() + 3_600_000))),
    name,
    publicKey.export({ type: "spki", format: "der" }),
    der(
      0xa3,
      sequence(
        sequence(basicConstraints, der(0x01, Uint8Array.of(255)), der(0x04, isAuthority)),
        sequence(alternativeName, der(0x04, names)),
      ),
    ),
  );
  const certificate = sequence(content, ecdsaWithSha256, bits(sign("sha256", content, privateKey)));
  const lines = certificate
    .toString("base64")
    .match(/.{1,64}/g)
    ?.join("\n");
  const cert = `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
  return { key: privateKey.export({ type: "pkcs8", format: "pem" }) as string, cert };
}
