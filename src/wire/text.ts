/** Octets to text and back: hex, IPv4 and MAC addresses, and text that a peer chose. */

/** Lower-case hex without separators. */
export function toHex(bytes: Uint8Array): string {
  // one flat string: what is put together piece by piece keeps its pieces, ten times the memory
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** Octets of hex text; white space, `:`, `-` and a leading `0x` are allowed. Undefined when it is not hex of even length. */
export function fromHex(text: string): Uint8Array | undefined {
  const digits = /[^0-9a-f]/i.test(text)
    ? text
        .trim()
        .replace(/^0x/i, '')
        .replace(/[\s:-]/g, '')
    : text;
  if (digits.length % 2 !== 0) return undefined;
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) {
    const octet = (hexDigit(digits.charCodeAt(2 * i)) << 4) | hexDigit(digits.charCodeAt(2 * i + 1));
    if (octet < 0) return undefined;
    bytes[i] = octet;
  }
  return bytes;
}

/** -1 for what is no digit. */
function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const letter = code | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** Addresses whose text was made lately, each in the place that its low bits say: few come again and again. */
const textsKept = 4096;
const keptNumbers = new Float64Array(textsKept).fill(-1);
const keptTexts: string[] = new Array<string>(textsKept).fill('');

/** Dotted text of a 32-bit address in host representation. */
export function ipv4Text(value: number): string {
  const address = value >>> 0;
  const place = (address ^ (address >>> 12)) & (textsKept - 1);
  if (keptNumbers[place] !== address) {
    keptNumbers[place] = address;
    keptTexts[place] = `${address >>> 24}.${(address >>> 16) & 255}.${(address >>> 8) & 255}.${address & 255}`;
  }
  return keptTexts[place] ?? '';
}

/** The 32-bit number of a dotted address, or undefined when the text is not one. */
export function ipv4Number(text: string): number | undefined {
  let value = 0;
  let part = -1; // none of its digits read
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const digit = text.charCodeAt(i) - 0x30;
    if (digit >= 0 && digit <= 9 && part !== 0) {
      part = part < 0 ? digit : part * 10 + digit;
      if (part > 255) return undefined;
    } else if (text[i] === '.' && part >= 0) {
      value = value * 256 + part;
      part = -1;
      dots++;
    } else {
      return undefined; // also for a leading zero, which some read as octal
    }
  }
  return dots === 3 && part >= 0 ? value * 256 + part : undefined;
}

/** `02:00:00:00:00:01` of a 48-bit number. */
export function macText(value: number): string {
  return value
    .toString(16)
    .padStart(12, '0')
    .replace(/..(?!$)/g, '$&:');
}

/** The 48-bit number of a MAC address with colons, or undefined when the text is not one. */
export function macNumber(text: string): number | undefined {
  return /^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text) ? Number.parseInt(text.replaceAll(':', ''), 16) : undefined;
}

/** Text of one octet a character for people: in quotes, and all but printable ASCII as `\xNN`. */
export function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

/** As `quoted` but without the quotes. What a peer sends must not drive a terminal or break a line of a report. */
export function escaped(text: string): string {
  return text.replace(/[^ !#-[\]-~]/g, (character) => {
    const code = character.charCodeAt(0);
    return character === '"' || character === '\\' ? `\\${character}` : `\\x${code.toString(16).padStart(2, '0')}`;
  });
}

/** `1 octet`, `2 octets`. */
export const octetsText = (size: number): string => `${size} octet${size === 1 ? '' : 's'}`;

export function concat(...parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
