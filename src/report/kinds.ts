/** The kinds of report by name. A new one is a name here, and a way to render it in `write.ts`. */
export const reportKinds = ['junit', 'json', 'html', 'tap', 'markdown'] as const;
export type ReportKind = (typeof reportKinds)[number];

const known: ReadonlySet<string> = new Set(reportKinds);

export function isReportKind(text: string): text is ReportKind {
  return known.has(text);
}
