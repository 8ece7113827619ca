/** Reads a YAML or JSON configuration file. JSON is a subset of YAML, so one parser does both. */
import { isNode, isScalar, LineCounter, parseDocument, visit, type Document, type Node } from 'yaml';
import { messageOf, usageError } from '../cli-error.js';
import { readBounded, whyNotRead } from '../read-file.js';
import type { Path, Source } from './input.js';

const largestFile = 1 << 20;

export function readConfigFile(file: string): Source {
  return readSourceFile(file, 'the configuration file');
}

/** As `readConfigFile`, for another kind of file; `what` names it in messages. */
export function readSourceFile(file: string, what: string): Source {
  let text: string;
  try {
    text = readBounded(file, largestFile).toString('utf8');
  } catch (error) {
    throw usageError(`cannot read ${what} ${file}: ${whyNotRead(error)}`);
  }
  return parseConfig(text, file);
}

/** `name` stands in messages before the line. */
export function parseConfig(text: string, name: string): Source {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number): string => `${name}:${lines.linePos(offset).line || 1}`;
  const fault = document.errors[0];
  if (fault) throw usageError(`${at(fault.pos[0])}: ${fault.message.split('\n')[0]?.replace(/:$/, '') ?? 'not YAML'}`);
  keepAsWritten(document);
  const locate = (path: Path): string => at(offsetOf(document, path));
  try {
    return { value: document.toJS() ?? {}, locate };
  } catch (error) {
    // An alias without an anchor, or aliases that multiply beyond all bounds.
    throw usageError(`${at(0)}: ${messageOf(error)}`);
  }
}

/** The keys whose values are text although YAML may take them for numbers: `key: 0011`, `l2_ptype: 0x6558`. */
function keepAsWritten(document: Document): void {
  visit(document, {
    Pair(_, pair, ancestors) {
      if (!isScalar(pair.key) || !isScalar(pair.value) || typeof pair.value.value !== 'number') return;
      const path = ancestors.flatMap((node) => ('key' in node && isScalar(node.key) ? [node.key.value] : []));
      const isText = path[0] === 'knobs' || (path[0] === 'securityAssociations' && pair.key.value === 'key');
      if (isText) pair.value.value = pair.value.source ?? String(pair.value.value);
    },
  });
}

/** Offset of the key of the item where it has one, else of the item; of what is around it where it does not exist. */
function offsetOf(document: Document, path: Path): number {
  for (let depth = path.length; depth > 0; depth--) {
    const holder: unknown = depth === 1 ? document.contents : document.getIn(path.slice(0, depth - 1), true);
    if (!isNode(holder)) continue;
    const offset = keyOffset(holder, path[depth - 1]) ?? startOf(document.getIn(path.slice(0, depth), true));
    if (offset !== undefined) return offset;
  }
  return startOf(document.contents) ?? 0;
}

function keyOffset(holder: Node, key: string | number | undefined): number | undefined {
  if (!('items' in holder) || !Array.isArray(holder.items)) return undefined;
  for (const item of holder.items as readonly unknown[]) {
    const isPair = typeof item === 'object' && item !== null && 'key' in item;
    if (isPair && isScalar(item.key) && String(item.key.value) === String(key)) return startOf(item.key);
  }
  return undefined;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
