import { gre } from './catalogue/gre.js';
import { homeAgent } from './catalogue/home-agent.js';
import { leung } from './catalogue/leung.js';
import { registrationClient } from './catalogue/registration-client.js';
import { revocation } from './catalogue/revocation.js';
import { tsirtsis } from './catalogue/tsirtsis.js';
import { tunnel } from './catalogue/tunnel.js';
import { yegani } from './catalogue/yegani.js';
import { HarnessError } from './errors.js';
import type { DocumentKey, Requirement } from './types.js';

const rows = [
  ...tsirtsis,
  ...yegani,
  ...leung,
  ...homeAgent,
  ...registrationClient,
  ...tunnel,
  ...gre,
  ...revocation,
] as const;

/** Every id of the catalogue, so that a mistyped one in a suite does not compile. */
export type RequirementId = (typeof rows)[number]['id'];

/** All requirements, in the order of their tables. */
export const catalogue: readonly Requirement[] = rows;

const byId: ReadonlyMap<string, Requirement> = new Map(catalogue.map((row) => [row.id, row]));

/** The requirement of that id; an unknown id is a bug of ours and throws. */
export function requirement(id: string): Requirement {
  const row = byId.get(id);
  if (row === undefined)
    throw new HarnessError('unknown-requirement', `no requirement has the id ${JSON.stringify(id)}`);
  return row;
}

export interface DocumentInfo {
  readonly title: string;
  readonly citation: string;
  /** Stands before the section number in a case id: `ha/yegani-4.2/01`. */
  readonly idPrefix: string;
}

export const documents: Readonly<Record<DocumentKey, DocumentInfo>> = {
  tsirtsis: {
    title: 'GRE-based L2 Tunneling with PMIPv4',
    citation: 'draft-tsirtsis-l2gre-pmipv4-00',
    idPrefix: '',
  },
  yegani: {
    title: 'GRE Key Extension for Mobile IPv4',
    citation: 'draft-yegani-gre-key-extension-02',
    idPrefix: 'yegani-',
  },
  leung: {
    title: 'Mobility Management using Proxy Mobile IPv4',
    citation: 'draft-leung-mip4-proxy-mode-02 and -10 (sections of -10)',
    idPrefix: 'pmip-',
  },
  rfc3344: { title: 'IP Mobility Support for IPv4', citation: 'RFC 3344', idPrefix: 'rfc3344-' },
  rfc3024: { title: 'Reverse Tunneling for Mobile IP, revised', citation: 'RFC 3024', idPrefix: 'rfc3024-' },
  rfc2794: {
    title: 'Mobile IP Network Access Identifier Extension for IPv4',
    citation: 'RFC 2794',
    idPrefix: 'rfc2794-',
  },
  rfc4433: { title: 'Mobile IPv4 Dynamic Home Agent (HA) Assignment', citation: 'RFC 4433', idPrefix: 'rfc4433-' },
  rfc3543: { title: 'Registration Revocation in Mobile IPv4', citation: 'RFC 3543', idPrefix: 'rfc3543-' },
  rfc2784: { title: 'Generic Routing Encapsulation (GRE)', citation: 'RFC 2784', idPrefix: 'rfc2784-' },
  rfc2890: { title: 'Key and Sequence Number Extensions to GRE', citation: 'RFC 2890', idPrefix: 'rfc2890-' },
  rfc791: { title: 'Internet Protocol', citation: 'RFC 791', idPrefix: 'rfc791-' },
};

/**
 * The middle part of the ids of cases that cover the requirement. GRE and tunnel rows come from many documents and are
 * gathered under one key each; a suite may also cite a chapter (`rfc3344-3.8`) above the section named here.
 */
export function sectionKey(row: Requirement): string {
  if (row.id.startsWith('GR-')) return 'gre';
  if (row.id.startsWith('TN-')) return 'tunnel';
  return `${documents[row.document].idPrefix}${row.section}`;
}
