import type { TLSSocket } from "node:tls";

/** What a TLS socket tells of its connection. */
export function tlsInfo(socket: TLSSocket, name: string): unknown {
  if (name === "peercert") {
    const certificate = socket.getPeerCertificate();
    return certificate !== null && Object.keys(certificate).length > 0 ? certificate : null;
  }
  if (name !== "cipher" || socket.destroyed) return null;
  const { name: cipher, version } = socket.getCipher();
  return [cipher, version, secretBits(cipher)];
}

/** How many bits the key of a cipher has, as far as its name tells. */
function secretBits(cipher: string): number | null {
  const bits = /(?:AES|CAMELLIA|ARIA)_?(128|256)/.exec(cipher)?.[1];
  if (bits !== undefined) return Number(bits);
  return cipher.includes("CHACHA20") ? 256 : null;
}
