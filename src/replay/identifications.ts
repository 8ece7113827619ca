/** The halves of Identifications, read without decoding a message. */
import { identificationAt } from '../wire/mobileip.js';

/** The high halves of a request and its reply; undefined where the low ones differ, or a message is too short. */
export function highHalves(
  request: Uint8Array,
  reply: Uint8Array,
): { readonly asked: number; readonly given: number } | undefined {
  const [at, there] = [identificationAt.request, identificationAt.reply];
  if (request.length < at + 8 || reply.length < there + 8) return undefined;
  const [a, b] = [new DataView(request.buffer, request.byteOffset), new DataView(reply.buffer, reply.byteOffset)];
  if (a.getUint32(at + 4) !== b.getUint32(there + 4)) return undefined;
  return { asked: a.getUint32(at), given: b.getUint32(there) };
}
