/** For commander: an option that may be repeated, with all of its values. */
export const collect = (value: string, previous: readonly string[] = []): readonly string[] => [...previous, value];
