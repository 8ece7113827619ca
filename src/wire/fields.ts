/** The fields that layouts are made of: numbers, flags, addresses, octets and text, each read, written and shown. */
import type { AnyField, ComputeInput, Field, Values, When } from './layout.js';
import { ipv4Number, ipv4Text, macNumber, macText, quoted, toHex } from './text.js';

interface UintOptions {
  readonly initial?: number | ((given: Values) => number);
  readonly names?: Readonly<Record<number, string>>;
  /** Printed as hexadecimal. */
  readonly hex?: boolean;
}

export function bits<N extends string>(name: N, width: number, options: UintOptions = {}): Field<N, number> {
  const { names, hex, initial = 0 } = options;
  return {
    name,
    shape: { kind: 'uint', bits: width, ...(names && { names }) },
    initial,
    read: (reader, path) => reader.uint(width, path),
    write: (writer, value) => writer.uint(width, value),
    show: (value) => {
      const digits = hex ? `0x${value.toString(16).padStart(Math.ceil(width / 4), '0')}` : String(value);
      const word = names?.[value];
      return word === undefined ? digits : `${digits} (${word})`;
    },
  };
}

export const u8 = <N extends string>(name: N, options?: UintOptions): Field<N, number> => bits(name, 8, options);
export const u16 = <N extends string>(name: N, options?: UintOptions): Field<N, number> => bits(name, 16, options);
export const u32 = <N extends string>(name: N, options?: UintOptions): Field<N, number> => bits(name, 32, options);

export function flag<N extends string>(
  name: N,
  initial: boolean | ((given: Values) => boolean) = false,
): Field<N, boolean> {
  return {
    name,
    shape: { kind: 'flag' },
    initial,
    read: (reader, path) => reader.uint(1, path) === 1,
    write: (writer, value) => writer.uint(1, value ? 1 : 0),
    show: (value) => (value ? '1' : '0'),
  };
}

// between a bigint and its two halves: several times faster than shifting bigints
const halves = new DataView(new ArrayBuffer(8));

/** A 64-bit number, as a bigint; higher bits are cut off. */
export function u64<N extends string>(name: N): Field<N, bigint> {
  return {
    name,
    shape: { kind: 'big', bits: 64 },
    initial: 0n,
    read: (reader, path) => {
      halves.setUint32(0, reader.uint(32, path));
      halves.setUint32(4, reader.uint(32, path));
      return halves.getBigUint64(0);
    },
    write: (writer, value) => {
      halves.setBigUint64(0, value);
      writer.uint(32, halves.getUint32(0));
      writer.uint(32, halves.getUint32(4));
    },
    show: (value) => `0x${value.toString(16).padStart(16, '0')}`,
  };
}

/** A dotted IPv4 address. Text that is not an address is the caller's own mistake and throws. */
export function ipv4<N extends string>(name: N): Field<N, string> {
  return {
    name,
    shape: { kind: 'ipv4' },
    initial: '0.0.0.0',
    read: (reader, path) => ipv4Text(reader.uint(32, path)),
    write: (writer, value) => writer.uint(32, mustParse(ipv4Number(value), name, value)),
    show: (value) => value,
  };
}

export function mac<N extends string>(name: N): Field<N, string> {
  return {
    name,
    shape: { kind: 'mac' },
    initial: '00:00:00:00:00:00',
    read: (reader, path) => macText(reader.uint(48, path)),
    write: (writer, value) => writer.uint(48, mustParse(macNumber(value), name, value)),
    show: (value) => value,
  };
}

function mustParse(parsed: number | undefined, name: string, value: string): number {
  if (parsed === undefined) throw new TypeError(`${name}: ${value} is not an address`);
  return parsed;
}

/** Octets: as many as `size` says of the fields read so far, or up to the end of the window. */
export function bytes<N extends string>(name: N, size?: number | ((value: Values) => number)): Field<N, Uint8Array> {
  return {
    name,
    shape: { kind: 'bytes' },
    initial: new Uint8Array(typeof size === 'number' ? size : 0),
    read: (reader, path, value) =>
      reader.take(size === undefined ? reader.left : typeof size === 'number' ? size : size(value), path),
    write: (writer, value) => writer.put(value),
    show: toHex,
  };
}

/** Octets: as many as `size` says of the fields read so far, but no more than there are and no fewer than none. */
export function bytesUpTo<N extends string>(name: N, size: (value: Values) => number): Field<N, Uint8Array> {
  return {
    ...bytes(name),
    read: (reader, path, value) => reader.take(Math.max(0, Math.min(size(value), reader.left)), path),
  };
}

/** Text up to the end of the window, one octet a character (so that every octet survives a round trip). */
export function latin1<N extends string>(name: N): Field<N, string> {
  return {
    name,
    shape: { kind: 'text' },
    initial: '',
    read: (reader, path) => {
      const { buffer, byteOffset, length } = reader.take(reader.left, path);
      return Buffer.from(buffer, byteOffset, length).toString('latin1');
    },
    write: (writer, value) => {
      const misfit = writer.latin1(value);
      if (misfit !== undefined) throw new TypeError(`${name}: character ${misfit + 1} does not fit into an octet`);
    },
    show: quoted,
  };
}

/**
 * A field whose value, when not given, is worked out from the octets once all else is written. It must start on an
 * octet. `absent` is a received value that says "not computed".
 */
export function computed<N extends string, T>(
  field: Field<N, T>,
  compute: (input: ComputeInput) => T | undefined,
  absent?: T,
): Field<N, T> {
  return { ...field, compute, ...(absent !== undefined && { absent }) };
}

/** Fields that are there only if `when` holds for the fields before them. */
export function when<const F extends readonly AnyField[]>(
  condition: string | ((value: Values) => boolean),
  fields: F,
): When<F> {
  return { when: typeof condition === 'string' ? (value) => value[condition] === true : condition, fields };
}
